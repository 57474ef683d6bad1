"""`flask deadlines limits`: compare worked examples with what the law's limits say. No database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import click

from grievance.cli.directory import JAPAN, WANTING, open_sheet, refuse
from grievance.clock import local_day, real_now
from grievance.deadlines.counting import (
    MONTH_END,
    STATES,
    Found,
    Item,
    Known,
    Moved,
    find,
    pay_day,
)
from grievance.deadlines.limits import MOVES, Limits, shipped
from grievance.routing.rules import FILE_AT
from grievance.sheets import Fault, Row, Sheet, SheetError

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2199, 12, 31)
RULES = (*map(str, range(1, 32)), MONTH_END)
EXPECTED = ("last_day", "latest_safe", "file_at", "state")
CODES = {"file_at": FILE_AT, "state": STATES}

Expected = dict[str, list[str]]


@dataclass(frozen=True)
class Example:
    """One case of a file: what is asked on which day, and what should come out."""

    name: str
    day: date
    items: list[Item]
    expected: list[Expected]


@click.command()
@click.argument("file")
def limits(file: str) -> None:
    """Compare the cases in FILE (YAML, - is stdin) with the law; exit 1 when any differs."""
    sheet = open_sheet(file)
    try:
        known = shipped()
    except SheetError as error:
        refuse(error.faults)
    examples = list(_examples(sheet, known))
    if sheet.faults or not examples:
        refuse(sheet.faults or [Fault(sheet.name, 1, "no cases")])
    lines, good = [], 0
    for one in examples:
        fault = _differs(one, known)
        good += fault is None
        lines.append(f"{one.name} ok" if fault is None else f"{one.name} FAIL {fault}")
    click.echo("\n".join([*lines, f"{good}/{len(examples)}"]))
    if good < len(examples):
        raise click.exceptions.Exit(WANTING)


def _differs(example: Example, known: Limits) -> str | None:
    """The first expectation that does not hold, in words; None when all hold."""
    for item, expected in zip(example.items, example.expected, strict=True):
        got = _plain(find(item, known, example.day))
        for key, accepted in expected.items():
            if got[key] not in accepted:
                return f"{item.code}.{key}: expected {' or '.join(accepted)} got {got[key]}"
    return None


def _plain(found: Found) -> dict[str, str]:
    return {key: str(getattr(found, key) or "none") for key in EXPECTED}


def _examples(sheet: Sheet, known: Limits) -> Iterator[Example]:
    if not isinstance(sheet.value, list):
        sheet.fault((), "expected a list of cases")
        return
    names: set[str] = set()
    for place, value in enumerate(sheet.value):
        row = Row(sheet, (place,), value)
        name = row.text("id")
        if name in names:
            row.fault("id", f"id: {name} twice")
        names.add(name)
        for words in ("title", "basis"):
            row.maybe(words)
        day = _day(row, "date") or local_day(real_now(), JAPAN)
        items = [_item(one, known) for one in row.rows("items")]
        expected = [_expected(one) for one in row.rows("expect")]
        if not items:
            row.fault("items", "items: is missing")
        elif len(items) != len(expected):
            row.fault("expect", f"expect: {len(expected)} for {len(items)} items")
        row.done()
        yield Example(name, day, items, expected)


def _item(row: Row, known: Limits) -> Item:
    code = row.code("code", known.rows)
    event = _day(row, "event")
    span = (event, event) if event else None
    if row.get("pay_day") is not None:
        if event:
            row.fault("pay_day", "pay_day: beside an event")
        span = _pay_day(row.row("pay_day"), known)
    elif event is None and row.get("event") is None:
        row.fault("event", "event: is missing, and so is pay_day")
    first, last = span or (FIRST_DAY, FIRST_DAY)
    facts = _facts(row.row("facts")) if row.get("facts") is not None else Known()
    moved = tuple(_moved(one) for one in row.rows("moved"))
    row.done()
    return Item(code, first, last, facts, moved)


def _pay_day(row: Row, known: Limits) -> tuple[date, date] | None:
    """The wages of `month`; without a `rule` the day in it is not known."""
    rule, month = row.get("rule"), row.get("month")
    if rule is not None and str(rule) not in RULES:
        row.fault("rule", f"rule: expected 1 to 31 or {MONTH_END}")
        rule = None
    row.done()
    parts = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month) if isinstance(month, str) else None
    if parts is None or not FIRST_DAY.year <= int(parts[1]) <= LAST_DAY.year:
        row.fault("month", "month: expected a month such as 2026-11")
        return None
    return pay_day(None if rule is None else str(rule), int(parts[1]), int(parts[2]), known.bank)


def _facts(row: Row) -> Known:
    given = row.get("known")
    known = given if isinstance(given, bool) or given is None else _day(row, "known")
    made = Known(row.flag("bodily_harm"), row.flag("contract_before_2020_04"), known)
    row.done()
    return made


def _moved(row: Row) -> Moved:
    if True in row.value:  # YAML reads a bare `on` as true
        row.value = {"on" if key is True else key: value for key, value in row.value.items()}
    kind, on, ended = row.code("kind", MOVES), _day(row, "on"), _day(row, "ended")
    if on is None and row.get("on") is None:
        row.fault("on", "on: is missing")
    if on and ended and ended < on:
        row.fault("ended", "ended: before it began")
    row.done()
    return Moved(kind, on or FIRST_DAY, ended)


def _expected(row: Row) -> Expected:
    found: Expected = {}
    for key in EXPECTED:
        if key not in row.value:
            continue
        value = row.get(key)
        found[key] = [_accepted(row, key, one) for one in _listed(value)]
    row.done()
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _accepted(row: Row, key: str, value: object) -> str:
    if key in CODES:
        if value not in CODES[key]:
            row.fault(key, f"{key}: unknown code {value!r}")
        return str(value)
    if value is None or value == "none":
        return "none"
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        row.fault(key, f"{key}: expected a day such as 2026-11-20")
        return ""


def _day(row: Row, key: str) -> date | None:
    found = row.day(key)
    if found is None:
        return None
    if hasattr(found, "hour") or not FIRST_DAY <= found <= LAST_DAY:
        row.fault(key, f"{key}: expected a day from {FIRST_DAY.year} to {LAST_DAY.year}")
        return None
    return found
