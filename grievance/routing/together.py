"""What runs together with what, bars or pauses it: rules of law and procedure as data, and what
they say of the places of one case. Advice, and only where a rule says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grievance.directory.entries import Source
from grievance.directory.facts import Facts, shipped
from grievance.i18n import N_
from grievance.model import complete
from grievance.routing.rules import RulesError
from grievance.sheets import Row, SheetError, read

FILE = Path(__file__).parent / "data" / "together.yaml"
KINDS = ("bars", "first", "pauses", "together")  # in the order in which they are told
LABELS = {
    "bars": N_("Not both for the same problem"),
    "first": N_("First here, then there"),
    "pauses": N_("Can put the other one on hold"),
    "together": N_("Both at the same time"),
}
complete(LABELS, KINDS)
# Beside the words, so that the kinds are told apart at a glance, also in black and white.
SIGNS = {"bars": "×", "first": "1·2", "pauses": "‖", "together": "+"}
complete(SIGNS, KINDS)


@dataclass(frozen=True)
class Rule:
    """One rule: of which places it speaks, for which problems, and where it stands. `text` is
    English, a message."""

    kind: str
    these: tuple[str, ...]
    those: tuple[str, ...]
    with_any: bool
    issues: tuple[str, ...]
    text: str
    law: str
    sources: tuple[Source, ...]

    def of(self, one: str, places: Sequence[str]) -> tuple[str, ...]:
        """The others among `places` that it names beside `one`."""
        if one not in self.these:
            return ()
        named = places if self.with_any else self.those
        return tuple(place for place in places if place in named and place not in self.these)


@dataclass(frozen=True)
class Pair:
    """A place, and others that it stands to in the way of `rule`."""

    this: str
    others: tuple[str, ...]
    rule: Rule


def pairs(
    places: Sequence[str], issues: Collection[str], rules: Sequence[Rule] | None = None
) -> list[Pair]:
    """What the rules (the shipped ones without them) say of these places of the directory, where
    the problems are `issues`: what bars first, then in the order of the places. Of a pair that no
    rule names it says nothing."""
    known = shipped_together() if rules is None else rules
    once = tuple(dict.fromkeys(places))
    found = [
        Pair(place, others, rule)
        for rule in known
        if not rule.issues or set(rule.issues) & set(issues)
        for place in once
        if (others := rule.of(place, once))
    ]
    return sorted(found, key=lambda pair: KINDS.index(pair.rule.kind))


def with_place(found: Sequence[Pair], place: str) -> list[Pair]:
    """Of these pairs what concerns one place; of the others of a pair that is not about it alone,
    only that one."""
    mine = (
        pair if pair.this == place else Pair(pair.this, (place,), pair.rule)
        for pair in found
        if place == pair.this or place in pair.others
    )
    return list(mine)


@dataclass(frozen=True)
class Told:
    """Pairs as a page shows them: the places by their names."""

    pairs: Sequence[Pair]
    name: Callable[[str], str]

    @staticmethod
    def label(pair: Pair) -> str:
        """How they stand to each other, in English, a message."""
        return LABELS[pair.rule.kind]

    @staticmethod
    def sign(pair: Pair) -> str:
        """The same as a sign."""
        return SIGNS[pair.rule.kind]


def load_together(facts: Facts, file: Path | None = None) -> tuple[Rule, ...]:
    """The rules in `file` (the shipped ones without it), checked against the facts.

    `RulesError` names every unknown body, issue or page, and every rule without a source.
    """
    try:
        sheet = read(file or FILE)
    except SheetError as error:
        raise RulesError(error.faults) from None
    top = sheet.top()
    top.day("checked")
    rules = tuple(_rules(top, facts))
    top.done()
    if sheet.faults:
        raise RulesError(sheet.faults)
    return rules


@cache
def shipped_together() -> tuple[Rule, ...]:
    """The rules that came with this release, read once."""
    return load_together(shipped())


def _rules(top: Row, facts: Facts) -> Iterator[Rule]:
    taken: set[str] = set()
    for row in top.rows("pairs"):
        code = row.text("code")
        if code in taken:
            row.fault("code", f"code: {code!r} twice")
        taken.add(code)
        yield _rule(row, facts)
        row.done()


def _rule(row: Row, facts: Facts) -> Rule:
    pages = row.codes("sources", facts.sources)
    rule = Rule(
        kind=row.code("kind", KINDS),
        these=row.codes("these", facts.mechanisms),
        those=row.codes("those", facts.mechanisms),
        with_any=row.flag("with_any"),
        issues=row.codes("issues", facts.issues),
        text=row.text("text"),
        law=row.maybe("law") or "",
        sources=tuple(facts.sources[page] for page in pages if page in facts.sources),
    )
    if not rule.these or rule.with_any == bool(rule.those):
        row.fault("those", "needs these, and either those or with_any")
    if not rule.law and not pages:
        row.fault("law", "says no law and no source")
    return rule
