"""Saying no with two people and another door, and looking again: decline, appeal, reopen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.cases import checks, erasures, queries, records
from grievance.cases.act import Act
from grievance.cases.lifecycle import OPEN, OVER
from grievance.cases.messages import Written
from grievance.cases.models import Case, FourEyes
from grievance.cases.opening import OpenCase
from grievance.cases.operations import eyes, foureyes, interpreting, telling
from grievance.cases.operations.feedback import lapse_sign_offs
from grievance.cases.operations.handling import answer, workers
from grievance.cases.operations.moving import Acting
from grievance.cases.state_words import DECLINE_REASONS
from grievance.cases.verbs import Verb
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.refusals import Refused


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


def propose_decline(act: Act, found: Declining) -> FourEyes:
    """The first of two people: nothing is decided and the worker is told nothing yet.

    Refuses `reason` outside the list, and `door` when no other body is named that the directory
    or the case's own suggestion knows: nobody is sent away without a next door; `hears_own` for who
    proposed what the worker asks to look at again, while somebody else is there.
    """
    act.check(Verb.PROPOSE_DECLINE)
    if eyes.barred(act.session, act.case, act.actor.person, act.now):
        raise Refused("hears_own")
    if found.reason not in DECLINE_REASONS:
        raise Refused("reason")
    if found.door not in doors(act.session, act.opened):
        raise Refused("door")
    written = found.written
    content = asdict(Proposed(found.reason, found.door, written.text, written.language))
    asked = foureyes.ask(act, "decline", content)
    act.move(Verb.PROPOSE_DECLINE, proposal=asked.id)
    return asked


def doors(session: Session, opened: OpenCase) -> list[str]:
    """Whom the worker can be sent to: what routing suggested first, then the whole directory."""
    advised = [door["mechanism"] for door in records.suggestion(session, opened).get("doors", [])]
    return list(dict.fromkeys([*advised, *directory.book(session).entries]))


def proposed(opened: OpenCase, asked: FourEyes) -> Proposed:
    """What was proposed, for who is to decide it."""
    return Proposed(**foureyes.content(opened, asked))


def decline(act: Act) -> None:
    """The second person says so too: the worker reads reason, other door and how to appeal.

    Refuses as `foureyes.check_second` does; the worker is told when one person decided alone.
    After an appeal refuses `hears_own` for who proposed what is appealed, while anybody but these
    two is there, and `heard_before` when both decided the first time and somebody else could.
    """
    act.check(Verb.DECLINE)
    asked = foureyes.waiting(act)
    alone = foureyes.check_second(act, asked, "decline")
    if why := _hearing_refusal(act.session, act.case, asked, act.actor.person, act.now):
        raise Refused(why)
    told = proposed(act.opened, asked)
    foureyes.decide(act, asked, "approved", alone=alone)
    act.case.decided_at = act.now
    message = answer(act, Verb.DECLINE, Written(told.text, told.language, asked.id))
    decision = {"reason": told.reason, "door": told.door, "alone": alone}
    records.write(act.session, act.opened, "decision", decision, act.now)
    act.meet("next_step", "appeal")
    clocks.stop(act.session, act.case.id, act.now)
    interpreting.end_all(act)
    act.move(Verb.DECLINE, proposal=asked.id, message=message.id, alone=alone)


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


def send_back(act: Act, written: Written) -> None:
    """Not like this: the proposal ends with a note among staff, and the case goes on as it was.

    Who proposed may take it back in the same way. What a worker told us, that the case be deleted,
    ends with it; they get news, and read it on their page.
    """
    if act.sent(written.form_id):
        return
    act.check(Verb.SEND_BACK)
    asked = foureyes.waiting(act)
    note = act.write("staff", Verb.SEND_BACK, written)
    foureyes.decide(act, asked, "sent_back")
    if erasures.not_told(act.session, asked, act.at):
        telling.worker_of_news(act.session, act.site, act.opened, act.now, "decision")
    act.move(Verb.SEND_BACK, proposal=asked.id, message=note.id)


def may_appeal(session: Session, case: Case, now: datetime) -> bool:
    """Whether the worker can still ask for a second look."""
    ends = clocks.appeal_ends(case.state_since, operator_hours(session))
    return case.state == "not_accepted" and case.appealed_at is None and now <= ends


def appeal(act: Act, written: Written) -> None:
    """The worker asks for a second look: once, within 30 days, answered within 30 days.

    Somebody else reads it if there is anybody: who proposed or took the decision gives it away,
    and who proposed it never hears it while anybody else is there.
    Words are welcome and not needed. Refuses `too_late` after the 30 days.
    """
    case = act.case
    if act.sent(written.form_id):
        return
    act.check(Verb.APPEAL)
    if not may_appeal(act.session, case, act.now):
        raise Refused("too_late")
    case.appealed_at, case.worker_acted_at, case.worker_waits = act.at, act.at, True
    case.assignee_id = _reader(act.session, case, act.now)
    erasures.end(act.session, case.id, act.at)
    act.start("appeal")
    telling.staff_of_return(act.session, act.site, case, act.now)
    codes = _said(act, Verb.APPEAL, written)
    if case.assignee_id:
        codes["assignee"] = case.assignee_id
    act.move(Verb.APPEAL, **codes)


def _said(act: Act, verb: Verb, written: Written) -> dict[str, Any]:
    if not written.text:
        return {}
    case = act.case
    message = act.write("worker", verb, written)
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


def worker_reopens(act: Act, written: Written) -> None:
    """The worker opens a case again that they took back, that was not accepted or was closed.

    Refuses `appeal_first` while an appeal is open to them, `too_late` after a year.
    """
    case = act.case
    if act.sent(written.form_id):
        return
    act.check(Verb.WORKER_REOPENS)
    if may_appeal(act.session, case, act.now):
        raise Refused("appeal_first")
    if not may_reopen(act.session, case, act.now):
        raise Refused("too_late")
    case.worker_acted_at, case.worker_waits = act.at, True
    begin_again(act, "answer")
    erasures.end(act.session, case.id, act.at)
    telling.staff_of_return(act.session, act.site, case, act.now)
    act.move(Verb.WORKER_REOPENS, **_said(act, Verb.WORKER_REOPENS, written))


def reopen(act: Act) -> None:
    """A lead opens a case again, within a year of its end (`too_late`); the worker gets news, who
    has it hears of it, and what they asked for, that it be erased, stands."""
    act.check(Verb.REOPEN)
    if act.now > clocks.reopen_ends(act.case.state_since, act.hours):
        raise Refused("too_late")
    begin_again(act, "next_step")
    telling.staff_of_return(act.session, act.site, act.case, act.now, act.actor.person)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, "decision")
    act.move(Verb.REOPEN)


def begin_again(act: Acting, clock: str) -> None:
    """What every reopening shares: clocks start, an earlier yes to closing is void."""
    session, case, at = act.session, act.case, act.at
    hours = operator_hours(session)
    if case.assignee_id not in {one.id for one in workers(session, case)}:
        case.assignee_id = None
    case.appealed_at = None
    lapse_sign_offs(session, case)
    clocks.meet(session, case.id, (checks.CLOCK,), at)
    clocks.start(session, case.id, clock, at, hours)
    if case.danger:
        clocks.start(session, case.id, "danger", at, hours)
