"""The tables of the directory: bodies and their revisions, channels, issues, sources, rules.

What a release ships and what an editor changed live side by side: a revision says whether it is
local, a channel keeps what the release claims beside what stands now.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from grievance.directory.entries import KINDS, PUBLISH
from grievance.model import Base, among, code, identifier, listed, public_text

CONFIRMED = ("confirmed", "corrected", "added")  # a person stands behind it


def _public(**options: Any) -> MappedColumn[Any]:
    return mapped_column(JSONB, info={"holds": "public"}, **options)


class Mechanism(Base):
    """A body that can help; what is known of it stands in its current revision."""

    __tablename__ = "mechanism"
    __table_args__ = (among("kind", KINDS),)

    id: Mapped[str] = code(primary_key=True)
    kind: Mapped[str] = code()
    position: Mapped[int]


class MechanismRevision(Base):
    """One state of the facts and texts of a body.

    `current` is what everybody reads; `proposed` is what a release wants while a local edit
    stands; cases keep the `old` one they were routed by.
    """

    __tablename__ = "mechanism_revision"
    __table_args__ = (
        among("state", ("current", "old", "proposed")),
        UniqueConstraint("mechanism", "number"),
        Index(
            "uq_mechanism_revision_current",
            "mechanism",
            unique=True,
            postgresql_where=text("state = 'current'"),
        ),
        Index(
            "uq_mechanism_revision_proposed",
            "mechanism",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[UUID] = identifier()
    mechanism: Mapped[str] = mapped_column(ForeignKey("mechanism.id"), info={"holds": "code"})
    number: Mapped[int]
    facts: Mapped[dict[str, Any]] = _public()
    texts: Mapped[dict[str, Any]] = _public()
    record: Mapped[dict[str, Any] | None] = _public()  # a company's desk: name, number, brands
    shipped_hash: Mapped[str | None] = code()  # of the release it follows; none: made here
    local: Mapped[bool]  # edited here, so that a release must not overwrite it
    state: Mapped[str] = code(16)
    at: Mapped[datetime]
    by: Mapped[str] = code(80)


class Channel(Base):
    """One way to reach a body: a number, address, page or place, and who stands behind it."""

    __tablename__ = "channel"
    __table_args__ = (
        among("state", ("shipped", *CONFIRMED, "rejected")),
        among("publish", PUBLISH),
        CheckConstraint(
            f"state not in ({listed(CONFIRMED)}) or (value is not null and page is not"
            " null and confirmed_at is not null and confirmed_by is not null)",
            name="confirmed",
        ),
        Index("ix_channel_mechanism", "mechanism", "position"),
    )

    id: Mapped[UUID] = identifier()
    mechanism: Mapped[str] = mapped_column(ForeignKey("mechanism.id"), info={"holds": "code"})
    position: Mapped[int]
    type: Mapped[str] = code(16)
    value: Mapped[str | None] = public_text()
    languages: Mapped[list[str]] = mapped_column(JSONB, info={"holds": "code"})
    only_in: Mapped[list[str]] = mapped_column(JSONB, default=list, info={"holds": "code"})
    not_in: Mapped[list[str]] = mapped_column(JSONB, default=list, info={"holds": "code"})
    status: Mapped[str] = code(16)
    publish: Mapped[str] = code()
    source: Mapped[str | None] = mapped_column(ForeignKey("source.id"), info={"holds": "code"})
    checked: Mapped[date | None]
    texts: Mapped[dict[str, Any]] = _public()
    opening: Mapped[dict[str, Any] | None] = _public()  # its hours, their zone and page
    state: Mapped[str] = code(16, default="shipped")
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None] = code(80)
    page: Mapped[str | None] = public_text()
    shipped_hash: Mapped[str | None] = code()
    shipped: Mapped[dict[str, Any] | None] = _public()  # what the release claims
    proposed: Mapped[dict[str, Any] | None] = _public()  # a newer claim that differs
    awaiting: Mapped[dict[str, Any] | None] = _public()  # what one of two people saw
    version: Mapped[int] = mapped_column(default=1)


class IssueType(Base):
    """One kind of thing that goes wrong at work."""

    __tablename__ = "issue_type"

    id: Mapped[str] = code(primary_key=True)
    position: Mapped[int]
    facts: Mapped[dict[str, Any]] = _public()
    texts: Mapped[dict[str, Any]] = _public()
    shipped_hash: Mapped[str] = code()


class Source(Base):
    """A page that facts were read on."""

    __tablename__ = "source"

    id: Mapped[str] = code(80, primary_key=True)
    position: Mapped[int]
    facts: Mapped[dict[str, Any]] = _public()
    shipped_hash: Mapped[str] = code()


class RuleSet(Base):
    """A version of the routing rules that was in use here from a moment on."""

    __tablename__ = "rule_set"

    version: Mapped[str] = code(primary_key=True)
    content_hash: Mapped[str] = code()
    loaded_at: Mapped[datetime]


class DirectoryStamp(Base):
    """One row that changes with every write, so that readers know when to read again."""

    __tablename__ = "directory_stamp"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[UUID] = mapped_column(Uuid)
