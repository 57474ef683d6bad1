"""Calls on days that are known beforehand, to workers who want to be called: what others get the
neutral letter for that nobody has to write.

Whoever opens the case writes them down anew with every act (`operations.reminding`); a job, which
cannot read who wants to be called, makes the call due when its day has come.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Index, delete, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.cases.models import Case
from grievance.cases.queries import not_recused
from grievance.deadlines.models import KINDS
from grievance.model import Base, code, identifier, some_of

# What a call is about, by the clock whose day was not kept: a promise of ours is late, or the
# worker alone knows whether something came. These clocks are those whose days workers read.
PROMISED: Mapping[str, str] = {
    "acknowledge": "late",
    "answer": "late",
    "next_step": "late",
    "appeal": "late",
    "remedy": "arrived",
    "follow_up": "arrived",
}
some_of(PROMISED, KINDS)
CHECK, LAW = "check", "law"
UNPLANNED = "unplanned"  # nobody has looked yet whether there are any: a day that never comes
Wanted = tuple[str, date]  # what a call is about, and from which local day on it is due


class PlannedCall(Base):
    """One of them. It goes when the call is due, or wanted no more."""

    __tablename__ = "planned_call"
    __table_args__ = (
        Index("uq_planned_call_day", "case_id", "kind", "on_day", unique=True),
        Index("ix_planned_call_on_day", "on_day"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"))
    kind: Mapped[str] = code(12)
    on_day: Mapped[date] = mapped_column(Date)


def plan(session: Session, case_id: UUID, wanted: Collection[Wanted], today: date) -> None:
    """Write down which calls are to be made from now on. One whose day has come and that is still
    wanted stays; a day that is over makes none any more."""
    mine = PlannedCall.case_id == case_id
    told = tuple_(PlannedCall.kind, PlannedCall.on_day)
    session.execute(delete(PlannedCall).where(mine, told.not_in(list(wanted))))
    ahead = [(kind, day) for kind, day in sorted(wanted) if day > today]
    if ahead:
        rows = [
            {"id": uuid4(), "case_id": case_id, "kind": kind, "on_day": day} for kind, day in ahead
        ]
        session.execute(insert(PlannedCall).values(rows).on_conflict_do_nothing())


def unplanned(session: Session, person: UUID, most: int) -> Sequence[Case]:
    """Cases that are there for this person and whose calls nobody has planned yet, locked until the
    end of the transaction; not those that somebody acts on. Drawn, not the first: those that do not
    open for this person would stand before the others."""
    there = (PlannedCall.case_id == Case.id, PlannedCall.kind == UNPLANNED)
    chosen = select(Case).where(exists().where(*there), not_recused(person))
    held = chosen.order_by(func.random()).limit(most).with_for_update(skip_locked=True)
    return session.scalars(held.execution_options(populate_existing=True)).all()


def looked(session: Session, case_id: UUID) -> None:
    """Somebody has looked at this case, whatever came of it."""
    mine = (PlannedCall.case_id == case_id, PlannedCall.kind == UNPLANNED)
    session.execute(delete(PlannedCall).where(*mine))


def earliest(session: Session, case_id: UUID) -> date | None:
    """The first day from which on this case's worker is to be called; None where none is known."""
    mine = (PlannedCall.case_id == case_id, PlannedCall.kind != UNPLANNED)
    return session.scalar(select(func.min(PlannedCall.on_day)).where(*mine))


def due(session: Session, today: date, most: int) -> Sequence[UUID]:
    """Those whose day has come, the earliest first."""
    chosen = select(PlannedCall.id).where(PlannedCall.on_day <= today)
    return session.scalars(chosen.order_by(PlannedCall.on_day).limit(most)).all()


def claim(session: Session, planned: UUID, today: date) -> tuple[str, Case] | None:
    """Take one away: what it is about, and its case, locked until the end of the transaction. None
    when somebody else holds the case, or when it is gone or not due any more."""
    of = select(PlannedCall.case_id).where(PlannedCall.id == planned).scalar_subquery()
    chosen = select(Case).where(Case.id == of).with_for_update(skip_locked=True)
    case = session.scalars(chosen.execution_options(populate_existing=True)).first()
    if case is None:
        return None
    gone = delete(PlannedCall).where(PlannedCall.id == planned, PlannedCall.on_day <= today)
    kind = session.scalar(gone.returning(PlannedCall.kind))
    return (kind, case) if kind else None
