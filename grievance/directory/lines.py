"""Whether somebody can use a way to reach a body: who is understood on it, and whether it is open
at a moment. Every page that names a number asks here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel import Locale, UnknownLocaleError

from grievance.clock import local_day
from grievance.directory import open_now
from grievance.directory.book import Entry, Way
from grievance.directory.search import spoken_on, understood
from grievance.i18n import BY_SLUG, Language

OLD = timedelta(days=365)  # facts nobody looked at for longer are marked
MINE, UNSAID, OTHERS = range(3)  # whose language is spoken on a way
_DIALLED = re.compile(r"[+#*]?\d[\d\-. ()]*")


def tongue(entry: Entry, way: Way, language: Language) -> int:
    """Whether a reader of `language` is understood on this way."""
    spoken = spoken_on(entry, way)
    if not spoken:
        return UNSAID
    return MINE if understood(language) & set(spoken) else OTHERS


def calls_interpreter(entry: Entry, way: Way) -> bool:
    """Whether no language is a barrier on this way: the body calls an interpreter, and the way is
    not one of certain languages only."""
    return entry.facts.interpreters and not way.facts.languages


def number_for(
    entry: Entry, usable: Sequence[Way], languages: Sequence[Language], now: datetime
) -> Way | None:
    """The telephone number for somebody who speaks these languages, the best one first; of
    several the one that is open. None rather than a number where nobody understands them."""
    phones = [way for way in usable if way.facts.type == "phone"]
    first = [[way for way in phones if tongue(entry, way, one) == MINE] for one in languages]
    found = next(filter(None, first), [way for way in phones if calls_interpreter(entry, way)])
    return min(found, key=lambda way: not open_now.open_at(way.facts, now), default=None)


def now_sentence(way: Way, now: datetime) -> str:
    """Whether it is open at this moment, as sure as its page is young."""
    return open_now.sentence(way.facts, now, _told_lately(way, now))


def is_old(checked: date | None, today: date) -> bool:
    """Whether nobody looked at this for more than a year."""
    return checked is not None and today - checked > OLD


def tel(value: str) -> str:
    """The address that dials a number; empty for a text without one."""
    found = _DIALLED.search(value)
    dialled = re.sub(r"[^\d+#*]", "", found[0]) if found else ""
    return f"tel:{dialled.replace('#', '%23')}" if dialled else ""


def language_name(slug: str) -> str:
    """The own name of a language, also of those the product itself does not speak."""
    if slug in BY_SLUG:
        return BY_SLUG[slug].own_name
    try:
        return Locale.parse(slug.replace("-", "_")).get_display_name() or slug
    except (UnknownLocaleError, ValueError):
        return slug


def _told_lately(way: Way, now: datetime) -> bool:
    """Whether its hours are of common knowledge, or of a page that was dated or confirmed within
    a year; of a page of their own nobody here keeps the day."""
    opening = way.facts.opening
    today = local_day(now, opening.zone if opening else "Asia/Tokyo")
    if way.confirmed and not is_old(way.confirmed, today):
        return True
    if way.page is None or (opening and opening.source not in (None, way.page.id)):
        return way.page is None and way.facts.status == "public_fact"
    parts = [int(part) for part in (way.page.date or "").split("-") if part]
    return bool(parts) and not is_old(date(*(parts + [1, 1])[:3]), today)
