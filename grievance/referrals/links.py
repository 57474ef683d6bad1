"""Tables of the two doors of a body: the reply link of one that has no account here, and the desk
of one that has.

Of the link only a hash is kept, of its code nothing: both together make the key that the packet is
sealed to. To a body with an account it is sealed by the worker's yes.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, text
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
    """That an answer was written by the body itself: over which link, or by whom of which
    organisation. `shown` is whether the worker may read its words; nobody has read it at the
    operator's desk before that is said."""

    __tablename__ = "body_wrote"
    __table_args__ = (
        CheckConstraint("(read_at IS NULL) = (shown IS NULL)", name="read"),
        CheckConstraint("num_nonnulls(link_id, organisation_id) = 1", name="door"),
        CheckConstraint("(organisation_id IS NULL) = (person_id IS NULL)", name="person"),
        Index("ix_body_wrote_unread", "case_id", postgresql_where=text("read_at IS NULL")),
    )

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("referral_answer.id"), primary_key=True)
    case_id: Mapped[UUID] = _case_key()
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("reply_link.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None]
    shown: Mapped[bool | None]

    @property
    def door(self) -> UUID | None:
        """Through which door it came: a link's id, or an organisation's."""
        return self.link_id or self.organisation_id


class DeskItem(Base):
    """That a hand-over lies on the desk of its body, since when. Who of them has it, their own day
    and note are theirs: no event tells of them. `stopped_at` is when their people were told that
    its time is over."""

    __tablename__ = "desk_item"
    __table_args__ = (Index("ix_desk_item_organisation", "organisation_id", "referral_id"),)

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), primary_key=True)
    case_id: Mapped[UUID] = _case_key()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    laid_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[bytes | None] = sealed("desk-item.note/1")
    stopped_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}
