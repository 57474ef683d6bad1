"""A clock is a row: what is due, when, and whether it was met. A day of the law is one too."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from grievance.model import Base, code, identifier

KINDS = (
    "acknowledge", "danger", "answer", "next_step", "appeal", "chase", "remedy", "follow_up",
    "erasure", "check_in", "call",
)  # fmt: skip
MOVED_FOR = ("others", "more", "absence")  # why a day of ours is moved
MOST_MOVES = 2  # of one clock
PAUSED_FOR = ("consent", "translation", "body")  # what is waited for while one is stopped


class Deadline(Base):
    """One service clock of a case. `met_at` ends it; `stopped_at` too, when the case is over.

    `attempts` is the rung of its ladder that was told last, `next_try` when the next one is due;
    before the first that is `due_at`.

    Two people may move its day (`moves` times): `first_due` is what was promised first, `moved_for`
    why it was moved last, `proposal_id` the proposal that was made last, agreed to or not.

    One that is stopped since `paused_at` goes on at `paused_until` at the latest, with
    `paused_left` days: `due_at` is the day that follows from both, `next_try` the moment at which
    it goes on. `paused_for` says what was waited for last.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(one) for one in KINDS)})", name="kind"),
        CheckConstraint("met_at IS NULL OR stopped_at IS NULL", name="one_end"),
        CheckConstraint(
            f"moves BETWEEN 0 AND {MOST_MOVES} AND (moves = 0) = (moved_for IS NULL)"
            " AND (moves = 0 AND paused_for IS NULL) = (first_due IS NULL)",
            name="moved",
        ),
        CheckConstraint(
            "(paused_at IS NULL) = (paused_until IS NULL)"
            " AND (paused_at IS NULL) = (paused_left IS NULL)"
            " AND (paused_at IS NULL OR paused_for IS NOT NULL)",
            name="paused",
        ),
        CheckConstraint(
            f"paused_for IN ({', '.join(repr(one) for one in PAUSED_FOR)})", name="paused_for"
        ),
        CheckConstraint(f"moved_for IN ({', '.join(repr(one) for one in MOVED_FOR)})", name="why"),
        Index(
            "uq_deadline_running",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("met_at IS NULL AND stopped_at IS NULL"),
        ),
        Index(
            "ix_deadline_due",
            "due_at",
            postgresql_where=text("met_at IS NULL AND stopped_at IS NULL"),
        ),
        Index(
            "ix_deadline_paused",
            "case_id",
            postgresql_where=text(
                "paused_at IS NOT NULL AND met_at IS NULL AND stopped_at IS NULL"
            ),
        ),
        Index(
            "ix_deadline_try",
            text("coalesce(next_try, due_at)"),
            postgresql_where=text("met_at IS NULL AND stopped_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    kind: Mapped[str] = code(16)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None]
    first_due: Mapped[datetime | None]
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    moved_for: Mapped[str | None] = code(8)
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("four_eyes.id"))
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    paused_left: Mapped[int | None]
    paused_for: Mapped[str | None] = code(12)


class LimitationDate(Base):
    """A day up to which the law lets something of a case be claimed. Which claim, and from which
    day it is counted, stands only in the sealed answers.

    `warned` is how many days ahead whoever has the case was last told of it.
    """

    __tablename__ = "limitation_date"
    __table_args__ = (
        Index("uq_limitation_date_day", "case_id", "latest_safe", unique=True),
        Index("ix_limitation_date_latest_safe", "latest_safe"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"))
    latest_safe: Mapped[date]
    warned: Mapped[int | None]
