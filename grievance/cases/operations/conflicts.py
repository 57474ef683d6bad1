"""Conflicts of interest: stepping aside, saying it of somebody else, and lifting it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import quorum
from grievance.accounts.absences import away
from grievance.accounts.models import Event, EventDetail
from grievance.cases import erasures, queries
from grievance.cases.act import Act
from grievance.cases.actors import Actor
from grievance.cases.guards import may_agree, may_lift
from grievance.cases.models import Case, Recusal
from grievance.cases.opening import OpenCase
from grievance.cases.operations import telling
from grievance.cases.operations.handling import workers
from grievance.cases.operations.moving import Acting, lapse
from grievance.cases.operations.receipts import waiting_reissue
from grievance.cases.verbs import Verb
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Declared:
    """Of whom a conflict of interest is said, and which one."""

    person: UUID
    reason: str = field(repr=False)


def recuse(act: Act, reason: str) -> None:
    """From now on the case is not there for this person: they open, list, count and hear nothing.
    Where nobody sees to it then, all others are told.

    Refuses `person` for who does not work on cases, `reason` without one, and `last_one` when
    nobody would be left to read the case. The reason is kept sealed.
    """
    session, case, person = act.session, act.case, act.actor.person
    act.check(Verb.RECUSE)
    if person is None:
        raise Refused("person")
    detail = act.detail(reason, "reason")
    _leaves_somebody(session, case, person)
    before = session.get(Recusal, (case.id, person))
    if before:
        before.state, before.agreed_by = "stands", person
    else:
        session.add(Recusal(case_id=case.id, person_id=person, by_id=person, at=act.now))
    _stand_aside(act, person)
    act.move(Verb.RECUSE, person=person, detail=detail)


def declare_conflict(act: Act, said: Declared) -> None:
    """A lead says it of somebody else: nothing changes before that person or a second one agrees.

    Who is meant and the directors are told. Refuses `person` for oneself and for somebody who does
    not work on cases or of whom it was said already, `reason` without one.
    """
    session, case, by, person = act.session, act.case, act.actor.person, said.person
    act.check(Verb.DECLARE_CONFLICT)
    known = person == by or session.get(Recusal, (case.id, person)) is not None
    if known or person not in {one.id for one in workers(session, case)}:
        raise Refused("person")
    detail = act.detail(said.reason, "reason")
    session.add(Recusal(case_id=case.id, person_id=person, by_id=by, state="asked", at=act.now))
    act.move(Verb.DECLARE_CONFLICT, person=person, detail=detail)
    telling.staff_of_conflict(session, act.site, case, person, act.now)


def agree_conflict(act: Act, person: UUID) -> None:
    """Who is meant, or a second person, says so too: it stands from now on.

    Refuses `person` when nothing waits, `declarer` for who declared it, `one_hand` for whom they
    let in by themselves, and `last_one` when nobody would be left to read the case.
    """
    session, case = act.session, act.case
    act.check(Verb.AGREE_CONFLICT)
    found = session.get(Recusal, (case.id, person))
    if found is None or found.state != "asked" or act.actor.person is None:
        raise Refused("person")
    if why := agreeing_refusal(session, found, act.actor, act.now):
        raise Refused(why)
    _leaves_somebody(session, case, person)
    found.state, found.agreed_by = "stands", act.actor.person
    _stand_aside(act, person)
    act.move(Verb.AGREE_CONFLICT, person=person, declared=found.by_id)
    telling.staff_of_conflict(session, act.site, case, person, act.now)


def agreeing_refusal(session: Session, found: Recusal, actor: Actor, now: datetime) -> str:
    """Why this person cannot agree to a declared conflict, as `agree_conflict` refuses it; empty
    when they can."""
    if not may_agree(found, actor) or actor.person is None:
        return "declarer"
    if actor.person == found.person_id:
        return ""
    return "one_hand" if quorum.one_hand(session, found.by_id, actor.person, now) else ""


def to_agree(session: Session, case: Case, actor: Actor, now: datetime) -> list[Recusal]:
    """The declared conflicts that this person can agree to: a page offers no others."""
    asked = [one for one in queries.declared(session, case.id) if one.state == "asked"]
    return [one for one in asked if not agreeing_refusal(session, one, actor, now)]


def lift_conflict(act: Act, person: UUID) -> None:
    """The case is there again for somebody of whom others had declared a conflict of interest.

    A director does it who neither declared it nor is meant; who declared it takes it back while it
    waits (`lifter` else). What somebody said of themselves stays (`person`).
    """
    session, case = act.session, act.case
    act.check(Verb.LIFT_CONFLICT)
    found = session.get(Recusal, (case.id, person))
    if found is None or found.by_id == person:
        raise Refused("person")
    if not may_lift(found, act.actor):
        raise Refused("lifter")
    session.delete(found)
    act.move(Verb.LIFT_CONFLICT, person=person)
    telling.staff_of_conflict(session, act.site, case, person, act.now)


def conflict_reason(session: Session, opened: OpenCase, found: Recusal) -> str:
    """Why somebody declared a conflict of interest of another person."""
    said = select(Event.id).where(
        Event.stream_id == opened.case.id,
        Event.verb == Verb.DECLARE_CONFLICT,
        Event.codes["person"].astext == str(found.person_id),
    )
    event = session.scalars(said.order_by(Event.seq.desc()).limit(1)).first()
    kept = session.get(EventDetail, event) if event else None
    return opened.open_text(Label.EVENT_DETAIL, kept.event_id, kept.ciphertext) if kept else ""


def _leaves_somebody(session: Session, case: Case, person: UUID) -> None:
    left = {one.id for one in workers(session, case)}
    if person not in left:
        raise Refused("person")
    if left == {person}:
        raise Refused("last_one")


def _stand_aside(act: Act, person: UUID) -> None:
    """`step_aside`; all others hear of a case that nobody sees to any more, be it that the person
    had it or stood in for who has it. What keeps it from the person is written before."""
    session, case, has = act.session, act.case, act.case.assignee_id
    saw_to_it = has == person or (has is not None and away(session, act.now).get(has) == person)
    step_aside(act, person)
    if saw_to_it:
        telling.staff_of_freed(session, act.site, case, act.now, act.actor.person)


def step_aside(act: Acting, person: UUID) -> None:
    """What a conflict of interest that stands ends: their proposal, a new number they asked for,
    and having the case."""
    session, case = act.session, act.case
    asked = queries.proposal(session, case.id)
    if asked and asked.asked_by == person:
        lapse(act)
        erasures.leave(session, asked, act.at)
    lost = waiting_reissue(session, case.id)
    if lost and lost.asked_by == person:
        lost.state = "refused"
    if case.assignee_id == person:
        case.assignee_id = None
