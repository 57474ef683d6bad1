"""Escalating an overdue case, rung by rung, and saying that one sees to it.

A job does the first: it works on what stands in the clear and holds no key of a case.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.roles import Permission
from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.operations import eyes, telling
from grievance.cases.operations.moving import Refused, check, move
from grievance.cases.site import Site
from grievance.cases.states import Verb
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import is_overdue, operator_hours


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


def escalate(
    session: Session, site: Site, clock: Deadline, case: Case, actor: Actor, now: datetime,
    hours: Hours, *, among: telling.Staff | None = None,
) -> None:  # fmt: skip
    """Tell the next rung that the case is overdue; it waits from now on for somebody to answer.

    The caller has claimed both rows, and `among` are the staff if they were read before. Refuses
    `state` for a case that is over, and `NoRung` for a clock at the top of its ladder: such a
    clock should not have been due.
    """
    check(case, Verb.ESCALATE, actor)
    rung = clocks.climb(clock, now, hours)
    telling.staff_of_escalation(session, site, case, rung, now, among=among)
    case.escalation_waits = True
    codes = {"clock": clock.kind, "level": rung}
    if case.assignee_id:
        codes["assignee"] = case.assignee_id
    move(session, case, Verb.ESCALATE, actor, now, codes)


def acknowledge_escalation(
    session: Session, case: Case, actor: Actor, now: datetime, version: int
) -> None:
    """Say that one sees to an escalated case: the next rung waits once more as long.

    The clocks stay overdue until what they ask for is done. Refuses `escalated_to_them` for whom
    it did not reach, and when somebody said so already, and `own_escalation` above the first rung
    for who had the case when it climbed there, while another lead or director is there.
    """
    check(case, Verb.ACKNOWLEDGE_ESCALATION, actor, version)
    if case.level > 1 and own(session, case, actor.person, now):
        raise Refused("own_escalation")
    clocks.wait_once_more(session, case.id, now, operator_hours(session))
    case.escalation_waits = False
    move(session, case, Verb.ACKNOWLEDGE_ESCALATION, actor, now, {"level": case.level})


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
