"""The days on which the law's limits of a case end, kept in the clear for lists that no key opens.

Only the last safe day stands there: neither which claim it is nor what it was counted from. Of
pension money none is kept: it would tell when somebody left Japan.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.clock import local_day
from grievance.deadlines.asked import BY_MONTH, Answers, items_of
from grievance.deadlines.counting import PASSED, SOON_DAYS, Found, find
from grievance.deadlines.limits import JAPAN, shipped
from grievance.deadlines.models import LimitationDate
from grievance.questions.profile import LEAVING_JAPAN

MOST = 12  # so many days of pay of one case: the next year of a wage that is paid by the month


def recount(
    session: Session, case_id: UUID, issues: Collection[str], answers: Answers, now: datetime
) -> None:
    """Count anew what ends when, by the problems and answers of a case as they are now."""
    session.execute(delete(LimitationDate).where(LimitationDate.case_id == case_id))
    count(session, case_id, issues, answers, now)


def count(
    session: Session, case_id: UUID, issues: Collection[str], answers: Answers, now: datetime
) -> None:
    """The same for a new case, of which nothing stands there yet."""
    today, limits = local_day(now, JAPAN), shipped()
    found = [find(item, limits, today) for item in items_of(issues, answers, today)]
    if days := _kept(found):
        rows = [{"id": uuid4(), "case_id": case_id, "latest_safe": day} for day in sorted(days)]
        session.execute(insert(LimitationDate).values(rows))


def _kept(found: list[Found]) -> set[date]:
    """The next days of pay, and the next one of each other claim."""
    by_code: dict[str, set[date]] = {}
    for one in found:
        ahead = one.state not in PASSED or one.carried_to
        if one.latest_safe and ahead and one.code != LEAVING_JAPAN:
            by_code.setdefault(one.code, set()).add(one.latest_safe)
    pay = set().union(*(by_code.pop(code, set()) for code in BY_MONTH))
    return {*sorted(pay)[:MOST], *map(min, by_code.values())}


def next_days(session: Session, case_ids: Sequence[UUID], now: datetime) -> dict[UUID, date]:
    """The next of these days of each of these cases that has one ahead."""
    ahead = (LimitationDate.case_id.in_(case_ids), LimitationDate.latest_safe >= _begin(now))
    chosen = select(LimitationDate.case_id, func.min(LimitationDate.latest_safe)).where(*ahead)
    return {row[0]: row[1] for row in session.execute(chosen.group_by(LimitationDate.case_id))}


def ending_soon(now: datetime) -> Select[UUID]:
    """The cases of which one of these days is 60 days ahead or fewer."""
    return select(LimitationDate.case_id).where(_soon(now))


def nearest(now: datetime) -> Select[UUID, date]:
    """The same cases, each with the next of its days as `day`."""
    day = func.min(LimitationDate.latest_safe).label("day")
    chosen = select(LimitationDate.case_id, day).where(_soon(now))
    return chosen.group_by(LimitationDate.case_id)


def _soon(now: datetime) -> ColumnElement[bool]:
    last = local_day(now, JAPAN) + timedelta(days=SOON_DAYS)
    return LimitationDate.latest_safe.between(_begin(now), last)


def _begin(now: datetime) -> date:
    """From which safe day on something may still be done today: a last day on which the office was
    closed may be carried to today. Whether it was does not stand here, so a safe day stays to the
    next one."""
    yesterday = local_day(now, JAPAN) - timedelta(days=1)
    offices = {row.calendar for row in shipped().rows.values() if row.label and row.calendar}
    return min(office.before(yesterday) for office in offices)
