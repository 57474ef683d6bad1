"""The answer of routing: ranked doors with reasons and cautions, what was ruled out, warnings.

Texts are English messages; whoever shows them passes them through `gettext` of the language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from grievance.directory.facts import Facts
from grievance.routing.cautions import cautions, warnings
from grievance.routing.profile import Profile
from grievance.routing.rank import NAME_FREE, arrange
from grievance.routing.reasons import (
    CAUTIONS,
    REASONS,
    RULED_OUT,
    WARNINGS,
    role,
)
from grievance.routing.rules import Rules
from grievance.routing.situation import DoorList, Ending, Situation


@dataclass(frozen=True)
class Note:
    """A code and its sentence; `basis` names the law behind it, empty where there is none."""

    code: str
    text: str
    basis: str = ""


@dataclass(frozen=True)
class Door:
    """One place to turn to. Rank 1 is first; `cannot` is what it cannot do, in English."""

    mechanism: str
    rank: int
    reasons: tuple[Note, ...]
    cautions: tuple[Note, ...]
    cannot: str
    reachable: bool


@dataclass(frozen=True)
class RuledOut:
    """A place that might have been expected, and why it is not offered."""

    mechanism: str
    reason: Note


@dataclass(frozen=True)
class Result:
    """The whole answer for one profile, one rule set and one day.

    `nearest` is the first door with a checked way to reach it from where the person is: the first
    such of the list, else of the general help; None when there is none at all.
    """

    profile: Profile
    rules_version: str
    day: date
    doors: tuple[Door, ...]
    ruled_out: tuple[RuledOut, ...]
    warnings: tuple[Note, ...]
    nearest: str | None


def rank(
    profile: Profile, rules: Rules, facts: Facts, today: date, endings: tuple[Ending, ...] = ()
) -> Result:
    """The doors for this profile on its own date, or `today` when it has none; `endings` are the
    limits of the law that end soon on that day, earliest first.

    Never empty; the same input gives the same answer.
    """
    day = profile.date or today
    situation = Situation(profile, rules, facts, day, endings)
    doors = arrange(situation)
    listed = tuple(_door(situation, doors, name, n) for n, name in enumerate(doors.names, 1))
    return Result(
        profile=profile,
        rules_version=rules.version,
        day=day,
        doors=listed,
        ruled_out=tuple(
            RuledOut(name, Note(code, RULED_OUT[code])) for name, code in doors.ruled_out.items()
        ),
        warnings=_notes(WARNINGS, warnings(situation, doors)),
        nearest=_nearest(situation, doors, listed),
    )


def as_plain(
    result: Result,
    say: Callable[[str], str] = str,
    cannot: Callable[[str, str], str] = lambda _name, text: text,
) -> dict[str, Any]:
    """The answer as plain values for JSON, its sentences passed through `say`.

    `cannot` gets a mechanism and the English of what it cannot do, and returns it in the language.
    """
    return {
        "profile": result.profile.echo() | {"date": result.day.isoformat()},
        "rules_version": result.rules_version,
        "date": result.day.isoformat(),
        "doors": [
            {
                "mechanism": door.mechanism,
                "rank": door.rank,
                "reasons": [
                    {"code": note.code, "basis": note.basis, "text": say(note.text)}
                    for note in door.reasons
                ],
                "cautions": _plain(door.cautions, say),
                "cannot": cannot(door.mechanism, door.cannot),
                "reachable": door.reachable,
            }
            for door in result.doors
        ],
        "ruled_out": [
            {"mechanism": out.mechanism, "reason": _plain([out.reason], say)[0]}
            for out in result.ruled_out
        ],
        "warnings": _plain(result.warnings, say),
    }


def _plain(notes: Iterable[Note], say: Callable[[str], str]) -> list[dict[str, str]]:
    return [{"code": note.code, "text": say(note.text)} for note in notes]


def _notes(table: dict[str, str], codes: Iterable[str]) -> tuple[Note, ...]:
    return tuple(Note(code, table[code]) for code in codes)


def _door(s: Situation, doors: DoorList, name: str, place: int) -> Door:
    door = s.door(name)
    return Door(
        mechanism=name,
        rank=place,
        reasons=tuple(_reasons(s, doors, name)),
        cautions=_notes(CAUTIONS, cautions(s, door)),
        cannot=door.texts.get("cannot_do", ""),
        reachable=s.reaches(name),
    )


def _reasons(s: Situation, doors: DoorList, name: str) -> Iterable[Note]:
    """What the door is good for and by which law, then what in the situation brought it here."""
    door = s.door(name)
    code = role(door)
    yield Note(code, REASONS[code], _basis(s, name) or "; ".join(door.legal_basis[:1]))
    for step in doors.why.get(name, []):
        yield Note(step, REASONS[step], s.rules.steps.get(step, ""))
    if s.profile.anonymous and door.anonymous in NAME_FREE:
        yield Note("no-name-needed", REASONS["no-name-needed"])


def _basis(s: Situation, name: str) -> str:
    """The law of the worker's issues that this body enforces, when the work is in Japan."""
    if s.profile.location == "abroad":
        return ""
    laws = s.rules.enforces.get(name, ())
    clauses = (part for issue in s.profile.issues for part in s.rules.basis[issue].split("; "))
    return "; ".join(dict.fromkeys(part for part in clauses if part.startswith(laws)))


def _nearest(s: Situation, doors: DoorList, listed: tuple[Door, ...]) -> str | None:
    for door in listed:
        if door.reachable:
            return door.mechanism
    for name in s.rules.fallback[s.profile.location]:
        help_door = s.door(name)
        if name not in doors.ruled_out and help_door.open_on(s.day) and s.reaches(name):
            return name
    return None
