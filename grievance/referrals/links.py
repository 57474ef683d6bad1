"""Tables of the reply link: the door of a body that has no account here.

Of the link only a hash is kept, of its code nothing: both together make the key that the packet is
sealed to.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from grievance.model import Base, among, code, identifier, sealed
from grievance.model import digest as hashed

HOLDER = "link"
CLOSED_BY = ("staff", "replaced", "wrong", "recalled", "restored")


def _case_key() -> Mapped[UUID]:
    return mapped_column(ForeignKey("grievance_case.id"), index=True)


class ReplyLink(Base):
    """A link to one packet, for the body that got it. `wrong` counts the tries with another code
    since the last right one."""

    __tablename__ = "reply_link"
    __table_args__ = (
        among("closed_by", CLOSED_BY),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index(
            "uq_reply_link_open",
            "referral_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("packet.id"), index=True)
    token_hash: Mapped[bytes] = hashed(unique=True)
    public: Mapped[bytes] = hashed()
    pepper_version: Mapped[int]
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = code(10)


class ReplySession(Base):
    """A visit over a link: its private key under a key of the visitor's cookie."""

    __tablename__ = "reply_session"

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = hashed(unique=True)
    case_id: Mapped[UUID] = _case_key()
    link_id: Mapped[UUID] = mapped_column(ForeignKey("reply_link.id"), index=True)
    private_box: Mapped[bytes] = sealed("reply.session/1")
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class BodyWrote(Base):
    """That an answer was written by the body itself, over which link. `shown` is whether the worker
    may read its words; nobody has read it at the desk before that is said."""

    __tablename__ = "body_wrote"
    __table_args__ = (
        CheckConstraint("(read_at IS NULL) = (shown IS NULL)", name="read"),
        Index("ix_body_wrote_unread", "case_id", postgresql_where=text("read_at IS NULL")),
    )

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("referral_answer.id"), primary_key=True)
    case_id: Mapped[UUID] = _case_key()
    link_id: Mapped[UUID] = mapped_column(ForeignKey("reply_link.id"), index=True)
    read_at: Mapped[datetime | None]
    shown: Mapped[bool | None]
