"""What routing advised when the case was filed, re-said in the handler's language.

The advice is frozen and sealed with the case; only its sentences are looked up anew by their codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from grievance.directory.book import Book
from grievance.directory.citing import cite
from grievance.i18n import gettext as _
from grievance.routing.reasons import CAUTIONS, REASONS, RULED_OUT, WARNINGS

SHOWN = 5
GOOD = "speaks-your-language"  # routing notes it beside the cautions; it is none


@dataclass(frozen=True)
class Door:
    """One suggested door: why, what to be careful of, what it cannot do."""

    mechanism: str
    rank: int
    name: str
    own_name: str
    reasons: tuple[tuple[str, str], ...]  # sentence, law
    cautions: tuple[str, ...]
    cannot: str
    reachable: bool
    listed: bool  # whether the directory still holds it


@dataclass(frozen=True)
class Advice:
    """The suggested doors in order, and what else routing said."""

    doors: tuple[Door, ...]
    ruled_out: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    rules_version: str
    day: date

    @property
    def first(self) -> tuple[Door, ...]:
        """The doors shown at once."""
        return self.doors[:SHOWN]

    @property
    def rest(self) -> tuple[Door, ...]:
        """The other doors."""
        return self.doors[SHOWN:]


def advice_of(kept: Mapping[str, Any], book: Book) -> Advice | None:
    """The advice kept with a case; None when there is none."""
    if not kept:
        return None
    return Advice(
        doors=tuple(_door(door, book) for door in kept["doors"]),
        ruled_out=tuple(
            (book.name(out["mechanism"]), _sentence(RULED_OUT, out["reason"]))
            for out in kept["ruled_out"]
        ),
        warnings=tuple(_sentence(WARNINGS, warning) for warning in kept["warnings"]),
        rules_version=kept["rules_version"],
        day=date.fromisoformat(kept["date"]),
    )


def _door(kept: Mapping[str, Any], book: Book) -> Door:
    entry = book.entries.get(kept["mechanism"])
    name = book.name(kept["mechanism"])
    own_name = entry.facts.name_ja if entry else ""
    cannot = entry.say("cannot_do") if entry else None
    return Door(
        mechanism=kept["mechanism"],
        rank=kept["rank"],
        name=name,
        own_name=own_name if own_name != name else "",
        reasons=(
            *((_sentence(REASONS, one), _law(one)) for one in kept["reasons"]),
            *((_sentence(CAUTIONS, one), "") for one in kept["cautions"] if one["code"] == GOOD),
        ),
        cautions=tuple(_sentence(CAUTIONS, one) for one in kept["cautions"] if one["code"] != GOOD),
        cannot=str(cannot or kept["cannot"]),
        reachable=kept["reachable"],
        listed=entry is not None,
    )


def _law(note: Mapping[str, str]) -> str:
    return cite(note.get("basis", "")).text


def _sentence(table: Mapping[str, str], note: Mapping[str, str]) -> str:
    """Today's sentence of a code; the one that was kept when the code is gone."""
    return _(table.get(note["code"], note["text"]))
