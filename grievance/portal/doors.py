"""Bodies as cards: the three facts, the ways to reach them, and what stands near a closed door."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from babel import dates
from babel.lists import format_list

from grievance.directory import lines, open_now
from grievance.directory.book import Book, Entry, Way
from grievance.directory.entries import BY_NUMBER
from grievance.directory.lines import MINE, OTHERS, language_name, tongue
from grievance.directory.search import languages_of, place_of, speaks, spoken_on, understood
from grievance.directory.texts import Said
from grievance.i18n import current, date_text, gettext, name_in
from grievance.portal.words import NAME_UNKNOWN, WAYS, YOUR_NAME, language_in
from grievance.questions.places import prefecture_name

_ORDER = tuple(WAYS)
_SCHEME = re.compile(r"^https?://")
_A_KIND = re.compile("・ひな形(?=）)|（ひな形）")  # marks an entry that stands for many bodies
_STANDS_BY = (
    "state_emergency", "state_nonjudicial", "ngo", "union", "nhri", "sending_country_agency",
)  # fmt: skip
NEARBY = 3
AMBULANCE = "119"


@dataclass(frozen=True)
class Reach:
    """One way to reach a body, ready to be shown and tapped."""

    type: str
    shown: str
    href: str
    hours: Said | None
    note: Said | None
    languages: tuple[str, ...]  # own names
    place: str  # the only prefectures or countries it serves
    not_place: str  # those it does not serve
    provenance: str  # who stands behind it, in a sentence
    now: str  # whether it is open at this moment, in a sentence


@dataclass(frozen=True)
class Standpoint:
    """From where somebody looks: prefecture of the workplace, and where they are now."""

    prefecture: str | None = None
    in_japan: bool = True
    country: str | None = None  # where they are, as far as it is known
    now: datetime | None = None  # the moment; without one nothing is said of being open
    hurt: bool = False  # the ambulance stands before the police


@dataclass(frozen=True)
class Card:
    """One body in a list of answers."""

    entry: Entry
    name: str
    own_name: str  # in Japanese; empty when the name is that already
    to_show: str  # the same where showing it to somebody in Japan leads there
    sentence: Said | None
    cost: Said | None
    your_name: str
    your_language: str
    cannot: Said | None
    reach: Reach | None
    also: tuple[Reach, ...] = ()  # the other emergency number; a number where `reach` is none


def card(entry: Entry, standpoint: Standpoint) -> Card:
    """The card of a body for the reader of this page."""
    name = _A_KIND.sub("", entry.name())
    way, usable = best(entry, standpoint), usable_ways(entry, standpoint)
    own_name = _A_KIND.sub("", entry.facts.name_ja)
    own_name = own_name if own_name != name else ""
    in_japan = standpoint.in_japan and place_of(entry.id) == "JP"
    return Card(
        entry=entry,
        name=name,
        own_name=own_name,
        to_show=own_name if in_japan else "",
        sentence=entry.say("can_do"),
        cost=entry.say("cost"),
        your_name=gettext(YOUR_NAME.get(entry.facts.anonymous, NAME_UNKNOWN)),
        your_language=language_sentence(entry, usable or None),
        cannot=entry.say("cannot_do"),
        reach=reach(entry, way, brief=True, now=standpoint.now) if way else None,
        also=tuple(
            reach(entry, other, brief=True, now=standpoint.now)
            for other in _also(entry, way, usable)
        ),
    )


def _also(entry: Entry, shown: Way | None, usable: list[Way]) -> list[Way]:
    """Every emergency number stands there; elsewhere one to call, where none is shown yet."""
    if entry.facts.kind == "state_emergency":
        return [way for way in usable if way is not shown]
    if shown is None or shown.facts.voice:
        return []
    call = to_call(entry, usable)
    return [call] if call and call is not shown else []


def to_call(entry: Entry, usable: list[Way]) -> Way | None:
    """The number to call among these ways: in the reader's language, if there is one."""
    voices = [way for way in usable if way.facts.voice]
    return min(voices, key=lambda way: _preference(entry, way), default=None)


def language_sentence(entry: Entry, ways: list[Way] | None = None) -> str:
    """Whether the reader is understood there (by these ways), said so that it cannot be misread."""
    own, spoken = current(), languages_of(entry, ways)
    if spoken & understood(own):
        return gettext("They speak %(language)s") % {"language": name_in(own)}
    if understood(own) & set(entry.facts.languages):
        return gettext("They have a number for %(language)s, which we do not have yet") % {
            "language": name_in(own)
        }
    if entry.facts.interpreters:
        return gettext("They call an interpreter")
    spoken = spoken or set(entry.facts.languages)
    if spoken == {"ja"}:
        return gettext("Japanese only: ask somebody to speak for you")
    if spoken:
        first = sorted(spoken, key=lambda slug: (slug != "ja", slug))[:4]
        names = ", ".join(language_in(slug) for slug in first)
        return gettext("They speak %(language)s") % {"language": names}
    return gettext("We do not know: ask them first")


def reach(entry: Entry, way: Way, *, brief: bool = False, now: datetime | None = None) -> Reach:
    """A channel as it is shown; `brief` names of many languages only the reader's."""
    facts = way.facts
    slugs = spoken_on(entry, way)
    if brief and tongue(entry, way, current()) == MINE:
        slugs = tuple(slug for slug in slugs if slug in understood(current()))[:1]
    return Reach(
        type=facts.type,
        shown=_SCHEME.sub("", str(way.say("value") or facts.value or "")).rstrip("/"),
        href=_href(facts.type, facts.value or ""),
        hours=way.say("hours"),
        note=way.say("note"),
        languages=tuple(language_name(slug) for slug in slugs),
        place=_places(facts.only_in),
        not_place=_places(facts.not_in),
        provenance=provenance(way),
        now=lines.now_sentence(way, now) if now else "",
    )


def provenance(way: Way) -> str:
    """Who stands behind a value: a person here on a day, else the page it was read on, with the
    day that the page itself shows. Nobody checked what was only read."""
    if way.confirmed:
        return gettext("Confirmed by a person here on %(day)s") % {"day": date_text(way.confirmed)}
    if way.page is None:
        return ""
    if not way.page.date:
        sentence = gettext("From a page of %(who)s, which shows no date")
        return sentence % {"who": way.page.organisation}
    sentence = gettext("From a page of %(who)s, dated %(day)s")
    return sentence % {"who": way.page.organisation, "day": partial_day(way.page.date)}


def partial_day(written: str) -> str:
    """A day as exact as it is known: a year, a month, or all of it."""
    parts = [int(part) for part in written.split("-")]
    day = date(*(parts + [1, 1])[:3])
    if len(parts) == 3:
        return dates.format_date(day, "long", locale=current().locale)
    skeleton = "y" if len(parts) == 1 else "yMMMM"
    return dates.format_skeleton(skeleton, day, locale=current().locale)


def ways(entry: Entry, now: datetime | None = None) -> tuple[list[Reach], list[Reach]]:
    """The channels that may be shown: those for this reader, and those in other languages."""
    shown = sorted(entry.public_ways, key=lambda way: _preference(entry, way))
    mine = [way for way in shown if tongue(entry, way, current()) != OTHERS]
    others = [way for way in shown if tongue(entry, way, current()) == OTHERS]
    if not mine:
        mine, others = others, []
    return (
        [reach(entry, way, now=now) for way in mine],
        [reach(entry, way, now=now) for way in others],
    )


def best(entry: Entry, standpoint: Standpoint) -> Way | None:
    """The one way to offer first: it leads somewhere from there, and in the reader's language."""
    usable = usable_ways(entry, standpoint)
    if standpoint.hurt and entry.facts.kind == "state_emergency":
        return next((way for way in usable if way.facts.value == AMBULANCE), None)
    return min(usable, key=lambda way: _preference(entry, way), default=None)


def usable_ways(entry: Entry, standpoint: Standpoint) -> list[Way]:
    """The ways that lead somewhere from there."""
    place = (standpoint.prefecture, standpoint.in_japan, standpoint.country)
    return [way for way in entry.ways if way.facts.usable(*place)]


def answers(entry: Entry, standpoint: Standpoint) -> Way | None:
    """The way by which somebody can be spoken with now, in the reader's language, from there."""
    now = standpoint.now
    for way in usable_ways(entry, standpoint):
        mine = tongue(entry, way, current()) == MINE
        if now and mine and way.facts.voice and open_now.open_at(way.facts, now):
            return way
    return None


def nearby(book: Book, entry: Entry) -> list[Entry]:
    """Bodies that can be reached instead: where this one hands over to, then those of the same
    country that understand the reader and share most of its issues. None that a company runs."""
    handed = [book.entries[name] for name in entry.facts.escalates_to if name in book.entries]
    place, issues = place_of(entry.id), set(entry.facts.issues)
    others = sorted(
        (other for other in book.entries.values() if place_of(other.id) == place),
        key=lambda other: (not speaks(other, current()), -len(issues & set(other.facts.issues))),
    )
    found = {
        other.id: other
        for other in [*handed, *others]
        if other.id != entry.id and other.facts.kind in _STANDS_BY and _can_be_reached(other)
    }
    return list(found.values())[:NEARBY]


def _places(codes: tuple[str, ...]) -> str:
    """The names of prefectures or countries; empty for none."""
    territories = current().locale.territories
    names = [str(territories.get(code) or prefecture_name(code, current())) for code in codes]
    return format_list(names, locale=current().locale) if names else ""


def _can_be_reached(entry: Entry) -> bool:
    return entry.facts.status == "active" and entry.facts.reachable()


def _preference(entry: Entry, way: Way) -> tuple[int, int]:
    return tongue(entry, way, current()), _ORDER.index(way.facts.type)


def _href(kind: str, value: str) -> str:
    if kind in BY_NUMBER:
        return lines.tel(value)
    if kind == "email" and "@" in value:
        return f"mailto:{value}"
    return value if value.startswith(("http://", "https://")) else ""
