"""Saying no with two people and another door, and looking again: decline, appeal, reopen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.cases import messages, queries, records
from grievance.cases.actors import Actor
from grievance.cases.lifecycle import OPEN, OVER
from grievance.cases.messages import Written
from grievance.cases.models import Case, FourEyes
from grievance.cases.opening import OpenCase
from grievance.cases.operations import eyes, foureyes, telling
from grievance.cases.operations.handling import answer, workers
from grievance.cases.operations.hearing import lapse_sign_offs
from grievance.cases.operations.moving import Refused, check, move
from grievance.cases.site import Site
from grievance.cases.states import Verb
from grievance.cases.told import DECLINE_REASONS
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory


@dataclass(frozen=True)
class Declining:
    """Why a case is not taken on, which other door is named, and what the worker reads."""

    reason: str
    door: str
    written: Written


@dataclass(frozen=True)
class Proposed:
    """What somebody proposed, opened."""

    reason: str
    door: str
    text: str
    language: str


def propose_decline(
    session: Session, site: Site, opened: OpenCase, found: Declining, actor: Actor, now: datetime,
    version: int,
) -> FourEyes:  # fmt: skip
    """The first of two people: nothing is decided and the worker is told nothing yet.

    Refuses `reason` outside the list, and `door` when no other body is named that the directory
    or the case's own suggestion knows: nobody is sent away without a next door; `hears_own` for who
    proposed what the worker asks to look at again, while somebody else is there.
    """
    case = opened.case
    check(case, Verb.PROPOSE_DECLINE, actor, version)
    if eyes.barred(session, case, actor.person, now):
        raise Refused("hears_own")
    if found.reason not in DECLINE_REASONS:
        raise Refused("reason")
    if found.door not in doors(session, opened):
        raise Refused("door")
    written = found.written
    content = asdict(Proposed(found.reason, found.door, written.text, written.language))
    asked = foureyes.ask(session, site, opened, "decline", content, actor, now)
    move(session, case, Verb.PROPOSE_DECLINE, actor, now, {"proposal": asked.id})
    return asked


def doors(session: Session, opened: OpenCase) -> list[str]:
    """Whom the worker can be sent to: what routing suggested first, then the whole directory."""
    advised = [door["mechanism"] for door in records.suggestion(session, opened).get("doors", [])]
    return list(dict.fromkeys([*advised, *directory.book(session).entries]))


def proposed(opened: OpenCase, asked: FourEyes) -> Proposed:
    """What was proposed, for who is to decide it."""
    return Proposed(**foureyes.content(opened, asked))


def decline(
    session: Session, site: Site, opened: OpenCase, asked: FourEyes, actor: Actor, now: datetime,
    version: int,
) -> None:  # fmt: skip
    """The second person says so too: the worker reads reason, other door and how to appeal.

    Refuses as `foureyes.check_second` does; the worker is told when one person decided alone.
    After an appeal refuses `hears_own` for who proposed what is appealed, while anybody but these
    two is there, and `heard_before` when both decided the first time and somebody else could.
    """
    case = opened.case
    check(case, Verb.DECLINE, actor, version)
    alone = foureyes.check_second(session, case, asked, "decline", actor, now)
    if why := _hearing_refusal(session, case, asked, actor.person, now):
        raise Refused(why)
    told = proposed(opened, asked)
    foureyes.approve(case, asked, actor, now, alone=alone)
    case.decided_at = now
    words = Written(told.text, told.language, asked.id)
    message = answer(session, site, opened, words, verb=Verb.DECLINE, actor=actor, now=now)
    decision = {"reason": told.reason, "door": told.door, "alone": asked.alone}
    records.write(session, opened, "decision", decision, now)
    clocks.meet(session, case.id, ("next_step", "appeal"), now)
    clocks.stop(session, case.id, now)
    codes = {"proposal": asked.id, "message": message.id, "alone": asked.alone}
    move(session, case, Verb.DECLINE, actor, now, codes)


def refusal(session: Session, case: Case, asked: FourEyes, person: UUID, now: datetime) -> str:
    """Why this person may not decide what is proposed, as `decline` and `close` refuse it; empty
    when they may. Pages ask it before they offer a button."""
    if why := foureyes.refusal(session, case, asked, person, now):
        return why
    return _hearing_refusal(session, case, asked, person, now) if asked.verb == "decline" else ""


def _hearing_refusal(
    session: Session, case: Case, asked: FourEyes, person: UUID | None, now: datetime
) -> str:
    """After an appeal: what who had a part in the first decision may not decide."""
    if eyes.barred(session, case, person, now, beside=asked.asked_by):
        return "hears_own"
    heard = case.appealed_at and _heard_before(session, case, {asked.asked_by, person})
    return "heard_before" if heard else ""


def _heard_before(session: Session, case: Case, two: set[UUID | None]) -> bool:
    before = queries.deciders(session, case.id)
    fresh = [one for one in workers(session, case) if one.id not in before]
    return bool(fresh) and two <= before


def send_back(
    session: Session, opened: OpenCase, asked: FourEyes, written: Written, actor: Actor,
    now: datetime, version: int,
) -> None:  # fmt: skip
    """Not like this: the proposal ends with a note among staff, and the case goes on as it was.

    Who proposed may take it back in the same way.
    """
    if messages.sent_before(session, opened.case.id, written.form_id):
        return
    check(opened.case, Verb.SEND_BACK, actor, version)
    if asked.case_id != opened.case.id or asked.state != "asked":
        raise Refused("state")
    note = messages.write(
        session, opened, written, thread="staff", verb=Verb.SEND_BACK, actor=actor, at=now
    )
    asked.state, asked.decided_by, asked.decided_at = "sent_back", actor.person, now
    opened.case.awaits_second = False
    codes = {"proposal": asked.id, "message": note.id}
    move(session, opened.case, Verb.SEND_BACK, actor, now, codes)


def may_appeal(session: Session, case: Case, now: datetime) -> bool:
    """Whether the worker can still ask for a second look."""
    ends = clocks.appeal_ends(case.state_since, operator_hours(session))
    return case.state == "not_accepted" and case.appealed_at is None and now <= ends


def appeal(
    session: Session, site: Site, opened: OpenCase, written: Written, actor: Actor, now: datetime
) -> None:
    """The worker asks for a second look: once, within 30 days, answered within 30 days.

    Somebody else reads it if there is anybody: who proposed or took the decision gives it away,
    and who proposed it never hears it while anybody else is there.
    Words are welcome and not needed. Refuses `too_late` after the 30 days.
    """
    case, at = opened.case, to_the_hour(now)
    if messages.sent_before(session, case.id, written.form_id):
        return
    check(case, Verb.APPEAL, actor)
    if not may_appeal(session, case, now):
        raise Refused("too_late")
    case.appealed_at, case.worker_acted_at, case.worker_waits = at, at, True
    case.assignee_id = _reader(session, case, now)
    clocks.start(session, case.id, "appeal", at, operator_hours(session))
    telling.staff_of_return(session, site, case, now)
    codes = _said(session, opened, written, Verb.APPEAL, actor, at)
    if case.assignee_id:
        codes["assignee"] = case.assignee_id
    move(session, case, Verb.APPEAL, actor, now, codes)


def _said(
    session: Session, opened: OpenCase, written: Written, verb: Verb, actor: Actor, at: datetime
) -> dict[str, UUID]:
    if not written.text:
        return {}
    case = opened.case
    message = messages.write(
        session, opened, written, thread="worker", verb=verb, actor=actor, at=at
    )
    case.needs_translation = case.needs_translation or written.language not in ("en", "ja")
    return {"message": message.id}


def _reader(session: Session, case: Case, now: datetime) -> UUID | None:
    """Who had no part in the decision, the one with the fewest open cases; then who did not propose
    it. The proposer only where nobody else is there; nobody, while somebody else still could be."""
    there = {one.id for one in workers(session, case)}
    fresh = there - queries.deciders(session, case.id) - {case.assignee_id}
    fresh = fresh or there - queries.proposers(session, case.id)
    if not fresh:
        return None if eyes.barred(session, case, case.assignee_id, now) else case.assignee_id
    rows = session.execute(
        select(Case.assignee_id, func.count())
        .where(Case.assignee_id.in_(fresh), Case.state.in_(OPEN))
        .group_by(Case.assignee_id)
    )
    busy = {person: count for person, count in rows if person}
    return min(fresh, key=lambda one: (busy.get(one, 0), str(one)), default=None)


def may_reopen(session: Session, case: Case, now: datetime) -> bool:
    """Whether the worker can open the case again: within a year of its end, and not while an
    appeal, which another person reads, is still open to them."""
    ends = clocks.reopen_ends(case.state_since, operator_hours(session))
    return case.state in OVER and now <= ends and not may_appeal(session, case, now)


def worker_reopens(
    session: Session, site: Site, opened: OpenCase, written: Written, actor: Actor, now: datetime
) -> None:
    """The worker opens a case again that they took back, that was not accepted or was closed.

    Refuses `appeal_first` while an appeal is open to them, `too_late` after a year.
    """
    case, at = opened.case, to_the_hour(now)
    if messages.sent_before(session, case.id, written.form_id):
        return
    check(case, Verb.WORKER_REOPENS, actor)
    if may_appeal(session, case, now):
        raise Refused("appeal_first")
    if not may_reopen(session, case, now):
        raise Refused("too_late")
    case.worker_acted_at, case.worker_waits = at, True
    begin_again(session, case, "answer", at)
    telling.staff_of_return(session, site, case, now)
    codes = _said(session, opened, written, Verb.WORKER_REOPENS, actor, at)
    move(session, case, Verb.WORKER_REOPENS, actor, now, codes)


def reopen(
    session: Session, site: Site, opened: OpenCase, actor: Actor, now: datetime, version: int
) -> None:
    """A lead opens a case again, within a year of its end (`too_late`); the worker gets news."""
    case = opened.case
    check(case, Verb.REOPEN, actor, version)
    if now > clocks.reopen_ends(case.state_since, operator_hours(session)):
        raise Refused("too_late")
    begin_again(session, case, "next_step", now)
    telling.worker_of_news(session, site, opened, now)
    move(session, case, Verb.REOPEN, actor, now)


def begin_again(session: Session, case: Case, clock: str, at: datetime) -> None:
    """What every reopening shares: clocks start, an earlier yes to closing is void."""
    hours = operator_hours(session)
    if case.assignee_id not in {one.id for one in workers(session, case)}:
        case.assignee_id = None
    case.appealed_at = None
    lapse_sign_offs(session, case)
    clocks.start(session, case.id, clock, at, hours)
    if case.danger:
        clocks.start(session, case.id, "danger", at, hours)
