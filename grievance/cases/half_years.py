"""Published half-years in words, for everybody and for observers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from grievance.cases import labels, publishing
from grievance.cases.publishing import DAYS, OTHERS, RECORDED, Half
from grievance.directory import queries as directory
from grievance.i18n import date_text
from grievance.i18n import gettext as _

HEAD = ("half_year", "figure", "code", "number")


@dataclass(frozen=True)
class Table:
    """A figure of a half-year in words: what, and how many."""

    name: str
    title: str
    lines: list[tuple[str, int]]


@dataclass(frozen=True)
class Shown:
    """A half-year in words. `filed` is None while it is too few to be said."""

    first: str
    last: str
    filed: int | None
    tables: list[Table]
    days: list[tuple[str, Decimal]]
    bodies: list[tuple[str, Mapping[str, Decimal]]]


def shown(session: Session, *, observed: bool = False) -> list[Shown]:
    """Every half-year that was published, the newest first; `observed` with what is told to
    observers besides."""
    return [_shown(session, half, observed) for half in publishing.published(session)]


def _shown(session: Session, half: Half, observed: bool) -> Shown:
    known = directory.book(session)
    counts = {**half.counts, **half.observed} if observed else half.counts
    tables = [
        Table(
            name,
            _(labels.FIGURE[name]),
            [(_said(name, code), number) for code, number in counted.items()],
        )
        for name, counted in counts.items()
        if counted
    ]
    return Shown(
        date_text(half.first),
        date_text(half.last),
        half.filed,
        tables,
        [(_(labels.STEP[name]), number) for name, number in half.days.items()],
        [(known.name(body), record) for body, record in half.bodies.items()],
    )


def _said(figure: str, code: str) -> str:
    return _("Others, together") if code == OTHERS else labels.code_of(figure, code)


def rows(
    session: Session, *, observed: bool = False
) -> Iterator[tuple[str, str, str, int | Decimal | str]]:
    """The same as lines of a table: codes and numbers."""
    for half in publishing.published(session):
        yield from _rows(half, observed)


def _rows(half: Half, observed: bool) -> Iterator[tuple[str, str, str, int | Decimal | str]]:
    began = half.first.isoformat()
    yield began, "filed", "all", half.filed if half.filed is not None else ""
    counts = {**half.counts, **half.observed} if observed else half.counts
    for figure, counted in counts.items():
        for code, number in counted.items():
            yield began, figure, code, number
    for step, days in half.days.items():
        yield began, DAYS, step, days
    for body, record in half.bodies.items():
        for part in RECORDED:
            yield began, part, body, record.get(part, "")
