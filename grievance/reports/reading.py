"""What stands on the page of numbers: each figure as lines beside those of the period before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases import figures, labels, money
from grievance.cases.figures import Counted, Period, Record, Spread, total
from grievance.directory import queries as directory
from grievance.i18n import current
from grievance.i18n import gettext as _
from grievance.reports.words import FIGURES, SUM

Sums = Mapping[str, Mapping[str, figures.Sum]]
SHARED = ("offered", "agreed", "received")  # of which a share of the claim is told


@dataclass(frozen=True)
class Line:
    """One code of a figure: how many in the period and in the one before, and how long its bar is
    (0 to 100, of the longest)."""

    code: str
    label: str
    number: int
    before: int
    bar: int


@dataclass(frozen=True)
class Table:
    """A figure as a table."""

    name: str
    title: str
    counts: str
    lines: list[Line]
    number: int
    before: int


@dataclass(frozen=True)
class Step:
    """How long a step took in the period, and in the one before."""

    name: str
    label: str
    spread: Spread
    before: Spread


@dataclass(frozen=True)
class SumLine:
    """A sum in the period, and in the one before, as `amount` of the smallest unit and as text;
    empty where it is of too few cases. `share` is its part of the claim, in percent."""

    name: str
    label: str
    amount: int | None
    text: str
    cases: int | None
    share: int | None
    amount_before: int | None
    text_before: str


@dataclass(frozen=True)
class Purse:
    """The sums in one currency."""

    currency: str
    label: str
    lines: list[SumLine]


@dataclass(frozen=True)
class Bar:
    """A month of the plot: its name, how many, and how high its bar is (0 to 100)."""

    label: str
    number: int
    height: int


@dataclass(frozen=True)
class Numbers:
    """All of the page."""

    period: Period
    tables: list[Table]
    steps: list[Step]
    bodies: list[tuple[str, Record]]
    months: list[Bar]
    money: list[Purse]

    def table(self, name: str) -> Table:
        """A figure by its name."""
        return next(one for one in self.tables if one.name == name)


def numbers(session: Session, period: Period, today: date, person: UUID) -> Numbers:
    """Everything that is counted of a period, in words, as far as this person may know of it; the
    plot ends with it, or with today."""
    hidden = figures.hidden_from(person)
    now, before = (figures.counts(session, one, hidden) for one in (period, period.before))
    took, had = (figures.times(session, one, hidden) for one in (period, period.before))
    known = directory.book(session)
    return Numbers(
        period,
        [_table(name, now[name], before[name]) for name in FIGURES],
        [Step(name, _(label), took[name], had[name]) for name, label in labels.STEP.items()],
        [(known.name(one.mechanism), one) for one in figures.records(session, period, hidden)],
        _months(figures.filed_by_month(session, min(period.last, today), period.zone, hidden)),
        _purses(*(figures.money(session, one, hidden) for one in (period, period.before))),
    )


def _table(name: str, now: Mapping[str, int], before: Mapping[str, int]) -> Table:
    figure = FIGURES[name]
    codes = [code for code in figure.order if code in now or code in before]
    rest = (set(now) | set(before)) - set(codes)
    codes += sorted(rest, key=lambda code: (-now.get(code, 0), -before.get(code, 0), code))
    longest = max(now.values(), default=0) or 1
    lines = [
        Line(
            code,
            labels.code_of(name, code),
            now.get(code, 0),
            before.get(code, 0),
            round(100 * now.get(code, 0) / longest),
        )
        for code in codes
    ]
    return Table(name, _(labels.FIGURE[name]), _(figure.counts), lines, total(now), total(before))


def _purses(now: Sums, before: Sums) -> list[Purse]:
    return [
        Purse(currency, money.name(currency), _sums(currency, now, before))
        for currency in sorted({*now, *before})
    ]


def _sums(currency: str, now: Sums, before: Sums) -> list[SumLine]:
    held, had = now.get(currency, {}), before.get(currency, {})
    claimed = held.get("claimed")
    lines = []
    for name, label in SUM.items():
        one, last = held.get(name), had.get(name)
        lines.append(
            SumLine(
                name,
                _(label),
                one.amount if one else None,
                money.said(one.amount, currency) if one else "",
                one.cases if one else None,
                _share(one, claimed) if name in SHARED else None,
                last.amount if last else None,
                money.said(last.amount, currency) if last else "",
            )
        )
    return lines


def _share(one: figures.Sum | None, claimed: figures.Sum | None) -> int | None:
    return round(100 * one.amount / claimed.amount) if one and claimed else None


def _months(found: list[Counted]) -> list[Bar]:
    highest = max((one.number for one in found), default=0) or 1
    return [Bar(_month(one.month), one.number, round(100 * one.number / highest)) for one in found]


def _month(day: date) -> str:
    name = current().locale.months["stand-alone"]["abbreviated"][day.month]
    return f"{name} {day.year}"
