"""Whose case it is, and what belongs to it: giving it back, stepping aside, the same matter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import queries
from grievance.cases.actors import Actor
from grievance.cases.models import Case, DuplicateLink, Recusal
from grievance.cases.opening import OpenCase
from grievance.cases.operations.handling import workers
from grievance.cases.operations.moving import Detail, Refused, check, lapse, move
from grievance.cases.states import Verb
from grievance.vault.labels import Label


def unassign(session: Session, case: Case, actor: Actor, now: datetime, version: int) -> None:
    """Give the case back to the queue: who has it may, and a lead."""
    check(case, Verb.UNASSIGN, actor, version)
    before, case.assignee_id = case.assignee_id, None
    move(session, case, Verb.UNASSIGN, actor, now, {"before": before})


def recuse(
    session: Session, opened: OpenCase, person: UUID, reason: str, actor: Actor, now: datetime,
    version: int,
) -> None:  # fmt: skip
    """From now on the case is not there for this person: they open, list, count and hear nothing.

    One may declare a conflict of interest of one's own; a lead, of anybody (`actor` else). Refuses
    `person` for somebody who does not work on cases or stepped aside before, `reason` without one,
    and `last_one` when nobody would be left to read the case. The reason is kept sealed.
    """
    case = opened.case
    check(case, Verb.RECUSE, actor, version)
    if person != actor.person and "case.assign" not in actor.can:
        raise Refused("actor")
    left = {one.id for one in workers(session, case)}
    if person not in left:
        raise Refused("person")
    if not reason.strip():
        raise Refused("reason")
    if left == {person}:
        raise Refused("last_one")
    event = uuid4()
    detail = Detail(event, opened.seal_text(Label.EVENT_DETAIL, event, reason))
    asked = queries.proposal(session, case.id)
    if asked and asked.asked_by == person:
        lapse(session, case)
    if case.assignee_id == person:
        case.assignee_id = None
    move(session, case, Verb.RECUSE, actor, now, {"person": person}, detail=detail)
    session.add(Recusal(case_id=case.id, person_id=person, by_id=actor.person, at=now))


def link_duplicate(
    session: Session, case: Case, reference: str, actor: Actor, now: datetime, version: int
) -> None:
    """Say that another case is about the same matter. Nothing is merged: each keeps its keys, its
    worker and its thread, and neither worker learns of the other.

    Refuses `other` for a case that is not there for this person, is this one, or is being changed
    by somebody right now (waiting for it could be for ever). A link that is there already stays.
    """
    check(case, Verb.LINK_DUPLICATE, actor, version)
    assert actor.person is not None  # staff, as the table says
    other = session.scalars(
        select(Case)
        .where(Case.reference == reference, queries.not_recused(actor.person))
        .with_for_update(skip_locked=True)
    ).first()
    if other is None or other.id == case.id:
        raise Refused("other")
    if other.id in {one.id for one in queries.duplicates(session, case.id, actor.person)}:
        return
    session.add(DuplicateLink(case_id=case.id, other_id=other.id, person_id=actor.person, at=now))
    move(session, case, Verb.LINK_DUPLICATE, actor, now, {"other": other.id})
    move(session, other, Verb.LINK_DUPLICATE, actor, now, {"other": case.id})
