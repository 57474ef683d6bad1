"""The time: the only reader of it, and day arithmetic for deadlines.

Verbs take `now` as an argument; only edges (views, jobs, commands) call `now()`. A demo instance
may move this clock; security clocks (sessions, rate limits) use `real_now` and never move.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_offset: Callable[[], timedelta] = timedelta


def now() -> datetime:
    """This moment in UTC, as far as deadlines and letters are concerned."""
    return datetime.now(UTC) + _offset()


def real_now() -> datetime:
    """This moment in UTC whatever a demo says: for sessions, locks and limits."""
    return datetime.now(UTC)


def move_by(source: Callable[[], timedelta]) -> None:
    """Let `source` say by how much `now()` is moved: a demo instance only."""
    global _offset
    _offset = source


def to_the_hour(moment: datetime) -> datetime:
    """`moment` without minutes: what is kept of when a worker did something."""
    return moment.replace(minute=0, second=0, microsecond=0)


def end_of_day(day: date, zone: str) -> datetime:
    """23:59:59 of `day` in `zone`, as UTC: the last second of a procedure's day."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of `moment` in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def add_months(day: date, months: int) -> date:
    """The same day number so many months later, or the last day of that month (Civil Code 143)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=8)
def _public_holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


@lru_cache(maxsize=1)
def holiday_countries() -> frozenset[str]:
    """The countries whose public holidays are known, as two letters (ISO 3166-1)."""
    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


def is_public_holiday(day: date, country: str = "JP") -> bool:
    """A public holiday of `country`."""
    return day in _public_holidays(country)


def is_working_day(day: date, country: str = "JP", closed: frozenset[date] = frozenset()) -> bool:
    """Monday to Friday, no public holiday of `country`, none of the operator's closure days."""
    return day.weekday() < 5 and day not in _public_holidays(country) and day not in closed
