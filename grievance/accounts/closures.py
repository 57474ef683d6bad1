"""The operator's calendar: whose public holidays it keeps, and its own days on which nobody reads.

Kept with the profile as codes: `{"country": "JP", "closed": [["2026-12-29", "2027-01-03",
"new_year"], …]}`, each with its first and last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from grievance.i18n import N_

COUNTRY = "JP"
LONGEST = 28  # days without anybody who reads, weekends and holidays counted
REASONS: dict[str, str] = {
    "new_year": N_("New Year"),
    "summer": N_("Summer holidays"),
    "training": N_("Training, or a day together"),
    "premises": N_("Move, repair or inspection"),
    "other": N_("Something else"),
}


@dataclass(frozen=True, order=True)
class Closure:
    """Whole days in a row on which nobody reads, and why: a code of `REASONS`."""

    first: date
    last: date
    reason: str

    def days(self) -> Iterable[date]:
        """Each of them."""
        count = (self.last - self.first).days + 1
        return (self.first + timedelta(days=ahead) for ahead in range(count))

    def meets(self, other: Closure) -> bool:
        """Whether a day is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class OperatorCalendar:
    """Whose public holidays are kept, and the closed days, the earliest first."""

    country: str = COUNTRY
    closures: tuple[Closure, ...] = field(default=())

    @property
    def closed(self) -> frozenset[date]:
        """All closed days."""
        return frozenset(day for one in self.closures for day in one.days())

    def kept(self) -> dict[str, Any]:
        """As it stands in the database."""
        rows = [
            [one.first.isoformat(), one.last.isoformat(), one.reason]
            for one in sorted(self.closures)
        ]
        return {"country": self.country, "closed": rows}


def read_calendar(kept: Mapping[str, Any] | None) -> OperatorCalendar:
    """The calendar as it was kept; without closed days before anything was said of it."""
    if kept is None:
        return OperatorCalendar()
    rows = [
        Closure(date.fromisoformat(first), date.fromisoformat(last), reason)
        for first, last, reason in kept["closed"]
    ]
    return OperatorCalendar(kept["country"], tuple(sorted(rows)))


def new_year(today: date) -> Closure:
    """The days on which offices in Japan are closed at the next turn of the year: 29 December to
    3 January (Act on Holidays of Administrative Organs, art. 1(1) no. 3)."""
    year = today.year - 1 if (today.month, today.day) <= (1, 3) else today.year
    return Closure(date(year, 12, 29), date(year + 1, 1, 3), "new_year")
