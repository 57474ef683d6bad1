"""After a restore: what was taken back since the backup is taken back again, what was erased is
erased again.

No key is needed for it: grants go, a yes ends, a number is retired, a person is shut out. What was
given after the backup, a new number for one, cannot come back; staff issue another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.models import Event, Person
from grievance.cases import assigned, erasures
from grievance.cases.act import JobAct
from grievance.cases.actors import Actor
from grievance.cases.ledger import ACTS, REPLAYED, Act
from grievance.cases.lifecycle import OVER
from grievance.cases.models import (
    Case,
    CaseGrant,
    Erasure,
    FourEyes,
    Receipt,
    ReceiptSession,
    Recusal,
)
from grievance.cases.operations import interpreting, replying
from grievance.cases.operations.conflicts import step_aside
from grievance.cases.operations.deciding import begin_again
from grievance.cases.operations.linking import close_restored
from grievance.cases.operations.moving import lapse
from grievance.cases.operations.referring import take_back
from grievance.cases.operations.shredding import shred
from grievance.cases.states import TABLE
from grievance.cases.transitions import WORKER
from grievance.cases.verbs import Verb
from grievance.model import complete
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import PacketGrant, Referral
from grievance.referrals.operations import recalling
from grievance.referrals.states import UNSENT
from grievance.refusals import Refused

RESTORE = Actor("cli:backup restore", frozenset({WORKER}), role="job")


@dataclass(frozen=True)
class Replayed:
    """How many acts were done again, how many cases of acts the backup does not know, and in how
    many no number is left that a worker could come back with."""

    acts: int
    unknown: int
    shut: int


def replay(session: Session, acts: Iterable[Act], now: datetime) -> Replayed:
    """Do every act again that this database does not know of, in the order of the ledger.

    A second time does nothing. An act of a case that was filed after the backup is counted only.
    """
    done, unknown, retired = 0, set(), set()
    for act in acts:
        case = session.get(Case, act.case_id)
        if case is None:
            if not _erased(session, act.case_id):
                unknown.add(act.case)
        elif not _known(session, act):
            if AGAIN[act.verb] is _retire:  # no event of its own: the one that follows names it
                _retire(session, case, act, now)
                retired.add(case.id)
            codes = {"act": act.verb, "of": act.event}
            done_again = Deed(REPLAYED, RESTORE.name, now, codes, knows=("act", "of"))
            audit.record(session, case, done_again)
            if AGAIN[act.verb] is not _retire:
                AGAIN[act.verb](session, case, act, now)
            done += 1
    return Replayed(done, len(unknown), len(retired - _open_to_a_worker(session, retired)))


def stop_erasing(session: Session, now: datetime) -> list[str]:
    """End what the backup holds of cases that were to be erased; the references of those cases.

    Who asked may have taken it back since, or a second person have said no: what no ledger tells
    for certain does not end in an erasure. Who still wants it asks again.
    """
    decides = select(Erasure).outerjoin(FourEyes, FourEyes.id == Erasure.proposal_id)
    waits = or_(FourEyes.id.is_(None), FourEyes.state.in_(("asked", "left")))
    found = session.scalars(
        decides.where(Erasure.ended_at.is_(None), waits).order_by(Erasure.case_id)
    ).all()
    told = []
    for case_id, rows in groupby(found, lambda row: row.case_id):
        again, ended = _again(session, session.get_one(Case, case_id), now), list(rows)
        for row in ended:
            row.ended_at = again.at
        if any(row.proposal_id for row in ended):
            lapse(again)
        erasures.watch(session, case_id, now)
        again.move(Verb.STOP_ERASURE, erasures=[str(row.id) for row in ended])
        told.append(again.case.reference)
    return told


def close_links(session: Session, now: datetime) -> int:
    """End every reply link that the backup holds open; how many. One that was closed since, or
    whose code was guessed at, would live again: staff make new ones where they are wanted."""
    wanted = select(ReplyLink).where(ReplyLink.closed_at.is_(None)).order_by(ReplyLink.case_id)
    found = session.scalars(wanted).all()
    for case_id, links in groupby(found, lambda link: link.case_id):
        close_restored(_again(session, session.get_one(Case, case_id), now), links)
    return len(found)


def _erased(session: Session, case_id: UUID) -> bool:
    """The case is gone because it was erased, here or again: there is nothing to do to it."""
    gone = (Event.stream_id == case_id, Event.verb == Verb.ERASE, Event.codes["all"].as_boolean())
    return session.scalar(select(Event.id).where(*gone).limit(1)) is not None


def _open_to_a_worker(session: Session, cases: set[UUID]) -> set[UUID]:
    active = (Receipt.role == "worker", Receipt.state == "active")
    return set(session.scalars(select(Receipt.case_id).where(Receipt.case_id.in_(cases), *active)))


def _known(session: Session, act: Act) -> bool:
    """The event stands in the chain, or one that says that it was done again."""
    mine = Event.stream_id == act.case_id
    event = session.scalar(select(Event.hash).where(mine, Event.seq == act.seq))
    if event and event.hex() == act.event:
        return True
    again = (mine, Event.verb == REPLAYED, Event.codes["of"].astext == act.event)
    return session.scalar(select(Event.id).where(*again).limit(1)) is not None


def _again(session: Session, case: Case, now: datetime) -> JobAct:
    return JobAct(session, case, RESTORE, now)


def _recall(session: Session, case: Case, act: Act, now: datetime) -> None:
    """Nothing is left to recall when the yes came after the backup."""
    try:
        take_back(_again(session, case, now), Verb(act.verb), act.codes["mechanism"])
    except Refused as refused:
        if refused.code != "not_now":
            raise


def _replaced(session: Session, case: Case, act: Act, now: datetime) -> None:
    """The worker was asked about another document since: nothing goes out on the earlier one."""
    earlier = select(Referral.id).where(
        Referral.case_id == case.id,
        Referral.packet_id == UUID(act.codes["replaced"]),
        Referral.state.in_(UNSENT),
    )
    if session.scalar(earlier):
        done, mechanism = _again(session, case, now), act.codes["mechanism"]
        take_back(done, Verb.RECALL_FOR_WORKER, mechanism)


def _withdraw(session: Session, case: Case, _act: Act, now: datetime) -> None:
    """A case that was over at the backup stays as it was, but nobody keeps what they were given."""
    if case.state in TABLE[Verb.WITHDRAW].sources:
        replying.end(_again(session, case, now))
        return
    for mechanism in recalling.recipients(session, case.id):
        take_back(_again(session, case, now), Verb.RECALL, mechanism)


def _reopen(session: Session, case: Case, _act: Act, now: datetime) -> None:
    """Open again what was open; the words that came with it are gone, so somebody answers."""
    if case.state in OVER:
        again = _again(session, case, now)
        begin_again(again, "answer")
        erasures.end(session, case.id, now)
        again.move(Verb.REOPEN)


def _worried(session: Session, case: Case, act: Act, now: datetime) -> None:
    """Open again, and in danger again where the worker said that they are not safe."""
    case.danger = case.danger or bool(act.codes["danger"])
    _reopen(session, case, act, now)


def _retire(session: Session, case: Case, act: Act, _now: datetime) -> None:
    """The number opens nothing any more. The one that replaced it is not in the backup."""
    retired = act.codes["retired"]
    named = [UUID(one) for one in ([retired] if isinstance(retired, str) else retired)]
    for receipt in session.scalars(
        select(Receipt).where(Receipt.case_id == case.id, Receipt.id.in_(named))
    ):
        receipt.state = "retired"
        for grants in (CaseGrant, PacketGrant):
            theirs = (grants.holder_kind == "receipt", grants.holder_id == receipt.id)
            session.execute(delete(grants).where(*theirs))
        session.execute(delete(ReceiptSession).where(ReceiptSession.receipt_id == receipt.id))


def _contact(_session: Session, _case: Case, _act: Act, _now: datetime) -> None:
    """What the worker said, on their page or to staff, is sealed and not in the backup. That it was
    said stands in the event before: nobody is written to by what was there earlier
    (`addressing.may_be_old`)."""


def _wish(_session: Session, _case: Case, _act: Act, _now: datetime) -> None:
    """No wish to be erased stands after a restore (`stop_erasing`). That there was one stands in
    the event before, so that the worker's page says that it has to be asked again."""


def _recuse(session: Session, case: Case, act: Act, now: datetime) -> None:
    """The reason is gone with the event. Somebody who joined after the backup is not there.

    One that was lifted since the backup stands again: a director lifts it once more.
    """
    person, by = UUID(act.codes["person"]), UUID(act.codes["by"].partition(":")[2])
    before = session.get(Recusal, (case.id, person))
    if before and before.state == "stands":
        return
    if session.get(Person, person) is None:
        return
    declarer = UUID(act.codes.get("declared", str(by)))
    declarer = declarer if session.get(Person, declarer) is not None else person
    agreed = by if declarer != by and session.get(Person, by) is not None else None
    if before is None:
        before = Recusal(case_id=case.id, person_id=person, by_id=declarer, at=now)
        session.add(before)
    before.state, before.agreed_by = "stands", agreed
    again = _again(session, case, now)
    step_aside(again, person)
    again.move(Verb.RECUSE, person=person)


def _no_interpreter(session: Session, case: Case, _act: Act, now: datetime) -> None:
    """Nobody interprets any more: what they had been given goes, and no more is given."""
    again = _again(session, case, now)
    ended = interpreting.end(again, assigned.live(session, case.id))
    again.move(Verb.REFUSE_INTERPRETER, assigned=ended)


def _heard(session: Session, case: Case, act: Act, now: datetime) -> None:
    """A no that staff heard holds again; a yes is asked again."""
    if act.codes["answer"] == "no":
        _no_interpreter(session, case, act, now)


def _passages(session: Session, case: Case, act: Act, now: datetime) -> None:
    """What an interpreter had no more they have no more; nor any other, after a conflict. What was
    given after the backup is not there."""
    again, gone = _again(session, case, now), act.codes["assigned"]
    state = act.codes.get("why", "taken_back")
    rows = [one for one in assigned.live(session, case.id) if str(one.id) in gone]
    if ended := interpreting.end(again, rows, state):
        again.move(Verb.TAKE_BACK_PASSAGE, assigned=ended)


def _erase(session: Session, case: Case, act: Act, now: datetime) -> None:
    """Its files stand written down to be swept out of the store."""
    shred(_again(session, case, now), act.codes["boxes"], ground=act.codes["ground"])


AGAIN: dict[str, Callable[[Session, Case, Act, datetime], None]] = {
    Verb.RECALL: _recall,
    Verb.RECALL_FOR_WORKER: _recall,
    Verb.WITHDRAW: _withdraw,
    Verb.REOPEN: _reopen,
    Verb.WORKER_REOPENS: _reopen,
    Verb.WORRIED: _worried,
    Verb.RECORD_WORRY: _worried,
    Verb.CHANGE_RECEIPT: _retire,
    Verb.REISSUE: _retire,
    Verb.CHANGE_CONTACT: _contact,
    Verb.STATE_FACTS: _contact,
    Verb.RECUSE: _recuse,
    Verb.AGREE_CONFLICT: _recuse,
    Verb.REFER: _replaced,
    Verb.ASK_ERASURE: _wish,
    Verb.STOP_ERASURE: _wish,
    Verb.ERASE: _erase,
    Verb.REFUSE_INTERPRETER: _no_interpreter,
    Verb.RECORD_INTERPRETER: _heard,
    Verb.TAKE_BACK_PASSAGE: _passages,
    Verb.RETURN_PASSAGE: _passages,
}
complete(AGAIN, ACTS)
