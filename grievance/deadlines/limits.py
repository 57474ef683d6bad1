"""The law's own limits in time as data: what each lasts, where it is kept, and what moves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from grievance.clock import add_months, is_working_day
from grievance.directory import facts
from grievance.questions.places import country_codes
from grievance.routing.rules import FILE_AT
from grievance.sheets import Row, read

FILE = Path(__file__).parent / "data" / "limits.yaml"
JAPAN = "Asia/Tokyo"  # where the day is counted, wherever the operator is
JAPANESE = ("courts", "administration", "bank")
CALENDARS = (*JAPANESE, "philippines", "viet-nam", "china")
MOVES = ("demand", "acknowledged", "agreed_to_talk", "conciliation", "lawsuit")
CONFIDENCE = ("seen", "known", "confirm")
OLD_CONTRACT = ("always", "bodily_harm")  # made before 2020-04-01: the old Civil Code may hold
NO_END = "open"
NO_PERIOD = "none"

Period = Callable[[date], date]


@dataclass(frozen=True)
class Calendar:
    """When an office of this kind is open: not at weekends, on holidays, on its closed days."""

    country: str
    closed: frozenset[tuple[int, int]]  # month and day

    def open_on(self, day: date) -> bool:
        """Somebody is there on this day."""
        return (day.month, day.day) not in self.closed and is_working_day(day, self.country)

    def before(self, day: date) -> date:
        """The last open day that is not after this one."""
        while not self.open_on(day):
            day -= timedelta(days=1)
        return day

    def after(self, day: date) -> date:
        """The first open day that is not before this one."""
        while not self.open_on(day):
            day += timedelta(days=1)
        return day


@dataclass(frozen=True)
class Limit:
    """One limit. `label` and `text` are for people, in English; empty where no answer leads to it.
    `period` is None where the law names no day; `longest` is what the law may also allow, and
    `no_end` says that nobody can name its end; `from_event` runs from the event itself where
    `period` runs from knowing of it."""

    code: str
    label: str
    text: str
    period: Period | None
    file_at: str
    calendar: Calendar | None
    moved_by: tuple[str, ...]
    basis: str
    confidence: str
    sources: tuple[str, ...]
    no_end: bool
    longest: Period | None
    from_event: Period | None
    bodily_harm: Period | None
    old_contract: str | None
    earlier: tuple[date, Period] | None


@dataclass(frozen=True)
class Limits:
    """All of a release, with the calendars by name."""

    rows: Mapping[str, Limit]
    calendars: Mapping[str, Calendar]
    checked: date | None

    @property
    def bank(self) -> Calendar:
        """That of the banks that pay wages."""
        return self.calendars["bank"]


@cache
def shipped() -> Limits:
    """The limits that came with this release, read once."""
    return load(FILE)


def load(file: Path) -> Limits:
    """The limits in this file. `SheetError`: a code twice, an unknown office, calendar, move or
    source, a period that is none."""
    sheet = read(file)
    top = sheet.top()
    checked = top.day("checked")
    calendars = {name: _calendar(row) for name, row in top.named("calendars")}
    for name in CALENDARS:
        if name not in calendars:
            top.fault("calendars", f"calendars: {name} is missing")
    offices = top.texts("offices", FILE_AT)
    for name in FILE_AT:
        if name not in offices:
            top.fault("offices", f"offices: {name} is missing")
        elif offices[name] and offices[name] not in calendars:
            sheet.fault(("offices", name), f"{name}: unknown calendar {offices[name]!r}")
    open_at = {name: calendars.get(offices.get(name, "")) for name in FILE_AT}
    sources, found = frozenset(facts.shipped().sources), {}
    for row in top.rows("limits"):
        one = _limit(row, calendars, open_at, sources)
        if one.code in found:
            row.fault("code", f"the code {one.code!r} twice")
        found[one.code] = one
    top.done()
    sheet.end()
    return Limits(found, calendars, checked)


def period(written: str) -> Period | None:
    """What a period such as `3 years` or `14 days` adds to a day; None when it is none."""
    parts = re.fullmatch(r"(\d{1,2}) (day|week|month|year)s?", written)
    if parts is None:
        return None
    number, unit = int(parts[1]), parts[2]
    if unit in ("day", "week"):
        days = timedelta(days=number * (7 if unit == "week" else 1))
        return lambda day: day + days
    months = number * (12 if unit == "year" else 1)
    return lambda day: add_months(day, months)


def _calendar(row: Row) -> Calendar:
    closed = set()
    for written in row.codes("closed"):
        try:
            day = date.fromisoformat(f"2000-{written}")
        except ValueError:
            row.fault("closed", f"closed: expected month and day such as 12-31, not {written!r}")
        else:
            closed.add((day.month, day.day))
    country = row.code("country", country_codes())
    row.done()
    return Calendar(country, frozenset(closed))


def _limit(
    row: Row,
    calendars: Mapping[str, Calendar],
    open_at: Mapping[str, Calendar | None],
    sources: Collection[str],
) -> Limit:
    file_at = row.code("file_at", FILE_AT)
    own = row.code("calendar", calendars) if row.get("calendar") is not None else None
    confidence = row.code("confidence", CONFIDENCE)
    named = row.codes("sources", sources)
    told = row.get("claim") is None
    for key in () if told else ("claim", "starts"):
        row.text(key)
    if confidence == "seen" and not named:
        row.fault("confidence", "confidence: seen, but no source is named")
    no_end = row.get("longest") == NO_END
    made = Limit(
        code=row.text("code"),
        label=row.text("label") if told else "",
        text=row.text("text") if told else "",
        period=None if row.get("period") == NO_PERIOD else _period(row, "period"),
        file_at=file_at,
        calendar=calendars.get(own) if own else open_at.get(file_at),
        moved_by=row.codes("moved_by", MOVES),
        basis=row.text("basis"),
        confidence=confidence,
        sources=named,
        no_end=no_end,
        longest=None if no_end else _maybe(row, "longest"),
        from_event=_maybe(row, "from_event"),
        bodily_harm=_maybe(row, "bodily_harm"),
        old_contract=row.code("old_contract", OLD_CONTRACT) if row.get("old_contract") else None,
        earlier=_earlier(row),
    )
    row.done()
    return made


def _period(row: Row, key: str) -> Period | None:
    written = row.text(key)
    found = period(written)
    if written and found is None:
        row.fault(key, f"{key}: expected a period such as 3 years, not {written!r}")
    return found


def _maybe(row: Row, key: str) -> Period | None:
    return _period(row, key) if row.get(key) is not None else None


def _earlier(row: Row) -> tuple[date, Period] | None:
    if row.get("earlier") is None:
        return None
    inner = row.row("earlier")
    day, found = inner.day("before"), _period(inner, "period")
    if day is None:
        inner.fault("before", "before: is missing")
    inner.done()
    return (day, found) if day and found else None
