"""The log of what was opened, over all cases, for who looks over the work: who, when, of which
case, what kind of thing. Nothing sealed is read, and no visit of a worker is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_, union_all
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, Membership, Person, ReadLog
from grievance.cases.models import Recusal
from grievance.cases.readings import RECEIPT, SHOWING, SHOWN


@dataclass(frozen=True)
class Wanted:
    """What of it is asked for, by whom: lines of cases in which `reader` has a conflict of interest
    are not there. `after` is the place of the last line that was shown."""

    reader: UUID
    case_id: UUID | None = None
    person: UUID | None = None
    began: datetime | None = None
    ended: datetime | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True)
class Opening:
    """That `actor` opened `what` (the code of a read, or of an act that shows something) of a case
    or of the organisation."""

    id: UUID
    at: datetime
    actor: str
    what: str
    stream_id: UUID


def openings(session: Session, wanted: Wanted) -> list[Opening]:
    """The newest lines first."""
    acts = Event.verb.in_(SHOWING)
    both = union_all(
        select(_part(ReadLog, ReadLog.what, wanted).subquery()),
        select(_part(Event, SHOWN, wanted).where(acts).subquery()),
    ).subquery()
    newest = select(both).order_by(both.c.at.desc(), both.c.id.desc()).limit(wanted.limit)
    return [Opening(*row) for row in session.execute(newest)]


def _part(table: Any, what: Any, wanted: Wanted) -> Select[Any]:
    shown = select(table.id, table.at, table.actor, what.label("what"), table.stream_id)
    newest = shown.where(*_meant(table, wanted)).order_by(table.at.desc(), table.id.desc())
    return newest.limit(wanted.limit)


def _meant(table: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    mine = (Recusal.person_id == wanted.reader, Recusal.state == "stands")
    found = [
        ~table.actor.startswith(f"{RECEIPT}:"),
        table.stream_id.not_in(select(Recusal.case_id).where(*mine)),
    ]
    if wanted.case_id:
        found.append(table.stream_id == wanted.case_id)
    if wanted.person:
        found.append(table.actor == f"member:{wanted.person}")
    if wanted.began:
        found.append(table.at >= wanted.began)
    if wanted.ended:
        found.append(table.at < wanted.ended)
    if wanted.after:
        found.append(tuple_(table.at, table.id) < tuple_(*wanted.after))
    return found


def place(told: Sequence[str]) -> tuple[datetime, UUID]:
    """The place of a line as a page's address tells it: its moment and its id."""
    return datetime.fromisoformat(told[0]), UUID(told[1])


def people(session: Session) -> list[tuple[UUID, str]]:
    """Everybody who is or was a member of the operator or of a partner, by name."""
    there = select(Membership.person_id)
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(there)))
    return sorted(((row.id, row.name) for row in rows), key=lambda one: one[1].casefold())
