"""The watch after the end: the days on which the worker of a closed case is asked how they are.

A clock runs for one of them at a time. It is due when the worker has not answered for so long that
somebody has to look for them; it says from which day on they are asked.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.models import Case, Feedback
from grievance.clock import end_of_day, local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.deadlines.operations import CHECK_ANSWER_DAYS, CHECK_DAYS

CLOCK = "check_in"
ANSWER = timedelta(days=CHECK_ANSWER_DAYS)


def running(session: Session, case_id: UUID) -> Deadline | None:
    """The clock of the next time that the worker is asked; none once the last is over."""
    found = (one for one in clocks.running(session, case_id) if one.kind == CLOCK)
    return next(found, None)


def asked_from(session: Session, case_id: UUID, zone: str) -> date | None:
    """From which local day on the worker is asked next, or is being asked."""
    clock = running(session, case_id)
    return local_day(clock.due_at, zone) - ANSWER if clock else None


def answered(session: Session, case_id: UUID, since: date, zone: str) -> bool:
    """Whether they have said since that day how they are."""
    mine = (Feedback.case_id == case_id, Feedback.kind == CLOCK)
    last = session.scalar(select(Feedback.at).where(*mine).order_by(Feedback.at.desc()).limit(1))
    return last is not None and local_day(last, zone) >= since


def ahead(session: Session, case: Case, zone: str) -> list[date]:
    """The local days from which on the worker is asked, that of the running clock first."""
    first = asked_from(session, case.id, zone)
    return [day for day in _days(case, zone) if first and day >= first]


def start(session: Session, case: Case, now: datetime, zone: str) -> None:
    """Run the clock of the next time that is still to come. A tip has nobody who could answer."""
    today = local_day(now, zone)
    day = next((day for day in _days(case, zone) if day > today), None)
    if day is not None and not case.one_way:
        ends = end_of_day(day + ANSWER, zone)
        clocks.start_until(session, case.id, CLOCK, now, ends)


def go_on(session: Session, case: Case, now: datetime, zone: str, *, again: bool = True) -> None:
    """The worker answered, or somebody looked for them: the next time comes, unless they want to be
    asked no more. Before the day of this one nothing is over yet."""
    first = asked_from(session, case.id, zone)
    if first and (first <= local_day(now, zone) or not again):
        clocks.meet(session, case.id, (CLOCK,), now)
        if again:
            start(session, case, now, zone)


def _days(case: Case, zone: str) -> list[date]:
    closed = local_day(case.closed_at, zone) if case.closed_at else None
    return [closed + timedelta(days=days) for days in CHECK_DAYS] if closed else []
