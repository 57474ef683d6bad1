"""Whom to call first when somebody may be in danger, and when a person reads what was filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from grievance import clock, i18n
from grievance.accounts import queries as accounts
from grievance.directory import disclosure, lines
from grievance.directory import queries as directory
from grievance.directory.book import Entry, Way
from grievance.directory.open_now import SAID_OF_OPEN, open_at, week
from grievance.directory.search import spoken_on, understood
from grievance.directory.texts import Said
from grievance.extensions import db
from grievance.routing.explain import Door, Note, Result
from grievance.routing.reasons import CAUTIONS
from grievance.web.language import is_partial, own_language, whole_language

MOST = 3
# What a card says in its facts or in place of a number.
BESIDE = (
    "no-checked-contact",
    "speaks-your-language",
    "interpreter-possible",
    "ask-for-interpreter",
)
INTERPRETER = i18n.N_("They call an interpreter")
# What the first screens say of an open line in every language.
FIRST_SAID = (
    *SAID_OF_OPEN,
    *disclosure.first_said(),
    CAUTIONS["may-tell-immigration"],
    CAUTIONS["irregular"],
    INTERPRETER,
)
ABOVE = "jp-emergency"  # 110 and 119 stand before these


@dataclass(frozen=True)
class Call:
    """A body that can be telephoned: its name, its Japanese name, how it is dialled, in which
    language and when. What is said of it is in `tongue`: first screens have few such sentences."""

    name: str
    own_name: str
    shown: str
    href: str
    language: str
    is_open: bool
    now: str
    hours: Said | None
    cautions: tuple[Note, ...]
    tells: tuple[str, ...]
    tongue: i18n.Language


def to_call(advice: Result, now: datetime) -> list[Call]:
    """The first bodies that routing names and that have a checked telephone number on
    which the worker is understood; those that answer now stand first."""
    book, found = directory.book(db.session()), []
    languages = _languages(advice)
    place = (advice.profile.prefecture, advice.profile.location == "japan")
    for door in advice.doors:
        entry = book.entries[door.mechanism]
        usable = [way for way in entry.ways if way.facts.usable(*place)]
        way = lines.number_for(entry, usable, languages, now)
        if way and entry.id != ABOVE and _may_be_shown(way, now):
            found.append(_call(entry, way, door, advice, now))
    return sorted(found, key=lambda call: not call.is_open)[:MOST]


def next_reading() -> str:
    """When a person reads what is filed now, in words; empty when the operator named no hours."""
    told = accounts.profile(db.session())
    moment: datetime | None = told.next_reading(clock.now()) if told else None
    if told is None or moment is None:
        return ""
    zone = i18n.zone_text(told.time_zone)
    return f"{i18n.time_text(moment, ZoneInfo(told.time_zone))} ({zone})"


def _languages(advice: Result) -> list[i18n.Language]:
    """What the worker speaks, the best first: as answered, as chosen before this page stood in for
    it, and what this page is in."""
    answered, own, here = advice.profile.language, own_language(), i18n.current()
    chosen = own if here in i18n.fallbacks(own) else here
    found = [i18n.BY_SLUG[answered]] if answered in i18n.BY_SLUG else []
    return list(dict.fromkeys([*found, chosen, here]))


def _may_be_shown(way: Way, now: datetime) -> bool:
    """On a first screen nothing says in the reader's words that a line is closed."""
    return not is_partial(i18n.current()) or open_at(way.facts, now)


def _call(entry: Entry, way: Way, door: Door, advice: Result, now: datetime) -> Call:
    name, own_name, value = entry.name(), entry.facts.name_ja, way.facts.value or ""
    immigration = "no" if advice.profile.irregular else entry.facts.tells_immigration
    languages, warned = _languages(advice), disclosure.warnings(entry.facts.police, immigration)
    cautions = [one for one in door.cautions if one.code not in BESIDE]
    hours = _hours(way)
    with i18n.speaking(_tongue([*warned, *(one.text for one in cautions)])) as tongue:
        return Call(
            name=name,
            own_name=own_name if own_name != name else "",
            shown=value,
            href=lines.tel(value),
            language=_language(entry, way, languages),
            is_open=open_at(way.facts, now),
            now=lines.now_sentence(way, now),
            hours=hours,
            cautions=tuple(replace(one, text=i18n.gettext(one.text)) for one in cautions),
            tells=tuple(i18n.gettext(one) for one in warned),
            tongue=tongue,
        )


def _tongue(said: Sequence[str]) -> i18n.Language:
    """The language of the page where it has all these sentences, else one that has every one."""
    mine = i18n.current()
    known = not is_partial(mine) or set(said) <= set(FIRST_SAID)
    return mine if known else whole_language()


def _hours(way: Way) -> Said | None:
    """When it answers: as its page says it, or in days and times where that is not translated."""
    mine = i18n.current()
    text = week(way.facts) if is_partial(mine) else ""
    return Said(text, mine) if text else way.say("hours")


def _language(entry: Entry, way: Way, languages: list[i18n.Language]) -> str:
    """The worker's language that is spoken on this way, by its own name."""
    spoken = spoken_on(entry, way)
    mine = [slug for one in languages for slug in spoken if slug in understood(one)]
    return lines.language_name(mine[0]) if mine else i18n.gettext(INTERPRETER)
