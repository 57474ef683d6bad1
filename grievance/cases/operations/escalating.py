"""Escalating an overdue case, rung by rung, and saying that one sees to it.

A job does the first: it works on what stands in the clear and holds no key of a case.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.operations import telling
from grievance.cases.operations.moving import check, move
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
    move(session, case, Verb.ESCALATE, actor, now, {"clock": clock.kind, "level": rung})


def acknowledge_escalation(
    session: Session, case: Case, actor: Actor, now: datetime, version: int
) -> None:
    """Say that one sees to an escalated case: the next rung waits once more as long.

    The clocks stay overdue until what they ask for is done. Refuses `escalated_to_them` for whom
    it did not reach, and when somebody said so already.
    """
    check(case, Verb.ACKNOWLEDGE_ESCALATION, actor, version)
    clocks.wait_once_more(session, case.id, now, operator_hours(session))
    case.escalation_waits = False
    move(session, case, Verb.ACKNOWLEDGE_ESCALATION, actor, now, {"level": case.level})
