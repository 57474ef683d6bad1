"""The numbers as one table to take along: a line for each code of each figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from xlsxwriter import Workbook

from grievance.cases.money import CURRENCIES
from grievance.reports.reading import Numbers, Purse

Cell = str | int | float
HEAD = ("figure", "code", "name", "number", "before", "first_day", "last_day")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(told: Numbers) -> Iterator[tuple[Cell, ...]]:
    """Every number of the page: `figure` and `code` never change, `name` is in the language of the
    reader."""
    days = (told.period.first.isoformat(), told.period.last.isoformat())
    for table in told.tables:
        for line in table.lines:
            yield table.name, line.code, line.label, line.number, line.before, *days
    for step in told.steps:
        for part in ("number", "median", "most"):
            now, before = getattr(step.spread, part), getattr(step.before, part)
            yield f"days_{part}", step.name, step.label, _one(now), _one(before), *days
    for purse in told.money:
        for one in purse.lines:
            now, was = (_exact(one.amount, purse), _exact(one.amount_before, purse))
            yield f"money_{one.name}", purse.currency, one.label, now, was, *days
    for name, body in told.bodies:
        for part in PARTS:
            yield f"body_{part}", body.mechanism, name, _one(getattr(body, part)), "", *days


PARTS = ("asked", "agreed", "handed", "answered", "declined", "silent", "median_days")


def _exact(amount: int | None, purse: Purse) -> Cell:
    """A sum in its currency, not in the smallest unit."""
    return "" if amount is None else amount / 10 ** CURRENCIES[purse.currency]


def _one(value: float | None) -> Cell:
    if value is None:
        return ""
    return value if isinstance(value, int) else round(float(value), 1)


def csv_of(told: Numbers) -> str:
    """The table as CSV. A name that a spreadsheet would take for a formula gets an apostrophe."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(HEAD)
    table.writerows([safe(cell) for cell in row] for row in rows(told))
    return written.getvalue()


def xlsx_of(told: Numbers) -> bytes:
    """The table as XLSX: numbers as numbers, every name as text, which stays text where a
    spreadsheet is told to work it out again."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        sheet = book.add_worksheet(told.period.first.isoformat())
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(HEAD):
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(rows(told), start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell, text if safe(cell) != cell else None)
                else:
                    sheet.write_number(line, column, cell)
        sheet.autofit()
    return written.getvalue()


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
