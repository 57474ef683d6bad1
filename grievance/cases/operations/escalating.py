"""Escalating an overdue case, rung by rung, and saying that one sees to it.

A job does the first: it works on what stands in the clear and holds no key of a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.roles import Permission
from grievance.cases import erasures
from grievance.cases.act import Act, JobAct
from grievance.cases.models import Case
from grievance.cases.operations import eyes, telling
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import is_overdue
from grievance.refusals import Refused


def claim(session: Session, clock: UUID, now: datetime) -> tuple[Deadline, Case] | None:
    """An overdue clock and its case, locked until the end of the transaction.

    None when somebody else holds either, or when it is not overdue any more. Nothing is waited
    for: who handles the case locks its row first, so waiting here could be for ever.
    """
    row = session.execute(
        select(Deadline, Case)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.id == clock, is_overdue(now))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    return (row[0], row[1]) if row else None


def claim_wish(session: Session, case_id: UUID, now: datetime) -> tuple[Deadline, Case] | None:
    """The same for a case whose worker waits for its erasure since before such a clock ran: it
    runs from here, and is overdue. The caller escalates, so that an event names it."""
    chosen = select(Case).where(Case.id == case_id).with_for_update(skip_locked=True)
    case = session.scalars(chosen.execution_options(populate_existing=True)).first()
    if case is None or case_id not in erasures.unwatched(session, now):
        return None
    erasures.watch(session, case_id, now)
    late = (one for one in clocks.running(session, case_id) if one.kind == "erasure")
    return next(late), case


@dataclass(frozen=True)
class Overdue:
    """A clock of a case that is overdue, in the operator's hours; `among` are the staff, where they
    were read before."""

    site: Site
    clock: Deadline
    hours: Hours
    among: telling.Staff | None = None


def escalate(act: JobAct, overdue: Overdue) -> None:
    """Tell the next rung that the case is overdue; it waits from now on for somebody to answer.

    The caller has claimed both rows. Refuses `NoRung` for a clock at the top of its ladder: such a
    clock should not have been due.
    """
    case, clock = act.case, overdue.clock
    act.check(Verb.ESCALATE)
    rung = clocks.climb(clock, act.now, overdue.hours)
    late = telling.Late(clock.kind, rung)
    telling.staff_of_escalation(act, overdue.site, late, overdue.among)
    case.escalation_waits = True
    codes = {"assignee": case.assignee_id} if case.assignee_id else {}
    act.move(Verb.ESCALATE, clock=clock.kind, level=rung, **codes)


def acknowledge_escalation(act: Act) -> None:
    """Say that one sees to an escalated case: the next rung waits once more as long.

    The clocks stay overdue until what they ask for is done. Refuses `escalated_to_them` for whom
    it did not reach, and when somebody said so already, and `own_escalation` above the first rung
    for who had the case when it climbed there, while another lead or director is there.
    """
    case = act.case
    act.check(Verb.ACKNOWLEDGE_ESCALATION)
    if case.level > 1 and own(act.session, case, act.actor.person, act.now):
        raise Refused("own_escalation")
    clocks.wait_once_more(act.session, case.id, act.now, act.hours)
    case.escalation_waits = False
    act.move(Verb.ACKNOWLEDGE_ESCALATION, level=case.level)


def own(session: Session, case: Case, person: UUID | None, now: datetime) -> bool:
    """Whether this person had the case when it climbed last, whoever has it now, and somebody else
    could see to it."""
    if person is None or not eyes.others(session, case, person, now, Permission.CASE_ASSIGN):
        return False
    climbed = (Event.stream_id == case.id, Event.verb == Verb.ESCALATE)
    last = select(Event).where(*climbed).order_by(Event.seq.desc()).limit(1)
    event = session.scalars(last).first()
    had = event.codes.get("assignee") if event else None
    return str(person) == had or (had is None and case.assignee_id == person)
