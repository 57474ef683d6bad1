"""The public numbers: whole half-years, as they were written down."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import Response, make_response, render_template

from grievance.accounts import queries as accounts
from grievance.cases import labels, publishing
from grievance.cases.publishing import DAYS, LEAST, OTHERS, RECORDED, Half
from grievance.clock import local_day, now
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.i18n import gettext as _
from grievance.portal.blueprint import portal
from grievance.web.audience import audience


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


@portal.get("/<language:lang>/numbers")
@audience("public")
def numbers() -> str:
    """How many reports, how long they took, what came of them, by whole half-years."""
    session = db.session()
    profile = accounts.profile(session)
    zone = profile.time_zone if profile else "UTC"
    return render_template(
        "portal/numbers.html",
        halves=[_shown(one) for one in publishing.published(session)],
        following=date_text(publishing.next_one(local_day(now(), zone), zone)),
        operator=profile,
        least=LEAST,
    )


def _shown(half: Half) -> Shown:
    known = directory.book(db.session())
    tables = [
        Table(
            name,
            _(labels.FIGURE[name]),
            [(_said(name, code), number) for code, number in counted.items()],
        )
        for name, counted in half.counts.items()
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


@portal.get("/<language:lang>/numbers.csv")
@audience("public")
def numbers_csv() -> Response:
    """The same as one table: codes and numbers."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(("half_year", "figure", "code", "number"))
    for half in publishing.published(db.session()):
        table.writerows(_rows(half))
    answer = make_response(written.getvalue())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=numbers.csv"
    return answer


def _rows(half: Half) -> Iterator[tuple[str, str, str, int | Decimal | str]]:
    began = half.first.isoformat()
    yield began, "filed", "all", half.filed if half.filed is not None else ""
    for figure, counted in half.counts.items():
        for code, number in counted.items():
            yield began, figure, code, number
    for step, days in half.days.items():
        yield began, DAYS, step, days
    for body, record in half.bodies.items():
        for part in RECORDED:
            yield began, part, body, record.get(part, "")
