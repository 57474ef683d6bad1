"""Which clocks are overdue, and what deadlines ask of the operator's profile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from grievance.accounts.queries import profile
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline


def operator_hours(session: Session) -> Hours:
    """The hours in which the operator reads, as published; none before the profile is there."""
    told = profile(session)
    if told is None:
        return Hours({})
    weekly = {
        int(weekday): [(time.fromisoformat(given[0]), time.fromisoformat(given[1]))]
        for weekday, given in told.hours.items()
        if given
    }
    calendar = told.calendar
    return Hours(weekly, told.time_zone, calendar.closed, calendar.country)


_STILL = (
    Deadline.paused_at.is_not(None), Deadline.met_at.is_(None), Deadline.stopped_at.is_(None),
)  # fmt: skip


def standing_still() -> Select[UUID]:
    """The cases with a clock that is stopped, in the words of the index `ix_deadline_paused`."""
    return select(Deadline.case_id).where(*_STILL)


def paused(session: Session, cases: Collection[UUID]) -> dict[UUID, list[Deadline]]:
    """The clocks of these cases that are stopped, by case, the first to go on first."""
    chosen = select(Deadline).where(Deadline.case_id.in_(cases), *_STILL)
    found: dict[UUID, list[Deadline]] = {}
    for one in session.scalars(chosen.order_by(Deadline.paused_until)):
        found.setdefault(one.case_id, []).append(one)
    return found


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """A running clock whose next rung is due, in the words of the index `ix_deadline_try`."""
    return and_(
        Deadline.met_at.is_(None),
        Deadline.stopped_at.is_(None),
        func.coalesce(Deadline.next_try, Deadline.due_at) <= now,
    )


def overdue(session: Session, now: datetime, limit: int) -> list[UUID]:
    """The clocks whose next rung is due, danger first, then by how long; so many of the oldest.

    The database sorts as its index does, so that nothing due among very many costs nothing.
    """
    tried = func.coalesce(Deadline.next_try, Deadline.due_at)
    chosen = select(Deadline.id, Deadline.kind).where(is_overdue(now)).order_by(tried).limit(limit)
    found = session.execute(chosen).all()
    return [row.id for row in sorted(found, key=lambda row: row.kind != "danger")]
