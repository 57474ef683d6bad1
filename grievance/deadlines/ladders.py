"""Ladders: who is told when a clock is overdue, rung by rung, and how long each rung has.

Rung 1 is whoever has the case (everybody who works on cases while nobody has it), rung 2 the
leads, rung 3 the directors. The number of the rung that was told last is the case's level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grievance.deadlines.hours import Hours, after_hours, after_working_days
from grievance.deadlines.models import KINDS
from grievance.model import complete

RUNGS = ("assignee", "leads", "directors")
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # the next try of a clock whose ladder has ended


@dataclass(frozen=True)
class Ladder:
    """How many rungs are climbed, and how long one has before the next is told: working days, or
    hours of the operator's hours."""

    height: int
    working_days: int = 0
    hours: int = 0


# All climb to the top: whoever has the case may be away, and each is a promise to the worker.
LADDERS: Mapping[str, Ladder] = {
    "acknowledge": Ladder(len(RUNGS), working_days=1),
    "danger": Ladder(len(RUNGS), hours=1),
    "answer": Ladder(len(RUNGS), working_days=1),
    "next_step": Ladder(len(RUNGS), working_days=1),
    "appeal": Ladder(len(RUNGS), working_days=1),
    "chase": Ladder(len(RUNGS), working_days=1),  # a body let its time pass
    "remedy": Ladder(len(RUNGS), working_days=1),  # what was promised should be there
    "follow_up": Ladder(len(RUNGS), working_days=2),  # ask the worker whether it really arrived
    "erasure": Ladder(len(RUNGS), working_days=1),  # the worker wants the report deleted
    "check_in": Ladder(len(RUNGS), working_days=2),  # not heard of after the end
    "call": Ladder(len(RUNGS), working_days=1),  # the worker wants to hear by telephone
}
complete(LADDERS, KINDS)


def waited(kind: str, moment: datetime, hours: Hours) -> datetime:
    """When a rung that was told at `moment` has had its time."""
    ladder = LADDERS[kind]
    if ladder.hours:
        return after_hours(hours, moment, timedelta(hours=ladder.hours))
    return after_working_days(hours, moment, ladder.working_days)


def next_try(kind: str, rung: int, moment: datetime, hours: Hours) -> datetime:
    """When the rung above is due, if `rung` is told at `moment`; NEVER at the top."""
    return NEVER if rung >= LADDERS[kind].height else waited(kind, moment, hours)
