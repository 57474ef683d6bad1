"""What happens at a body once it has something, as data: stages, who acts, and how long it takes.

A body without a procedure of its own has that of its kind. Times are what is usual, never what is
promised, and close nothing; none of them stops a limit of the law unless its stage says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from grievance.deadlines.asked import limits_of
from grievance.deadlines.limits import CONFIDENCE, JAPANESE
from grievance.directory import entries, facts
from grievance.i18n import Unit
from grievance.sheets import Row, read

FILE = Path(__file__).parent / "data" / "procedures.yaml"
WHO = ("worker", "body", "employer", "both", "others")
UNITS: Mapping[str, Unit | None] = {
    "day": "day", "working day": None, "week": "week", "month": "month", "year": "year",
}  # fmt: skip
USUAL = "usual"
BASIS = (USUAL, "rule", "good")  # what kind of number a limit is
SURE = tuple(one for one in CONFIDENCE if one != "confirm")
NO_CALENDAR = "none"
_TIME = re.compile(rf"(\d{{1,3}}) ({'|'.join(UNITS)})s?")
_WRONG = "expected a time such as 3 months or 15 working days"


@dataclass(frozen=True)
class Time:
    """So many days, weeks, months or years; working days where there is no unit."""

    number: int
    unit: Unit | None


@dataclass(frozen=True)
class Limit:
    """How long something takes, counted from the stage `since`. `time` is None where nobody knows;
    a number to be confirmed is for our own plans."""

    time: Time | None
    since: str
    basis: str
    confidence: str
    law: str
    sources: tuple[entries.Source, ...]

    @property
    def sure(self) -> bool:
        """Whether the number may be told to a worker."""
        return self.time is not None and self.confidence in SURE


@dataclass(frozen=True)
class Asks:
    """A question that a body asks itself, and what to send so that it can answer it: English,
    messages."""

    question: str
    send: str


@dataclass(frozen=True)
class Stage:
    """One step: who acts, and what happens, as a worker reads it (English, a message)."""

    id: str
    who: str
    text: str
    limit: Limit | None
    next: tuple[str, ...]
    only: tuple[str, ...]  # the bodies that have it; all of them where none is named
    confidence: str
    sources: tuple[entries.Source, ...]
    asks: tuple[Asks, ...]


@dataclass(frozen=True)
class Procedure:
    """The stages of one procedure in the order in which they are told. Our paper stands at `sent`;
    `first` is what counts as the body's first answer, empty where no stage is one. One that is a
    `plan` is for ourselves: of those bodies nobody knows what happens there."""

    code: str
    plan: bool
    mechanisms: tuple[str, ...]
    kinds: tuple[str, ...]
    calendar: str
    sent: str
    first: str
    whole: Limit | None
    stages: tuple[Stage, ...]

    def stage(self, name: str) -> Stage:
        """The stage of this name."""
        return next(one for one in self.stages if one.id == name)

    @property
    def asks(self) -> tuple[Asks, ...]:
        """All that the body asks itself on the way."""
        return tuple(one for stage in self.stages for one in stage.asks)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """All that is said of how long something takes."""
        said = (*(one.limit for one in self.stages), self.whole)
        return tuple(one for one in said if one)

    @property
    def pages(self) -> tuple[entries.Source, ...]:
        """The pages that it was read on, each once."""
        of_stages = [page for one in self.stages for page in one.sources]
        of_limits = [page for one in self.limits for page in one.sources]
        return tuple(dict.fromkeys((*of_stages, *of_limits)))

    @property
    def laws(self) -> tuple[str, ...]:
        """The laws that set its limits."""
        return tuple(dict.fromkeys(one.law for one in self.limits if one.law))


@dataclass(frozen=True)
class Procedures:
    """All of a release, and for which problems the law's limits are not counted, with why."""

    rows: Mapping[str, Procedure]
    no_limit: Mapping[str, str]

    def of(self, mechanism: str, kind: str) -> Procedure:
        """The procedure of this body, else that of its kind; without the stages that it has not."""
        every = self.rows.values()
        own = next((one for one in every if mechanism in one.mechanisms), None)
        found = own or next(one for one in every if kind in one.kinds)
        gone = {one.id for one in found.stages if one.only and mechanism not in one.only}
        stages = tuple(
            replace(one, next=tuple(name for name in one.next if name not in gone))
            for one in found.stages
            if one.id not in gone
        )
        return replace(found, stages=stages)


@cache
def shipped() -> Procedures:
    """The procedures that came with this release, read once."""
    return load(FILE)


def load(file: Path, told: entries.Facts | None = None) -> Procedures:
    """The procedures in this file, checked against the facts (the shipped ones without them).

    `SheetError`: a stage that nothing leads to, a `next` or `from` that is none, a time that counts
    from a later stage, an unknown body, kind, calendar or source, a body with two, a kind without
    a fallback, `seen` without a source, a problem that neither has a limit of the law nor says why
    not.
    """
    known = told or facts.shipped()
    sheet = read(file)
    top = sheet.top()
    top.day("checked")
    found: dict[str, Procedure] = {}
    taken: set[str] = set()
    for row in top.rows("procedures"):
        one = _procedure(row, known)
        if one.code in found:
            row.fault("code", f"the code {one.code!r} twice")
        for key, doors in (("mechanisms", one.mechanisms), ("kinds", one.kinds)):
            for door in doors:
                if door in taken:
                    row.fault(key, f"{key}: {door} twice")
                taken.add(door)
        found[one.code] = one
    for kind in entries.KINDS:
        if kind not in taken:
            top.fault("procedures", f"kinds: {kind} has no procedure")
    without = _without(top, known)
    top.done()
    sheet.end()
    return Procedures(found, without)


def _without(top: Row, known: entries.Facts) -> Mapping[str, str]:
    """Why a problem has no limit: each that has none, and no other."""
    why = top.texts("no_limit", known.issues)
    for issue in known.issues:
        if bool(limits_of(issue)) == (issue in why):
            has = "has a limit" if issue in why else "has no limit: say why"
            top.fault("no_limit", f"no_limit: {issue} {has}")
    return why


def _procedure(row: Row, known: entries.Facts) -> Procedure:
    rows = list(row.rows("stages"))
    names = [one.text("id") for one in rows] or [""]
    mechanisms = row.codes("mechanisms", known.mechanisms)
    stages = []
    for place, inner in enumerate(rows):
        if inner.get("id") in names[:place]:
            inner.fault("id", f"the id {inner.get('id')!r} twice")
        stages.append(_stage(inner, names, names[:place], known))
        for one in stages[-1].only:
            if one not in mechanisms:
                inner.fault("only", f"only: {one} is not of this procedure")
        inner.done()
    made = Procedure(
        code=row.text("code"),
        plan=row.flag("plan"),
        mechanisms=mechanisms,
        kinds=row.codes("kinds", entries.KINDS),
        calendar=row.code("calendar", (*JAPANESE, NO_CALENDAR)),
        sent=row.code("sent", names) if row.get("sent") else names[0],
        first=row.code("first", names) if row.get("first") else "",
        whole=_limit(row, "whole", names, names[0], known),
        stages=tuple(stages),
    )
    for place in _unreached(stages):
        rows[place].fault("id", f"nothing leads to {names[place]!r}")
    if made.first and (not made.stage(made.first).limit if made.first in names else True):
        row.fault("first", f"first: {made.first} says no time")
    row.done()
    return made


def _stage(row: Row, names: Collection[str], before: Sequence[str], known: entries.Facts) -> Stage:
    asks = []
    for one in row.rows("asks"):
        asks.append(Asks(one.text("ask"), one.text("say")))
        one.done()
    confidence = row.code("confidence", SURE)
    return Stage(
        id=row.text("id"),
        who=row.code("who", WHO),
        text=row.text("text"),
        limit=_limit(row, "limit", before, before[-1] if before else "", known),
        next=row.codes("next", names),
        only=row.codes("only", known.mechanisms),
        confidence=confidence,
        sources=_sources(row, confidence, known),
        asks=tuple(asks),
    )


def _limit(
    row: Row, key: str, names: Collection[str], before: str, known: entries.Facts
) -> Limit | None:
    if row.get(key) is None:
        return None
    inner = row.row(key)
    confidence = inner.code("confidence", CONFIDENCE)
    time = None
    if confidence in SURE or inner.get("time") is not None:
        parts = _TIME.fullmatch(inner.text("time"))
        if parts is None:
            inner.fault("time", f"time: {_WRONG}")
        else:
            time = Time(int(parts[1]), UNITS[parts[2]])
    made = Limit(
        time=time,
        since=inner.code("from", names) if inner.get("from") else before,
        basis=inner.code("as", BASIS) if inner.get("as") else USUAL,
        confidence=confidence,
        law=inner.maybe("law") or "",
        sources=_sources(inner, confidence, known),
    )
    if not made.since:
        inner.fault("from", "from: nothing comes before it")
    inner.done()
    return made


def _sources(row: Row, confidence: str, known: entries.Facts) -> tuple[entries.Source, ...]:
    named = row.codes("sources", known.sources)
    if confidence == "seen" and not named:
        row.fault("confidence", "confidence: seen, but no source is named")
    return tuple(known.sources[page] for page in named if page in known.sources)


def _unreached(stages: list[Stage]) -> Iterator[int]:
    """The places of the stages that cannot be come to from the first one."""
    reached, ways = set(), [0] if stages else []
    by_name = {one.id: place for place, one in enumerate(stages)}
    while ways:
        place = ways.pop()
        if place not in reached:
            reached.add(place)
            ways += [by_name[name] for name in stages[place].next if name in by_name]
    yield from (place for place in range(len(stages)) if place not in reached)
