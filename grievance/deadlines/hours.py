"""Operator hours: when somebody reads, and when so many of those hours have passed.

Hours are what the operator published: weekday (0 is Monday) → pairs of local times. Public
holidays and closure days have none. Hours are counted on the local wall clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from grievance.clock import is_working_day, local_day

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True)
class Hours:
    """The operator's hours; `weekly` maps a weekday to its (from, to) spans."""

    weekly: Mapping[int, Sequence[tuple[time, time]]]
    zone: str = "Asia/Tokyo"
    closed: frozenset[date] = field(default_factory=frozenset)
    country: str = "JP"

    def reads_on(self, day: date) -> bool:
        """Whether somebody reads on a day: on every working day, where no hours are published."""
        if not self.weekly:
            return is_working_day(day, self.country, self.closed)
        return bool(self.weekly.get(day.weekday())) and self._is_open(day)

    def last_reading_day(self, after: date, until: date) -> date:
        """The last day up to `until` on which somebody reads, so that what is promised for `until`
        is done by then; `until` itself where none lies between it and `after`."""
        days = (until - timedelta(days=back) for back in range((until - after).days))
        return next((day for day in days if self.reads_on(day)), until)

    def _is_open(self, day: date) -> bool:
        """Hours count on a weekend, where there are any, whatever holiday falls on it."""
        weekend_open = day.weekday() >= 5 and day not in self.closed
        return weekend_open or is_working_day(day, self.country, self.closed)

    def spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans from `moment` on, in UTC, clipped to it; at most 60 days ahead."""
        zone = ZoneInfo(self.zone)
        day = local_day(moment, self.zone)
        for ahead in range(LOOK_AHEAD_DAYS):
            today = day + timedelta(days=ahead)
            if not self._is_open(today):
                continue
            for opens, closes in self.weekly.get(today.weekday(), ()):
                begin = datetime.combine(today, opens, zone).astimezone(UTC)
                end = datetime.combine(today, closes, zone).astimezone(UTC)
                if end > moment:
                    yield max(begin, moment), end


def next_reading(hours: Hours, moment: datetime) -> datetime | None:
    """When somebody next reads: `moment` itself within hours, else the next opening."""
    return next((begin for begin, _ in hours.spans(moment)), None)


def after_hours(hours: Hours, moment: datetime, amount: timedelta) -> datetime:
    """The moment when `amount` of operator hours has passed since `moment`.

    An operator without any hours is treated as always open, so that danger is never late.
    """
    left = amount
    for begin, end in hours.spans(moment):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return moment + amount


def after_working_days(hours: Hours, moment: datetime, days: int) -> datetime:
    """The moment when so many whole working days have passed since `moment`.

    It is the same time of day; a wait that begins on a day off begins with the next working day.
    """
    local = moment.astimezone(ZoneInfo(hours.zone))
    day, at = local_day(moment, hours.zone), local.time()
    if not _working(hours, day):
        day, at = _next_working(hours, day), time()
    for _ in range(days):
        day = _next_working(hours, day)
    return datetime.combine(day, at, ZoneInfo(hours.zone)).astimezone(UTC)


def _working(hours: Hours, day: date) -> bool:
    return is_working_day(day, hours.country, hours.closed)


def _next_working(hours: Hours, day: date) -> date:
    later = (day + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD_DAYS))
    return next((one for one in later if _working(hours, one)), day + timedelta(days=1))
