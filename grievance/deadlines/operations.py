"""Starting and ending clocks. The caller has loaded the case and commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.clock import end_of_day, local_day
from grievance.deadlines.hours import Hours, after_hours
from grievance.deadlines.models import Deadline

# EU Directive 2019/1937 art. 9(1)(b): acknowledgement within seven days of receipt.
ACKNOWLEDGE_DAYS = 7
# The product's promise in danger: a person acts within four of the operator's hours.
DANGER_HOURS = 4
# After accepting: the worker hears of the next step within two weeks (published to the worker).
NEXT_STEP_DAYS = 14
# An answer of the worker is read within a week.
ANSWER_DAYS = 7
DAYS = {"acknowledge": ACKNOWLEDGE_DAYS, "next_step": NEXT_STEP_DAYS, "answer": ANSWER_DAYS}


def due(kind: str, now: datetime, hours: Hours) -> datetime:
    """When a clock of this kind that starts now is due: the end of the last local day, or for
    danger four operator hours on."""
    if kind == "danger":
        return after_hours(hours, now, timedelta(hours=DANGER_HOURS))
    return end_of_day(local_day(now, hours.zone) + timedelta(days=DAYS[kind]), hours.zone)


def running(session: Session, case_id: UUID) -> list[Deadline]:
    """The clocks of a case that have not ended, earliest first."""
    return list(
        session.scalars(
            select(Deadline)
            .where(
                Deadline.case_id == case_id,
                Deadline.met_at.is_(None),
                Deadline.stopped_at.is_(None),
            )
            .order_by(Deadline.due_at)
        )
    )


def start(session: Session, case_id: UUID, kind: str, now: datetime, hours: Hours) -> Deadline:
    """Start a clock; one of the same kind that still runs is kept instead."""
    for clock in running(session, case_id):
        if clock.kind == kind:
            return clock
    clock = Deadline(case_id=case_id, kind=kind, started_at=now, due_at=due(kind, now, hours))
    session.add(clock)
    session.flush()
    return clock


def meet(session: Session, case_id: UUID, kinds: Iterable[str], now: datetime) -> None:
    """End the running clocks of these kinds: what they asked for was done."""
    wanted = set(kinds)
    for clock in running(session, case_id):
        if clock.kind in wanted:
            clock.met_at = now


def stop(session: Session, case_id: UUID, now: datetime) -> None:
    """End every clock of a case that is over."""
    for clock in running(session, case_id):
        clock.stopped_at = now


def next_due(session: Session, case_id: UUID) -> datetime | None:
    """When the earliest running clock is due."""
    session.flush()
    return next((clock.due_at for clock in running(session, case_id)), None)
