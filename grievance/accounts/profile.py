"""The operator's profile as readers meet it: texts by language, hours, and what is still missing.

Texts follow the one pattern of run-time texts: `{"field": {"vi": {"text", "of", "by"}}}`, where
`of` is the hash of the English that a translation was made from; another hash means stale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts.closures import OperatorCalendar, read_calendar
from grievance.accounts.models import OperatorProfile, Organisation
from grievance.clock import is_working_day, local_day
from grievance.i18n import BY_SLUG, N_, fallbacks

FIELDS: dict[str, str] = {
    "who_runs": N_("Who runs this"),
    "who_reads": N_("Who can read a case"),
    "can": N_("What you can do for a worker"),
    "cannot": N_("What you cannot do"),
    "kept": N_("How long you keep a case, and what happens then"),
    "advice": N_("That this is not legal advice, and where to get it"),
    "complain": N_("How to complain about you"),
}
LOOK_AHEAD_DAYS = 120  # nobody may close for more than 28 days in a row


@dataclass(frozen=True)
class Said:
    """One text in the language that was found, and whether its English has changed since."""

    text: str
    language: str
    stale: bool = False


# Days that a case which is over is kept at least: for a year it can be opened again, a leap year
# and the last day to its end.
KEPT_AT_LEAST = 367


@dataclass(frozen=True)
class Profile:
    """What the operator says of itself; read only."""

    organisation_id: UUID
    name: str
    texts: Mapping[str, Any]
    hours: Mapping[str, list[str]]  # "0" (Monday) … "6" → ["09:00", "18:00"]
    languages: tuple[str, ...]
    time_zone: str
    everyday_site: str
    contacts: tuple[str, ...]
    retention_days: int | None
    version: int
    calendar: OperatorCalendar = OperatorCalendar()

    def say(self, field: str, slug: str) -> Said:
        """The text of a field in this language or what it falls back to; empty when there is
        none."""
        kept = self.texts.get(field, {})
        for language in fallbacks(BY_SLUG[slug]):
            if found := kept.get(language.slug):
                of_english = found.get("of", "")
                stale = language.slug != "en" and of_english != english_hash(kept)
                return Said(found["text"], language.slug, stale)
        return Said("", slug)

    def told(self, slug: str) -> list[Said]:
        """Every text in this language, in the order of the page."""
        return [self.say(field, slug) for field in FIELDS]

    @property
    def keeps_days(self) -> int | None:
        """How many days a case that is over is kept; what was saved before the least was checked
        may say less, and does not count."""
        return None if self.retention_days is None else max(self.retention_days, KEPT_AT_LEAST)

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be filled in before filing may open: names of fields, in page order."""
        lacking = [field for field in FIELDS if not self.say(field, "en").text]
        others = {
            "name": self.name,
            "hours": self.hours,
            "languages": self.languages,
            "everyday_site": self.everyday_site,
            "contacts": self.contacts,
            "retention_days": self.retention_days,
        }
        return (*lacking, *(name for name, held in others.items() if not held))

    @property
    def complete(self) -> bool:
        """Whether everything a worker must know first is said."""
        return not self.missing

    def with_calendar(self, calendar: OperatorCalendar) -> Profile:
        """The same with another calendar: what would be so."""
        return replace(self, calendar=calendar)

    def opens(self, day: date) -> tuple[time, time] | None:
        """From when to when somebody reads on this day; None on holidays, on the operator's closed
        days, and on days without hours."""
        given = self.hours.get(str(day.weekday()))
        closed = self.calendar.closed
        holiday = day.weekday() < 5 and not is_working_day(day, self.calendar.country)
        if not given or holiday or day in closed:
            return None
        return time.fromisoformat(given[0]), time.fromisoformat(given[1])

    def next_reading(self, now: datetime) -> datetime | None:
        """When a person reads this next, in the operator's zone: `now` within hours, else the next
        opening; None when no hours are set, or none is near."""
        return next(self.readings(now), None)

    def readings(self, now: datetime) -> Iterator[datetime]:
        """From when a person reads on each of the next days on which one does, in the operator's
        zone; the first is `now` within hours."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        for ahead in range(LOOK_AHEAD_DAYS):
            day = local_day(now, self.time_zone) + timedelta(days=ahead)
            hours = self.opens(day)
            if hours is None or (ahead == 0 and local.time() >= hours[1]):
                continue
            yield max(datetime.combine(day, hours[0], local.tzinfo), local)


def profile_of(kept: OperatorProfile, organisation: Organisation) -> Profile:
    """The profile of its row."""
    return Profile(
        organisation_id=organisation.id,
        name=organisation.name,
        texts=kept.texts,
        hours=kept.hours,
        languages=tuple(kept.languages),
        time_zone=kept.time_zone,
        everyday_site=kept.everyday_site,
        contacts=tuple(kept.contacts),
        retention_days=kept.retention_days,
        version=kept.version,
        calendar=read_calendar(kept.calendar),
    )


def english_hash(kept: Mapping[str, Any]) -> str:
    """What a translation names as its original: twelve hex digits of the English text's hash."""
    english = kept.get("en", {}).get("text", "")
    return hashlib.sha256(english.encode()).hexdigest()[:12]


def with_texts(before: Mapping[str, Any], written: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """The texts with what was written at (field, language) put in.

    A translation that was not touched keeps the English it was made from, so that it shows as
    stale once the English is another. An emptied text goes away.
    """
    texts: dict[str, Any] = {field: dict(before.get(field, {})) for field in FIELDS}
    for english_first in (True, False):
        for (field, slug), text in written.items():
            if (slug == "en") != english_first:
                continue
            kept = texts[field]
            if not text:
                kept.pop(slug, None)
            elif kept.get(slug, {}).get("text") != text:
                kept[slug] = {"text": text, "of": "", "by": "person"}
                kept[slug]["of"] = english_hash(kept)
    return {field: kept for field, kept in texts.items() if kept}
