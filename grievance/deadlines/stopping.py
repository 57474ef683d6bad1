"""A clock of ours that stands still while something outside is waited for: until when it may, and
that it goes on with the days that were left. The caller has loaded the case and commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from grievance.clock import end_of_day, local_day
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.operations import DAYS
from grievance.model import of_list

# Days on which the worker hears from us, and what others owe us may decide what they hear. Not
# `answer`: there the worker waits for us. The others are a law's, about somebody's safety, about
# others who are late, or asked for by the worker.
PAUSABLE = ("next_step", "appeal")
of_list(PAUSABLE, DAYS)


@dataclass(frozen=True)
class Stop:
    """Until the end of which day a clock stands still, how many days are left then, and the day on
    which it is due after that."""

    until: date
    left: int
    due: date


def stoppable(clock: Deadline, now: datetime) -> bool:
    """Whether a clock may be stopped: ours, not stopped already, and not overdue."""
    return clock.kind in PAUSABLE and clock.paused_at is None and clock.due_at > now


def stop_until(clock: Deadline, wanted: date, now: datetime, hours: Hours) -> Stop | None:
    """What stopping a clock until `wanted` means: until that, or the last day before it on which
    somebody reads. None where that is not to come, or where the clock would be due more than its
    own period behind the day that was promised first: pauses and later days together.
    """
    today, due = local_day(now, hours.zone), local_day(clock.due_at, hours.zone)
    first = local_day(clock.first_due or clock.due_at, hours.zone)
    until = hours.last_reading_day(today, wanted)
    if until <= today or not hours.reads_on(until):
        return None
    left = (due - today).days
    if until + timedelta(days=left) > first + timedelta(days=DAYS[clock.kind]):
        return None
    return Stop(until, left, _due(due, until, left, hours))


def stop(clock: Deadline, found: Stop, why: str, now: datetime, hours: Hours) -> None:
    """Stop it. The sweep finds it once its time has come."""
    clock.first_due = clock.first_due or clock.due_at
    clock.due_at = end_of_day(found.due, hours.zone)
    clock.paused_at, clock.paused_for, clock.paused_left = now, why, found.left
    clock.paused_until = clock.next_try = end_of_day(found.until, hours.zone)


def go_on(clock: Deadline, now: datetime, hours: Hours) -> None:
    """Let it go on with the days that were left, earlier than was said where that is now."""
    since, until, left = clock.paused_at, clock.paused_until, clock.paused_left
    if since and until and left is not None and now < until:
        began = local_day(since, hours.zone)
        today = max(began, local_day(now, hours.zone))
        due = _due(began + timedelta(days=left), today, left, hours)
        clock.due_at = end_of_day(due, hours.zone)
    clock.paused_at = clock.paused_until = clock.paused_left = clock.next_try = None


def _due(was: date, since: date, left: int, hours: Hours) -> date:
    """The last day on which somebody reads of those that were left, never before the day that it
    was due before."""
    day = hours.last_reading_day(was, since + timedelta(days=left))
    return day if hours.reads_on(day) and day > was else was
