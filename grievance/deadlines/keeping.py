"""The days on which the law's limits of a case end, kept in the clear for lists that no key opens.

Only the last safe day stands there: neither which claim it is nor what it was counted from. Of
pension money none is kept: it would tell when somebody left Japan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from grievance.clock import local_day
from grievance.deadlines.asked import BY_MONTH, Grounds, items_of
from grievance.deadlines.counting import PASSED, SOON_DAYS, find
from grievance.deadlines.limits import JAPAN, shipped
from grievance.deadlines.models import LimitationDate
from grievance.questions.profile import LEAVING_JAPAN

AHEAD = (180, 60, 14)  # so many days before one of them whoever has the case is told
MOST = 12  # so many days of pay of one case: the next year of a wage that is paid by the month


def recount(session: Session, case_id: UUID, grounds: Grounds, now: datetime) -> None:
    """Count anew what ends when, by what is told of a case now. Of a day that stays nobody is
    told a second time."""
    mine = LimitationDate.case_id == case_id
    warned = dict(
        session.execute(select(LimitationDate.latest_safe, LimitationDate.warned).where(mine)).all()
    )
    session.execute(delete(LimitationDate).where(mine))
    _keep(session, case_id, _days(grounds, now), warned)


def count(session: Session, case_id: UUID, grounds: Grounds, now: datetime) -> None:
    """The same for a new case, of which nothing stands there yet."""
    _keep(session, case_id, _days(grounds, now), {})


def _keep(
    session: Session, case_id: UUID, days: set[date], warned: Mapping[date, int | None]
) -> None:
    rows = [
        {"id": uuid4(), "case_id": case_id, "latest_safe": day, "warned": warned.get(day)}
        for day in sorted(days)
    ]
    if rows:
        session.execute(insert(LimitationDate).values(rows))


def _days(grounds: Grounds, now: datetime) -> set[date]:
    """The next days of pay, and the next one of each other claim."""
    today, limits = local_day(now, JAPAN), shipped()
    found = [find(item, limits, today) for item in items_of(grounds, today)]
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


def not_told(now: datetime) -> Select[UUID]:
    """The days of which whoever has the case is to be told now, the next first.

    Of each case only the next one counts: with wages of every month a year's letters would come
    at once.
    """
    today = local_day(now, JAPAN)
    later = aliased(LimitationDate)
    earlier = select(later.id).where(
        later.case_id == LimitationDate.case_id,
        later.latest_safe >= today,
        later.latest_safe < LimitationDate.latest_safe,
    )
    reached = [
        and_(
            LimitationDate.latest_safe <= today + timedelta(days=days),
            or_(LimitationDate.warned.is_(None), LimitationDate.warned > days),
        )
        for days in AHEAD
    ]
    chosen = select(LimitationDate.id).where(
        LimitationDate.latest_safe >= today, or_(*reached), ~earlier.exists()
    )
    return chosen.order_by(LimitationDate.latest_safe)


def days_ahead(day: date, now: datetime) -> int:
    """Which of the three stages a day has reached."""
    left = (day - local_day(now, JAPAN)).days
    return min(days for days in AHEAD if left <= days)
