"""Letters waiting to be sent, and what each run of a periodic job did."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from grievance.model import Base, among, code, digest, identifier
from grievance.model import sealed as sealed_column

STATES = ("pending", "sent", "dead", "cancelled")


class Outbox(Base):
    """One letter. Address, subject and body are one sealed message, gone once it is delivered.

    `next_at` is when something is next due: the next try, or for a letter that is over its
    removal. Other times are kept to the hour: the minute of a letter would tell the minute of
    what a worker did.
    """

    __tablename__ = "outbox"

    id: Mapped[UUID] = identifier()
    kind: Mapped[str] = code(32)
    case: Mapped[UUID | None]  # no foreign key: this room knows no cases
    channel: Mapped[str] = code(16)
    state: Mapped[str] = code(16, default="pending")
    recipient: Mapped[bytes | None] = digest()  # a keyed hash; only of kinds that are paced
    wrong: Mapped[int] = mapped_column(
        SmallInteger, default=0
    )  # codes typed by all that were not its
    turn: Mapped[int] = mapped_column(SmallInteger, default=1)  # 0 goes before all others
    sealed: Mapped[bytes | None] = sealed_column("outbox.message/1")
    attempts: Mapped[int] = mapped_column(default=0)
    # went, and no answer was heard
    doubts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    next_at: Mapped[datetime]
    error: Mapped[str | None] = code(32)
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        among("state", STATES),
        CheckConstraint("state <> 'pending' or sealed is not null", name="pending_is_whole"),
        CheckConstraint(
            "state not in ('sent', 'cancelled') or sealed is null", name="delivered_is_gone"
        ),
        CheckConstraint("(state = 'sent') = (sent_at is not null)", name="sent"),
        Index("ix_outbox_due", "turn", "next_at", postgresql_where=text("state = 'pending'")),
        Index("ix_outbox_over", "next_at", postgresql_where=text("state <> 'pending'")),
        Index("ix_outbox_recipient", "recipient", "kind", "state"),
        Index(
            "uq_outbox_address_code",
            "recipient",
            unique=True,
            postgresql_where=text("kind = 'address_code'"),
        ),
        Index("ix_outbox_case", "case", postgresql_where=text("state = 'pending'")),
    )


class LetterTry(Base):
    """How many wrong codes one case has typed for one letter, found by a keyed hash of both; or how
    many letters one case asked for, or one mailbox got. It leads to no case, and goes with the
    letter: that, or the first one counted."""

    __tablename__ = "letter_try"

    tag: Mapped[bytes] = digest(primary_key=True)
    letter: Mapped[UUID] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), index=True)
    wrong: Mapped[int] = mapped_column(SmallInteger)


class KeptAddress(Base):
    """A second copy of a worker's confirmed address, sealed to the notifier with a language, as
    long as a letter is planned. Only its case names it, from inside the sealed contact."""

    __tablename__ = "address_box"

    id: Mapped[UUID] = identifier()
    content: Mapped[bytes] = sealed_column("worker.address/1")


class Reminder(Base):
    """When a neutral letter goes to such an address. It names no case; sent, it is deleted."""

    __tablename__ = "reminder"

    id: Mapped[UUID] = identifier()
    box_id: Mapped[UUID] = mapped_column(
        ForeignKey("address_box.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)


class JobRun(Base):
    """One run of a periodic job: how much was due and what became of it."""

    __tablename__ = "job_run"

    id: Mapped[UUID] = identifier()
    job: Mapped[str] = code(32)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    due: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    ms: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index("ix_job_run_job_started_at", "job", "started_at"),
        Index("ix_job_run_failed", "started_at", postgresql_where=text("failed > 0")),
    )
