"""When a way to reach a body is open: rows as its page states them, read strictly.

A row is `always`, days with times (`Mon-Fri 9:00-12:00 13:00-17:00`, `Thu#2 13:00-16:00` for the
second Thursday), `hol` with times for public holidays that fall on a day otherwise served,
`closed hol`, or `closed 12-29..01-03` for days of every year. Times that nobody stated are `?`:
on such a day the hours are not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from grievance.clock import is_public_holiday, local_day

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
OPEN, CLOSED, UNKNOWN = "open", "closed", "unknown"
AHEAD = 15  # days in which the next opening is looked for
_SPAN = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
_YEARLY = re.compile(r"closed (\d\d-\d\d)\.\.(\d\d-\d\d)")
_DAY = re.compile(rf"({'|'.join(DAYS)})(?:#([1-5]))?(?:-({'|'.join(DAYS)}))?")

Spans = tuple[tuple[time, time], ...]


class HoursError(ValueError):
    """A row of hours cannot be read."""


@dataclass(frozen=True)
class Opening:
    """The hours of one channel, the zone they are told in, and the page they were read on."""

    rows: tuple[str, ...]
    source: str | None
    zone: str = "Asia/Tokyo"
    country: str = "JP"  # whose public holidays count


@dataclass(frozen=True)
class _Week:
    always: bool
    days: tuple[tuple[int, int, Spans | None], ...]  # weekday, which of the month (0: each), spans
    holiday: Spans | None  # None: as on any other day
    yearly: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Now:
    """How a channel stands at a moment: `open` until, `closed` and opens next, or `unknown`."""

    state: str
    until: datetime | None = None
    opens: datetime | None = None


def at(opening: Opening | None, now: datetime) -> Now:
    """How a channel with these hours stands at `now`; one without known hours is `unknown`."""
    if opening is None:
        return Now(UNKNOWN)
    week = _read(opening.rows)
    if week.always:
        return Now(OPEN)
    zone = ZoneInfo(opening.zone)
    today = local_day(now, opening.zone)
    for ahead in range(AHEAD):
        day = today + timedelta(days=ahead)
        spans = _spans(week, day, opening.country)
        if spans is None:
            return Now(UNKNOWN if ahead == 0 else CLOSED)
        for begins, ends in spans:
            begin = datetime.combine(day, begins, zone).astimezone(UTC)
            end = _end(day, ends, zone)
            if begin <= now < end:
                return Now(OPEN, until=end)
            if now < begin:
                return Now(CLOSED, opens=begin)
    return Now(CLOSED)


def stated(opening: Opening) -> list[tuple[list[int], Spans]]:
    """(weekdays, times) of each row that is so every week, Monday being 0; nothing of holidays,
    of days of a month, or of times that nobody stated."""
    found = []
    for row in opening.rows:
        head, _, tail = row.partition(" ")
        if _DAY.match(head) and tail != "?":
            named = _named(row, head)
            if not any(which for _day, which in named):
                found.append(([day for day, _which in named], _times(row, tail) or ()))
    return found


def read(rows: tuple[str, ...]) -> None:
    """Raises `HoursError` for rows that cannot be read."""
    _read(rows)


def _end(day: date, ends: time, zone: ZoneInfo) -> datetime:
    if ends == time(0):  # 24:00
        day += timedelta(days=1)
    return datetime.combine(day, ends, zone).astimezone(UTC)


def _spans(week: _Week, day: date, country: str) -> Spans | None:
    """The open times of a day; None when it is served at times nobody stated."""
    key = f"{day:%m-%d}"
    for begin, end in week.yearly:
        if (begin <= key <= end) if begin <= end else (key >= begin or key <= end):
            return ()
    which = (day.day - 1) // 7 + 1
    found = [s for d, n, s in week.days if d == day.weekday() and n in (0, which)]
    if found and week.holiday is not None and is_public_holiday(day, country):
        return week.holiday
    if any(spans is None for spans in found):
        return None
    return tuple(sorted(span for spans in found for span in spans or ()))


@cache
def _read(rows: tuple[str, ...]) -> _Week:
    if not rows:
        raise HoursError("no hours")
    days: list[tuple[int, int, Spans | None]] = []
    yearly: list[tuple[str, str]] = []
    holiday: Spans | None = None
    for row in rows:
        if row == "always":
            continue
        if row == "closed hol":
            holiday = ()
        elif closed := _YEARLY.fullmatch(row):
            yearly.append((closed[1], closed[2]))
        else:
            head, _, tail = row.partition(" ")
            spans = _times(row, tail)
            if head == "hol":
                holiday = spans
            else:
                days += [(day, which, spans) for day, which in _named(row, head)]
    return _Week("always" in rows, tuple(days), holiday, tuple(yearly))


def _named(row: str, head: str) -> list[tuple[int, int]]:
    named = []
    for part in head.split(","):
        found = _DAY.fullmatch(part)
        if found is None:
            raise HoursError(f"cannot read {row!r}")
        first = DAYS.index(found[1])
        last = DAYS.index(found[3]) if found[3] else first
        named += [(day, int(found[2] or 0)) for day in range(first, last + 1)]
    if not named:
        raise HoursError(f"cannot read {row!r}")
    return named


def _times(row: str, tail: str) -> Spans | None:
    if tail == "?":
        return None
    spans = []
    for part in tail.split():
        found = _SPAN.fullmatch(part)
        if found is None:
            raise HoursError(f"cannot read {row!r}")
        try:
            begin = time(int(found[1]), int(found[2]))
            end = time(int(found[3]) % 24, int(found[4]))
        except ValueError:
            raise HoursError(f"no such time in {row!r}") from None
        if end != time(0) and end <= begin:
            raise HoursError(f"ends before it begins: {row!r}")
        spans.append((begin, end))
    if not spans:
        raise HoursError(f"no times in {row!r}")
    return tuple(spans)
