"""The lines of the page on which leads see who has how much, each number with its way to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from grievance.accounts import absences
from grievance.accounts import queries as accounts
from grievance.accounts.models import Absence
from grievance.cases import caseloads
from grievance.cases.caseloads import Load
from grievance.cases.operations import handling
from grievance.cases.queue import Seer
from grievance.desk import words
from grievance.i18n import date_text
from grievance.i18n import gettext as _


@dataclass(frozen=True)
class Cell:
    """A number or a day, and the queue with exactly these cases; no address for none."""

    kind: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """What somebody has, or nobody; until when they are away, and who looks after it."""

    person: UUID | None
    name: str
    cells: tuple[Cell, ...]
    away: str = ""


def lines(seer: Seer) -> list[Line]:
    """Who works on cases, by name; last what is nobody's."""
    people = {one.id: one.name for one in handling.workers(seer.session)}
    found = caseloads.loads(seer, list(people))
    gone = _away(seer.session, seer.now, people)
    named = [
        Line(one, name, _cells(found[one], seer.now, {"person": str(one)}), gone.get(one, ""))
        for one, name in sorted(people.items(), key=lambda row: row[1].casefold())
    ]
    nobodys = _cells(caseloads.nobodys_load(seer), seer.now, {"unassigned": "yes"})
    return [*named, Line(None, _("Nobody has it"), nobodys)]


def _cells(load: Load, at: datetime, whose: Mapping[str, str]) -> tuple[Cell, ...]:
    def cell(kind: str, count: int, text: str = "", **more: str) -> Cell:
        wanted: dict[str, Any] = {**whose, **more}
        url = url_for("desk.queue", **wanted) if count else ""
        return Cell(kind, text or str(count), url)

    near = date_text(load.next_law) if load.next_law else "–"
    oldest = words.age(load.oldest, at) if load.oldest else "–"
    return (
        cell("open", load.open),
        cell("late", load.late, late="yes"),
        cell("waiting", load.waiting, state="awaiting_worker"),
        cell("danger", load.danger, danger="yes"),
        cell("oldest", load.open, oldest, sort="old"),
        cell("law", load.law, near, law="yes", sort="law"),
    )


def _away(session: Session, now: datetime, people: Mapping[UUID, str]) -> dict[UUID, str]:
    """Until when who is away today is away, in words."""
    deputies: Mapping[UUID, Any] = absences.away(session, now)
    today = accounts.day_here(session, now)
    rows = [one for one in absences.noted(session, today) if one.from_day <= today]
    return {
        one.person_id: _told(one, people.get(deputies[one.person_id], ""))
        for one in rows
        if one.person_id in deputies
    }


def _told(row: Absence, deputy: str) -> str:
    day = date_text(row.until_day)
    if not deputy:
        return _("Until %(day)s; nobody looks after the cases") % {"day": day}
    return _("Until %(day)s; %(name)s looks after the cases") % {"day": day, "name": deputy}
