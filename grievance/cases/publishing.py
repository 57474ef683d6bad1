"""Numbers for everybody: whole half-years that are over, written down once.

Fixed days and numbers that never change leave nothing to be told from two of them. Fewer than
`LEAST` of anything stand together with others, so that no number, and no difference of two, is of
fewer people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.cases import figures
from grievance.cases.figures import LEAST, TALLIED, Period, Record, half_year, total
from grievance.cases.labels import UNKNOWN
from grievance.cases.models import Case, Published
from grievance.clock import local_day

SETTLES = timedelta(days=14)  # after its end: what happened then is written down by then
OTHERS = "others"
FILED, ENOUGH, FEW = "filed", "all", "few"
HOME = "JP"
OPEN_FIGURES = (
    "problem", "language", "place", "channel", "closed", "nationality", "sector",
)  # fmt: skip
OBSERVED = ("severity", "filed_for")  # of cases, too: for observers
DAYS, BODY = "days", "body"
RECORDED = ("handed", "answered", "declined", "silent", "median_days")


def together(counted: Mapping[str, int]) -> dict[str, int]:
    """The counts that may be shown: codes of fewer than `LEAST` stand together as `OTHERS`, with
    the next ones while they are one code alone or still fewer than that. Empty where nothing may
    be shown."""
    rising = sorted(counted, key=lambda code: (counted[code], code))
    hidden = [code for code in rising if counted[code] < LEAST]
    rest = rising[len(hidden) :]
    while hidden and rest and (len(hidden) == 1 or _sum(counted, hidden) < LEAST):
        hidden.append(rest.pop(0))
    shown = {code: counted[code] for code in rest}
    if hidden and (len(hidden) == 1 or _sum(counted, hidden) < LEAST):
        return {}
    return shown | ({OTHERS: _sum(counted, hidden)} if hidden else {})


def _sum(counted: Mapping[str, int], codes: list[str]) -> int:
    return sum(counted[code] for code in codes)


def publish(session: Session, zone: str, today: date) -> int:
    """Write down each half-year that is over, settled and not written down yet, from the first in
    which a case was filed on; how many. Where two run at once, the first row decides who does."""
    made = 0
    for period in _due(session, zone, today):
        rows = list(_rows(session, period))
        claimed = insert(Published).values(rows[:1]).on_conflict_do_nothing()
        if session.execute(claimed.returning(Published.half)).first():
            made += 1
            if rows[1:]:
                session.execute(insert(Published).values(rows[1:]))
    return made


def _due(session: Session, zone: str, today: date) -> Iterator[Period]:
    first = session.scalar(select(func.min(Case.filed_at)))
    if first is None:
        return
    there = set(session.scalars(select(Published.half).where(Published.figure == FILED)))
    period = half_year(local_day(first, zone), zone)
    while period.last + SETTLES < today:
        if period.first not in there:
            yield period
        period = half_year(period.last + timedelta(days=1), zone)


def _rows(session: Session, period: Period) -> Iterator[dict[str, object]]:
    counted = figures.counts(session, period)
    filed = total(counted["state"])
    told: list[tuple[str, str, float]] = [
        (FILED, ENOUGH, filed) if filed >= LEAST else (FILED, FEW, 0)
    ]
    whole = {**counted, "place": _places(counted), **_tallies(counted, filed)}
    for name in (*OPEN_FIGURES, *OBSERVED):
        told += [(name, code, number) for code, number in together(whole[name]).items()]
    for name, spread in figures.times(session, period).items():
        if spread.number >= LEAST and spread.median is not None:
            told.append((DAYS, name, spread.median))
    for one in figures.records(session, period):
        told += [(f"{BODY}_{part}", one.mechanism, value) for part, value in told_of(one).items()]
    for figure, value, number in told:
        row = {"half": period.first, "figure": figure, "value": value}
        yield {**row, "number": Decimal(str(round(number, 1)))}


def _places(counted: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Every case once: by its region in Japan, `unknown` where that is not known, or its country.
    Two figures of one thing could be subtracted from each other."""
    regions, abroad = dict(counted["region"]), dict(counted["country"])
    unknown = abroad.pop(HOME, 0) - total(regions)
    return regions | abroad | ({UNKNOWN: unknown} if unknown else {})


def _tallies(counted: Mapping[str, Mapping[str, int]], filed: int) -> dict[str, dict[str, int]]:
    """What the tallies hold, and how many filings said nothing; nothing of one that holds more than
    was filed, because cases were erased since."""
    found = {}
    for name in TALLIED:
        unsaid = filed - total(counted[name])
        rest = {UNKNOWN: unsaid} if unsaid > 0 else {}
        found[name] = dict(counted[name]) | rest if unsaid >= 0 else {}
    return found


def told_of(one: Record) -> dict[str, float]:
    """What may be said of a body: a part only where neither it nor what is left is of a few."""
    if one.handed < LEAST:
        return {}
    told: dict[str, float] = {"handed": one.handed}
    if _enough(one.answered, one.handed):
        told["answered"] = one.answered
        if _enough(one.declined, one.answered):
            told["declined"] = one.declined
        if _enough(one.silent, one.handed - one.answered):
            told["silent"] = one.silent
    if one.answered >= LEAST and one.median_days is not None:
        told["median_days"] = one.median_days
    return told


def _enough(part: int, of: int) -> bool:
    return all(number == 0 or number >= LEAST for number in (part, of - part))


@dataclass(frozen=True)
class Half:
    """A half-year as it was published: its days, how many were filed (None: fewer than `LEAST`),
    and its numbers by figure and code, the most frequent first; `observed` are those that
    only observers read."""

    first: date
    last: date
    filed: int | None
    counts: Mapping[str, Mapping[str, int]]
    days: Mapping[str, Decimal]
    bodies: Mapping[str, Mapping[str, Decimal]]
    observed: Mapping[str, Mapping[str, int]]


def published(session: Session) -> list[Half]:
    """Every half-year that was published, the newest first."""
    rows = list(session.scalars(select(Published).order_by(Published.half.desc())))
    return [_half([row for row in rows if row.half == day]) for day in _days(rows)]


def _days(rows: list[Published]) -> list[date]:
    return list(dict.fromkeys(row.half for row in rows))


def _half(rows: list[Published]) -> Half:
    by: dict[str, dict[str, Decimal]] = {}
    for row in sorted(rows, key=lambda row: (row.value == OTHERS, -row.number, row.value)):
        by.setdefault(row.figure, {})[row.value] = row.number
    bodies: dict[str, dict[str, Decimal]] = {}
    for part in RECORDED:
        for body, number in by.get(f"{BODY}_{part}", {}).items():
            bodies.setdefault(body, {})[part] = number
    enough = by[FILED].get(ENOUGH)
    period = half_year(rows[0].half, "UTC")
    counts, observed = (
        {name: {code: int(number) for code, number in by.get(name, {}).items()} for name in listed}
        for listed in (OPEN_FIGURES, OBSERVED)
    )
    filed = int(enough) if enough is not None else None
    return Half(period.first, period.last, filed, counts, by.get(DAYS, {}), bodies, observed)


def next_one(today: date, zone: str) -> date:
    """The day from which the numbers of the half-year that runs can be read."""
    return half_year(today, zone).last + SETTLES + timedelta(days=1)
