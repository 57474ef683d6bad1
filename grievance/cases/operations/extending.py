"""A later day for one of our own clocks: one person proposes it, a lead or director agrees.

The old day stands until then. A law's limit, a day of safety and what the worker asked for are
never moved (`deadlines.operations.MOVABLE`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from grievance.cases.act import Act
from grievance.cases.models import Case, FourEyes
from grievance.cases.operations import foureyes, telling
from grievance.cases.verbs import Verb
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import MOVED_FOR, Deadline
from grievance.refusals import Refused


@dataclass(frozen=True)
class Extending:
    """Which clock is to be due on which day instead, why, and what the second person reads of
    it."""

    clock: str
    day: date
    why: str
    note: str = field(repr=False)


def clocks_of(session: Session, case: Case, now: datetime) -> list[Deadline]:
    """The clocks for which a later day can be proposed: none whose day has passed."""
    running = clocks.shown(session, case.id)
    return [one for one in running if clocks.movable(one) and one.due_at > now]


def propose_extend(act: Act, found: Extending) -> FourEyes:
    """The first of two people: the old day stands, and the worker is told nothing yet.

    Refuses `reason` outside the list, `note` without words for the second person, `extendable` for
    a clock that does not run, is not ours to move, was moved twice or is over, and `later_day` for
    a day outside `clocks.moved_day`.
    """
    act.check(Verb.PROPOSE_EXTEND)
    if found.why not in MOVED_FOR:
        raise Refused("reason")
    if not found.note.strip():
        raise Refused("note")
    clock = _clock(act, found.clock)
    if clock.due_at <= act.now:
        raise Refused("extendable")
    day = _day(act, clock, found.day)
    said = {"clock": clock.kind, "day": day.isoformat(), "moved": found.why, "text": found.note}
    asked = foureyes.ask(act, "extend", said)
    act.session.flush()
    clock.proposal_id = asked.id
    act.move(Verb.PROPOSE_EXTEND, proposal=asked.id, clock=clock.kind)
    return asked


def extend(act: Act) -> None:
    """The second person agrees: the clock is due on the later day and its ladder begins anew. The
    worker reads both days and the kind of reason, and gets news.

    Refuses as `foureyes.check_second` does, `danger` when somebody came into danger since, then
    nothing of ours may wait, `extendable` when the clock has ended, and `later_day` when that day
    can no longer be kept.
    """
    act.check(Verb.EXTEND)
    if act.case.danger:
        raise Refused("danger")
    asked = foureyes.waiting(act)
    alone = foureyes.check_second(act, asked, "extend")
    told = foureyes.content(act.opened, asked)
    clock = _clock(act, told["clock"])
    day = _day(act, clock, date.fromisoformat(told["day"]))
    foureyes.decide(act, asked, "approved", alone=alone)
    clocks.move_to(clock, day, told["moved"], act.hours)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, "decision")
    act.move(Verb.EXTEND, proposal=asked.id, clock=clock.kind, on=day.isoformat(), alone=alone)


def _clock(act: Act, kind: str) -> Deadline:
    running = clocks.running(act.session, act.case.id)
    found = next((one for one in running if one.kind == kind and clocks.movable(one)), None)
    if found is None:
        raise Refused("extendable")
    return found


def _day(act: Act, clock: Deadline, wanted: date) -> date:
    day = clocks.moved_day(clock, wanted, act.now, act.hours)
    if day is None:
        raise Refused("later_day")
    return day
