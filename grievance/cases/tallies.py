"""Counts and sums of a calendar month that no row of a case tells. They name no case, ever.

What is sealed is counted when it is written down: facts of a filing by their code, sums of money
by currency, as what each act added to them or took from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.cases.act import Act
from grievance.cases.models import RemedyItem, Tally
from grievance.cases.opening import OpenCase
from grievance.cases.operations.sums import AMOUNTS, facts_of

SUMS = ("owed", *AMOUNTS)
MOST = 10**18  # of a month: what somebody typed to break it stops nobody else
CASES = "-cases"  # after the name of a sum: of how many cases it is

Sums = Mapping[tuple[str, str], int]  # by which sum and in which currency, in its smallest unit


def add(session: Session, day: date, counted: Mapping[tuple[str, str], int]) -> None:
    """Add to the tallies of the month of this day, by dimension and value; none goes beyond `MOST`
    in either direction."""
    month = day.replace(day=1)
    rows: list[dict[str, Any]] = [
        {"month": month, "dimension": dimension, "value": value, "count": _bounded(number)}
        for (dimension, value), number in sorted(counted.items())
        if number
    ]
    if rows:
        adding = insert(Tally).values(rows)
        together = func.greatest(func.least(Tally.count + adding.excluded.count, MOST), -MOST)
        session.execute(
            adding.on_conflict_do_update(
                index_elements=["month", "dimension", "value"],
                set_={"count": together},
            )
        )


def _bounded(number: int) -> int:
    return max(-MOST, min(number, MOST))


def sums_of(opened: OpenCase, items: Iterable[RemedyItem]) -> Sums:
    """What is written down of the remedies of a case, together."""
    found: Counter[tuple[str, str]] = Counter()
    for item in items:
        facts = facts_of(opened, item)
        found.update({(name, facts.currency): getattr(facts, name) or 0 for name in AMOUNTS})
    return found


def moved(act: Act, before: Sums, after: Sums) -> None:
    """Count what an act changed of the sums of its case; a case counts from the first of them."""
    changed: Counter[tuple[str, str]] = Counter()
    for name, currency in {*before, *after}:
        was, now = before.get((name, currency), 0), after.get((name, currency), 0)
        changed[name, currency] = now - was
        changed[name + CASES, currency] = (now > 0) - (was > 0)
    add(act.session, act.today, changed)
