"""Who has a case stops a clock of ours while something outside is waited for, with a reason of a
list and a last day. It goes on by itself, on that day or as soon as what was waited for has come
(`cases.stopped`), and earlier where somebody says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from grievance.cases.act import Act, JobAct
from grievance.cases.models import Case
from grievance.cases.operations import telling
from grievance.cases.stopped import waited_for
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines import stopping
from grievance.deadlines.models import PAUSED_FOR, Deadline
from grievance.deadlines.queries import operator_hours
from grievance.refusals import Refused


@dataclass(frozen=True)
class Pausing:
    """Which clock is to stand still until the end of which day, for what, and why, for staff."""

    clock: str
    day: date
    why: str
    note: str = field(repr=False)


def to_stop(session: Session, case: Case, now: datetime) -> list[Deadline]:
    """The clocks of a case that can be stopped now, as a page shows them."""
    return [one for one in clocks.shown(session, case.id) if stopping.stoppable(one, now)]


def stopped(session: Session, case: Case) -> list[Deadline]:
    """The clocks of a case that stand still, as a page shows them."""
    return [one for one in clocks.shown(session, case.id) if one.paused_at]


def pause_clock(act: Act, found: Pausing) -> None:
    """Stop a clock: the worker reads until when at the latest, why and what lets it go on, and gets
    news.

    Refuses `reason` outside the list, `note` without words for staff, `pausable` for a clock that
    does not run, is not ours to stop, is overdue or stopped, and where nothing of that kind is
    waited for, and `later_day` for a day outside `stopping.stop_until`.
    """
    act.check(Verb.PAUSE_CLOCK)
    if found.why not in PAUSED_FOR:
        raise Refused("reason")
    detail = act.detail(found.note, "note")
    running = clocks.running(act.session, act.case.id)
    clock = next((one for one in running if one.kind == found.clock), None)
    if clock is None or not stopping.stoppable(clock, act.now):
        raise Refused("pausable")
    if not waited_for(act.session, act.case, found.why):
        raise Refused("pausable")
    until = stopping.stop_until(clock, found.day, act.now, act.hours)
    if until is None:
        raise Refused("later_day")
    stopping.stop(clock, until, found.why, act.now, act.hours)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, "decision")
    codes = {"clock": clock.kind, "on": until.until.isoformat(), "paused": found.why}
    act.move(Verb.PAUSE_CLOCK, detail=detail, **codes)


def resume_clock(act: Act, kind: str) -> None:
    """Somebody lets a clock go on before its day, with the days that were left. Refuses `state`
    where this one does not stand still."""
    act.check(Verb.RESUME_CLOCK)
    running = clocks.running(act.session, act.case.id)
    clock = next((one for one in running if one.kind == kind and one.paused_at), None)
    if clock is None:
        raise Refused("state")
    stopping.go_on(clock, act.now, act.hours)
    act.move(Verb.RESUME_CLOCK, clock=kind, on=_day(act, clock))


def clock_resumes(act: JobAct, clock: Deadline) -> None:
    """The last day of a pause is over: the clock goes on. The caller has claimed both rows; refuses
    `state` for a clock that does not stand still."""
    act.check(Verb.CLOCK_RESUMES)
    if clock.paused_at is None:
        raise Refused("state")
    stopping.go_on(clock, act.now, operator_hours(act.session))
    act.move(Verb.CLOCK_RESUMES, clock=clock.kind, on=_day(act, clock))


def _day(act: Act | JobAct, clock: Deadline) -> str:
    return local_day(clock.due_at, operator_hours(act.session).zone).isoformat()
