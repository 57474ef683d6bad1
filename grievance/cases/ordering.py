"""In which orders the queue shows cases, and how a place in one of them is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select

from grievance.accounts.models import Event
from grievance.cases.models import SEVERITIES, Case
from grievance.deadlines import keeping

NEVER = date(9999, 12, 31)  # where no law sets a day
SORTS = ("law", "new", "old", "news", "severity")  # besides what is due first
FALLING = ("new", "news")
Key = tuple[ColumnElement[Any], Callable[[str], Any]]


def order_of(sort: str, now: datetime) -> list[Key]:
    """By what cases are put in order before their ids, and how a place says it."""
    due: Key = (Case.next_due.expression, datetime.fromisoformat)
    if sort == "law":
        return [(day_of_law(now), date.fromisoformat)]
    if sort in ("new", "old"):
        return [(Case.filed_at.expression, datetime.fromisoformat)]
    if sort == "news":
        last = (Event.stream_id == Case.id, Event.seq == Case.event_seq)
        told = select(Event.at).where(*last).scalar_subquery()
        return [(func.coalesce(told, Case.filed_at), datetime.fromisoformat)]
    if sort == "severity":
        ranks = {name: -nth for nth, name in enumerate(SEVERITIES)}
        return [(case(ranks, value=Case.severity), int), due]
    return [due]


def day_of_law(now: datetime) -> ColumnElement[date]:
    """The next day of the law of a case that has one within 60 days."""
    near = keeping.nearest(now).subquery()
    day = select(near.c.day).where(near.c.case_id == Case.id).scalar_subquery()
    return func.coalesce(day, literal(NEVER))


def place_after(sort: str, row: Any) -> list[Any]:
    """The place of a row of the queue: its case, then the values it is put in order by."""
    found, *values = row
    said = [one if isinstance(one, int) else one.isoformat() for one in values]
    return [sort, *said, str(found.id)]
