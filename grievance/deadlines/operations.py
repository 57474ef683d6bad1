"""Starting and ending clocks. The caller has loaded the case and commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.clock import add_months, end_of_day, local_day
from grievance.deadlines.hours import Hours, after_hours, after_working_days
from grievance.deadlines.ladders import LADDERS, NEVER, next_try, waited
from grievance.deadlines.models import KINDS, MOST_MOVES, Deadline
from grievance.extensions import once
from grievance.model import of_list, some_of

# EU Directive 2019/1937 art. 9(1)(b): acknowledgement within seven days of receipt.
ACKNOWLEDGE_DAYS = 7
# The product's promise in danger: a person acts within four of the operator's hours.
DANGER_HOURS = 4
# After accepting: the worker hears of the next step within two weeks (published to the worker).
NEXT_STEP_DAYS = 14
# An answer of the worker is read within a week.
ANSWER_DAYS = 7
# An appeal is made within thirty days of the decision and answered within thirty days (UNGP 31;
# the template of a company's mechanism, stage C8).
APPEAL_DAYS = 30
# What was promised without a day should be there within thirty days, and thirty days after it
# arrived the worker is asked whether it is still so (the same template, stage C7).
REMEDY_DAYS = 30
FOLLOW_UP_DAYS = 30
# What a worker wants deleted is deleted within two weeks, or of the end of the notice where there
# is one (the product's promise, on their page).
ERASURE_DAYS = 14
# After a case is closed its worker is asked three times whether they are safe (the same template,
# stage C7), and has two weeks to answer before somebody looks for them.
CHECK_DAYS = (30, 90, 180)
CHECK_ANSWER_DAYS = 14
# Who wants to be called hears of news within two working days (the product's rule for staff).
CALL_DAYS = 2
REOPEN_MONTHS = 12  # in which a case that is over can be opened again
PROMISES = ("chase", "remedy", "follow_up")
LASTING = ("erasure", "call")  # asked for whatever becomes of the case
DAYS = {
    "acknowledge": ACKNOWLEDGE_DAYS,
    "next_step": NEXT_STEP_DAYS,
    "answer": ANSWER_DAYS,
    "appeal": APPEAL_DAYS,
    "remedy": REMEDY_DAYS,
    "follow_up": FOLLOW_UP_DAYS,
    "erasure": ERASURE_DAYS,
}
some_of(DAYS, KINDS, without=("danger", "chase", "check_in", "call"))
# Whose day two people may move: those on which the worker hears from us. The others are a law's
# (`acknowledge`), about somebody's safety, set by the verb that starts them, or asked for by the
# worker.
MOVABLE = ("answer", "next_step", "appeal")
of_list(MOVABLE, DAYS)


class NoRung(Exception):
    """A clock that is at the top of its ladder."""


def due(kind: str, now: datetime, hours: Hours) -> datetime:
    """When a clock of this kind that starts now is due: for danger four operator hours on, for a
    call two working days, else the end of the last local day, or of the last before it on which
    somebody reads: what is promised for a closed day would be kept after it.

    What is `LASTING` is counted anew from the wish while it runs: there no calendar, which may
    change meanwhile, moves the day that the worker was told.
    """
    if kind == "danger":
        return after_hours(hours, now, timedelta(hours=DANGER_HOURS))
    if kind == "call":
        return after_working_days(hours, now, CALL_DAYS)
    today = local_day(now, hours.zone)
    last = today + timedelta(days=DAYS[kind])
    day = last if kind in LASTING else hours.last_reading_day(today, last)
    return end_of_day(day, hours.zone)


def appeal_ends(decided: datetime, hours: Hours) -> datetime:
    """Until when a decision can be appealed: the end of the thirtieth day after it."""
    last = local_day(decided, hours.zone) + timedelta(days=APPEAL_DAYS)
    return end_of_day(last, hours.zone)


def reopen_ends(ended: datetime, hours: Hours) -> datetime:
    """Until when a case that is over can be opened again: the same day of the next year, or the
    last of its month (the product's promise: one year)."""
    return end_of_day(add_months(local_day(ended, hours.zone), REOPEN_MONTHS), hours.zone)


def running(session: Session, case_id: UUID) -> list[Deadline]:
    """The clocks of a case that have not ended, earliest first."""
    return list(
        session.scalars(
            select(Deadline)
            .where(
                Deadline.case_id == case_id,
                Deadline.met_at.is_(None),
                Deadline.stopped_at.is_(None),
            )
            .order_by(Deadline.due_at)
        )
    )


def shown(session: Session, case_id: UUID) -> list[Deadline]:
    """The same for the parts of a page, read once; a verb reads them anew under its lock."""
    return once(session, (shown, case_id), lambda: running(session, case_id))


def start(session: Session, case_id: UUID, kind: str, now: datetime, hours: Hours) -> Deadline:
    """Start a clock that is due when its kind says; one of the same kind that still runs is kept
    instead."""
    return start_until(session, case_id, kind, now, due(kind, now, hours))


def start_until(
    session: Session, case_id: UUID, kind: str, now: datetime, ends: datetime
) -> Deadline:
    """The same for a clock that is due at a moment of its own, like the day of a promise."""
    for clock in running(session, case_id):
        if clock.kind == kind:
            return clock
    clock = Deadline(case_id=case_id, kind=kind, started_at=now, due_at=ends)
    session.add(clock)
    session.flush()
    return clock


def meet(session: Session, case_id: UUID, kinds: Iterable[str], now: datetime) -> None:
    """End the running clocks of these kinds: what they asked for was done."""
    wanted = set(kinds)
    for clock in running(session, case_id):
        if clock.kind in wanted:
            clock.met_at = now


def stop(session: Session, case_id: UUID, now: datetime, but: Collection[str] = ()) -> None:
    """End every clock of a case that is over, or that waits for the worker: then `but` run on.
    What is `LASTING` runs on in either."""
    for clock in running(session, case_id):
        if clock.kind not in (*LASTING, *but):
            clock.stopped_at = now


def movable(clock: Deadline) -> bool:
    """Whether two people may move the day of this clock once more; none that stands still."""
    return clock.kind in MOVABLE and clock.moves < MOST_MOVES and clock.paused_at is None


def moved_day(clock: Deadline, wanted: date, now: datetime, hours: Hours) -> date | None:
    """The day on which this clock is due if it is moved to `wanted`: that, or the last before it on
    which somebody reads. None where it would be no later than it is, is not to come, or lies more
    than the clock's own period behind the day that was promised first.
    """
    due = local_day(clock.due_at, hours.zone)
    first = local_day(clock.first_due or clock.due_at, hours.zone)
    if not due < wanted <= first + timedelta(days=DAYS[clock.kind]):
        return None
    day = hours.last_reading_day(due, wanted)
    return day if hours.reads_on(day) and day > local_day(now, hours.zone) else None


def move_to(clock: Deadline, day: date, why: str, hours: Hours) -> None:
    """Move the day of a clock; its ladder begins anew from there."""
    clock.first_due = clock.first_due or clock.due_at
    clock.due_at = end_of_day(day, hours.zone)
    clock.moves, clock.moved_for = clock.moves + 1, why
    clock.attempts, clock.next_try = 0, None


def standing(clocks: Sequence[Deadline]) -> tuple[datetime | None, int]:
    """When the first of these running clocks is due, the earliest first, and the highest rung that
    any of them has reached."""
    earliest = next((clock.due_at for clock in clocks), None)
    return earliest, max((clock.attempts for clock in clocks), default=0)


def climb(clock: Deadline, now: datetime, hours: Hours) -> int:
    """Go to the next rung of the ladder of an overdue clock, and answer it.

    Its time is counted from now, not from the missed moment: whatever stood still, nobody is
    passed over. `NoRung` at the top.
    """
    rung = clock.attempts + 1
    if rung > LADDERS[clock.kind].height:
        raise NoRung
    clock.attempts, clock.next_try = rung, next_try(clock.kind, rung, now, hours)
    return rung


def wait_once_more(session: Session, case_id: UUID, now: datetime, hours: Hours) -> None:
    """Give the rungs that the clocks of a case stand on their time once more: a person saw it.

    The clocks stay overdue.
    """
    for clock in running(session, case_id):
        if clock.attempts and clock.next_try and clock.next_try < NEVER:
            clock.next_try = waited(clock.kind, max(clock.next_try, now), hours)


def lift(session: Session, case_id: UUID, kind: str, now: datetime) -> None:
    """Let the second rung of a clock be told next, and now: who stands on the first has done what
    they can. One that is as high already keeps its rung."""
    for clock in running(session, case_id):
        if clock.kind == kind and not clock.attempts:
            clock.attempts, clock.next_try = 1, now
