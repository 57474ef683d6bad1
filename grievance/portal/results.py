"""The result of the finder: what routing says, as cards a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from grievance.deadlines.advising import advise
from grievance.directory import queries
from grievance.directory.book import Book, Way
from grievance.i18n import gettext as _
from grievance.portal import doors as shown
from grievance.portal.answers import JOURNEY, Finder
from grievance.portal.doors import Card, Reach, Standpoint, card
from grievance.questions.profile import profile_of
from grievance.routing.explain import Door, Note, Result, rank
from grievance.routing.profile import Profile, parse
from grievance.routing.rules import shipped_rules
from grievance.routing.situation import Situation

FULL = 3  # doors shown whole; the others fold
MOST_NOW = 3  # who is named as answering now


@dataclass(frozen=True)
class Said:
    """A code of routing with its sentence in the reader's language."""

    code: str
    text: str
    basis: str = ""


@dataclass(frozen=True)
class Ranked:
    """One door of the answer."""

    rank: int
    card: Card
    reasons: tuple[Said, ...]
    cautions: tuple[Said, ...]
    equal: tuple[Card, Reach] | None = None  # who can be called instead, where no number is known


@dataclass(frozen=True)
class Shown:
    """The whole answer as the page shows it."""

    doors: tuple[Ranked, ...]
    warnings: tuple[Said, ...]
    ruled_out: tuple[tuple[str, str, str], ...]  # mechanism, name, why
    nearest: Card | None  # when the first door cannot be reached
    now: tuple[tuple[Card, Reach], ...]  # who answers at this moment, in the reader's language
    day: date
    danger: bool

    @property
    def first(self) -> tuple[Ranked, ...]:
        """The doors shown whole."""
        return self.doors[:FULL]

    @property
    def rest(self) -> tuple[Ranked, ...]:
        """The other doors, in order."""
        return self.doors[FULL:]


def result_for(session: Session, finder: Finder, today: date, now: datetime) -> Shown:
    """What routing says to these answers with the directory as it stands."""
    here = queries.book(session)
    rules = shipped_rules()
    given = profile_of(finder.bank, JOURNEY, finder.answers)
    profile: Profile = parse(given, tuple(here.facts.issues), rules.limitation_codes)
    result = advise(profile, rules, here.facts, today)
    situation = Situation(profile, rules, here.facts, result.day)
    standpoint = Standpoint(
        profile.prefecture,
        situation.person_in_japan,
        situation.country_now,
        now,
        hurt=profile.issue == "accident-illness",
    )
    return _shown(here, result, standpoint)


def first_doors(here: Book, issue: str, today: date, now: datetime) -> list[Card]:
    """The doors for an issue when nothing else is known of the person."""
    result = rank(Profile(issues=(issue,)), shipped_rules(), here.facts, today)
    return [card(here.entries[door.mechanism], Standpoint(now=now)) for door in result.doors]


def _shown(here: Book, result: Result, standpoint: Standpoint) -> Shown:
    doors = tuple(_door(here, door, standpoint) for door in result.doors)
    nearest = result.nearest if result.doors and not result.doors[0].reachable else None
    return Shown(
        doors=doors,
        warnings=tuple(_said(note) for note in result.warnings),
        ruled_out=tuple(
            (out.mechanism, here.name(out.mechanism), _(out.reason.text))
            for out in result.ruled_out
        ),
        nearest=card(here.entries[nearest], standpoint) if nearest else None,
        now=_answering(here, result, standpoint),
        day=result.day,
        danger=result.profile.danger,
    )


def _door(here: Book, door: Door, standpoint: Standpoint) -> Ranked:
    return Ranked(
        rank=door.rank,
        card=card(here.entries[door.mechanism], standpoint),
        reasons=tuple(_said(note) for note in door.reasons),
        cautions=tuple(_said(note) for note in door.cautions),
        equal=_equal(here, door, standpoint) if door.rank <= FULL else None,
    )


def _equal(here: Book, door: Door, standpoint: Standpoint) -> tuple[Card, Reach] | None:
    """Who can be called in place of a door without a number: a body that does the same."""
    if shown.to_call(here.entries[door.mechanism], _usable(here, door.mechanism, standpoint)):
        return None
    for name in shipped_rules().equals.get(door.mechanism, ()):
        entry = here.entries.get(name)
        way = shown.to_call(entry, _usable(here, name, standpoint)) if entry else None
        if entry and way:
            reach = shown.reach(entry, way, brief=True, now=standpoint.now)
            return card(entry, standpoint), reach
    return None


def _usable(here: Book, name: str, standpoint: Standpoint) -> list[Way]:
    return shown.usable_ways(here.entries[name], standpoint)


def _answering(
    here: Book, result: Result, standpoint: Standpoint
) -> tuple[tuple[Card, Reach], ...]:
    """Who of the list, or does the same, can be spoken with at this moment."""
    equals, out = shipped_rules().equals, {one.mechanism for one in result.ruled_out}
    names = [n for door in result.doors for n in (door.mechanism, *equals.get(door.mechanism, ()))]
    found = []
    for name in dict.fromkeys(names):
        entry = here.entries.get(name)
        if entry is None or name in out or not entry.facts.open_on(result.day):
            continue
        way = shown.answers(entry, standpoint)
        if way is not None:
            reach = shown.reach(entry, way, brief=True, now=standpoint.now)
            found.append((card(entry, standpoint), reach))
    return tuple(found[:MOST_NOW])


def _said(note: Note) -> Said:
    return Said(note.code, _(note.text), note.basis)
