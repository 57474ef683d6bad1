"""The operator's own closed days, and whose public holidays it keeps.

What was promised before stands: no clock that runs is moved. What is promised from now on, and what
a page says of the next reading, counts with the new days.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from grievance.accounts.act import StaffAct
from grievance.accounts.closures import LONGEST, Closure, OperatorCalendar, read_calendar
from grievance.accounts.models import OperatorProfile, Organisation
from grievance.accounts.profile import Profile, profile_of
from grievance.clock import local_day
from grievance.refusals import Refused

KEPT = timedelta(days=366)  # so long after its last day a closed day stays on the list
AHEAD = timedelta(days=2 * 366)
MOST = 60


def close_days(act: StaffAct, closure: Closure) -> None:
    """Add closed days.

    Refuses `days` when the last comes before the first, `days_over` when the last has passed,
    `days_far` more than two years ahead or with sixty entries, `closed_twice` when a day is closed
    already, and `closed_long` when nobody would read for more than four weeks.
    """
    row, organisation = _held(act)
    before = read_calendar(row.calendar)
    today = local_day(act.now, row.time_zone)
    kept = tuple(one for one in before.closures if one.last >= today - KEPT)
    after = OperatorCalendar(before.country, (*kept, closure))
    if refused := _why_not(profile_of(row, organisation), after, closure, today):
        raise Refused(refused)
    row.calendar = after.kept()
    act.record(organisation, "days_closed", **_codes(closure))


def open_days(act: StaffAct, first: date) -> None:
    """Take back the closed days that begin on this one; refuses `decided` when none do."""
    row, organisation = _held(act)
    before = read_calendar(row.calendar)
    taken = next((one for one in before.closures if one.first == first), None)
    if taken is None:
        raise Refused("decided")
    left = tuple(one for one in before.closures if one != taken)
    row.calendar = OperatorCalendar(before.country, left).kept()
    act.record(organisation, "days_opened", **_codes(taken))


def keep_holidays_of(act: StaffAct, country: str, known: Collection[str]) -> None:
    """Say whose public holidays are kept; refuses `country` for one whose are not known."""
    row, organisation = _held(act)
    if country not in known:
        raise Refused("country")
    before = read_calendar(row.calendar)
    row.calendar = OperatorCalendar(country, before.closures).kept()
    act.record(organisation, "holidays_changed", country=country)


def _held(act: StaffAct) -> tuple[OperatorProfile, Organisation]:
    """The profile, read anew under the lock of its organisation."""
    organisation = act.organisation()
    return act.session.get_one(
        OperatorProfile, organisation.id, populate_existing=True
    ), organisation


def _codes(closure: Closure) -> dict[str, str]:
    first, last = closure.first.isoformat(), closure.last.isoformat()
    return {"first": first, "last": last, "reason": closure.reason}


def _why_not(told: Profile, after: OperatorCalendar, closure: Closure, today: date) -> str:
    *others, _new = after.closures
    if closure.last < closure.first:
        return "days"
    if closure.last < today:
        return "days_over"
    if closure.last > today + AHEAD or len(after.closures) > MOST:
        return "days_far"
    if any(closure.meets(one) for one in others):
        return "closed_twice"
    return "closed_long" if _too_long(told.with_calendar(after), closure) else ""


def _too_long(told: Profile, closure: Closure) -> bool:
    """Whether nobody reads for longer than `LONGEST` around these days. Where no hours are set
    nobody reads anyway."""
    if not told.hours:
        return (closure.last - closure.first).days >= LONGEST
    first, last = closure.first, closure.last
    for _ in range(LONGEST):
        if told.opens(first) is None:
            first -= timedelta(days=1)
        if told.opens(last) is None:
            last += timedelta(days=1)
    return (last - first).days - 1 > LONGEST
