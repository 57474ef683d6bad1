"""What was promised already and falls on certain days: before an operator closes them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.clock import end_of_day
from grievance.deadlines.models import Deadline


def falls_between(session: Session, first: date, last: date, zone: str) -> int:
    """How many of our own clocks that run are due on one of these days, both whole; nothing of
    their cases is read."""
    day_before = date.fromordinal(first.toordinal() - 1)
    chosen = select(func.count()).where(
        Deadline.met_at.is_(None),
        Deadline.stopped_at.is_(None),
        Deadline.kind.not_in(("check_in", "call")),  # there the worker answers, or not
        Deadline.due_at > end_of_day(day_before, zone),
        Deadline.due_at <= end_of_day(last, zone),
    )
    return session.scalar(chosen) or 0
