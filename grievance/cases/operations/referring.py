"""Handing a case over to a body, as staff do it: ask the worker, deliver, record what comes back.

Every verb checks the state table and is refused before anything is written. Nothing goes out
without the worker's yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.queries import operator_public_key
from grievance.cases.act import Act, JobAct
from grievance.cases.models import Case, CaseFile, Receipt
from grievance.cases.opening import open_packet, receipt_holder
from grievance.cases.operations import laying, telling
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.clock import local_day, to_the_hour
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.directory.book import Entry
from grievance.referrals.answered import Answered
from grievance.referrals.document import Document
from grievance.referrals.drafting import check_read
from grievance.referrals.models import ON_DESK, Consent, Packet, Referral
from grievance.referrals.operations import readers, recalling, sealing, steps
from grievance.referrals.operations.recalling import Recalled
from grievance.referrals.operations.sealing import FlatFile, Making, OpenPacket
from grievance.referrals.operations.steps import Asking, Delivery, Said
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.keys import Holder, check_public_key

What = TypeVar("What")


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is to go out, for what and until when, and who of a company reads it there: exactly this
    is what the worker is asked."""

    document: Document = field(repr=False)
    files: Sequence[FlatFile] = field(default=(), repr=False)
    purpose: str
    ends_on: date
    readers: Sequence[UUID] = ()


@dataclass(frozen=True)
class About(Generic[What]):
    """What is said of one hand-over."""

    referral: Referral
    said: What = field(repr=False)


def local_today(session: Session, now: datetime) -> date:
    """The day it is where the operator is."""
    return local_day(now, operator_hours(session).zone)


def refer(act: Act, wanted: Proposal) -> Referral:
    """Prepare a hand-over and ask the worker for consent to exactly it.

    The packet is kept for the operator and every active receipt of the worker, frozen, and the
    worker gets news. Where they were asked about this body before and nothing has gone out, it
    takes the place of that packet, and a yes to that ends. Refuses `door` for a body that the
    directory does not hold, `reader` for who cannot be named, `parallel` while the body has
    something, `untranslated` while words of the worker, or what they wish for their safety, are not
    in the language of the document.
    """
    session, case, document = act.session, act.case, wanted.document
    act.check(Verb.REFER)
    body = _listed(session, document.mechanism)
    check_read(document)
    named = laying.chosen(session, body.id, wanted.readers)
    before = steps.unsent(session, case.id, body.id)
    referral = before or steps.propose(session, case.id, body.id, act.actor.person, act.now)
    making = Making(
        case_id=case.id,
        mechanism=body.id,
        immigration=body.facts.immigration,
        document=document,
        files=wanted.files,
    )
    kept = sealing.keep(session, making, holders(session, act.site, case), act.site.blobs, act.now)
    readers.write(session, kept, named)
    digest = sealing.freeze(session, kept.packet, act.now)
    replaced = session.get(Packet, referral.packet_id) if referral.packet_id else None
    if replaced:
        sealing.supersede(session, replaced, kept.packet, act.now)
    asking = Asking(wanted.purpose, wanted.ends_on, act.today)
    steps.ask(session, referral, kept.packet, asking, act.now)
    case.assignee_id = case.assignee_id or act.actor.person
    telling.worker_of_news(session, act.site, act.opened, act.now, "consent")
    more: dict[str, Any] = {"replaced": replaced.id} if replaced else {}
    act.move(
        Verb.REFER,
        referral=referral.id,
        packet=kept.packet.id,
        digest=digest.hex(),
        check=kept.packet.key_check.hex(),
        mechanism=body.id,
        purpose=wanted.purpose,
        form=document.form,
        ends=wanted.ends_on.isoformat(),
        parts=list(document.parts),
        **more,
    )
    return referral


def _listed(session: Session, mechanism: str) -> Entry:
    found = directory.book(session).body(mechanism)
    if found is None:
        raise Refused("door")
    return found


def holders(session: Session, site: Site, case: Case) -> list[Holder]:
    """Who may open a packet of this case: the operator and the worker's receipts, each public key
    vouched for; helpers and members of a group may not."""
    operator = operator_public_key(session, site.ring)
    assert operator is not None  # there is a case, so it was founded
    found = [operator]
    mine = (Receipt.case_id == case.id, Receipt.role == "worker", Receipt.state == "active")
    for receipt in session.scalars(select(Receipt).where(*mine)):
        held = receipt_holder(receipt)
        found.append(check_public_key(site.ring.public_key_mac, held, receipt.public_mac))
    return found


def record_consent(act: Act, about: About[Said]) -> Consent:
    """Record the worker's yes or no that somebody took by telephone and read back to them."""
    referral = about.referral
    act.check(Verb.RECORD_CONSENT)
    if referral.packet_id is None:
        raise Refused("state")
    packet = act.session.get_one(Packet, referral.packet_id)
    given, codes = consented(act, about, packet)
    act.case.worker_acted_at = to_the_hour(act.now)
    act.move(Verb.RECORD_CONSENT, answer=given.answer, **codes)
    return given


def consented(act: Act, about: About[Said], packet: Packet) -> tuple[Consent, dict[str, Any]]:
    """Keep the yes or no that the worker said to this packet, whoever took it, with the codes of
    its event. A yes seals the packet in the same act to the office that was named, where the body
    has an account here; it refuses `recipient` when that is another one now.
    """
    row, said = about.referral, about.said
    to = laying.agreed(act, packet, said.office) if said.answer == "yes" else None
    given = steps.consent(act, row, packet, said)
    sealed_to = laying.seal(act, packet, to) if to else {}
    named = {"packet": packet.id, "digest": given.digest.hex(), "consent": given.id}
    return given, {"referral": row.id, **named, **sealed_to}


def deliver(act: Act, about: About[Delivery]) -> None:
    """Record that it went out, or that the worker takes it there: only with a valid yes. Refuses
    `untranslated` as asking does: a packet that was changed needs a new yes. A body with an account
    finds it on its desk here from now on; `no_desk` for one without.

    From now on the case is with a mechanism, and a clock runs to the day of the next chase.
    """
    session, case, referral, delivery = act.session, act.case, about.referral, about.said
    act.check(Verb.DELIVER)
    opened = _paper(act, referral) if referral.packet_id else None
    if opened:
        check_read(opened.document)
    steps.deliver(act, referral, delivery)
    on_desk = opened is not None and delivery.channel == ON_DESK
    laid = laying.lay(act, referral, opened) if opened and on_desk else {}
    case.decided_at = case.decided_at or act.now
    case.handed_over_at = case.handed_over_at or act.now
    telling.worker_of_news(session, act.site, act.opened, act.now, "body")
    act.move(Verb.DELIVER, referral=referral.id, by=delivery.by, channel=delivery.channel, **laid)


def _paper(act: Act, referral: Referral) -> OpenPacket:
    return open_packet(act.session, act.opened, act.session.get_one(Packet, referral.packet_id))


def record_answer(act: Act, about: About[Answered]) -> None:
    """Record what the body said: news while it has the matter or has a result, or that it does
    not take it, after which another door is looked for. A file of theirs is one of this case."""
    session, referral, said = act.session, about.referral, about.said
    verb = Verb.REFERRAL_OVER if said.kind == "declined" else Verb.REFERRAL_NEWS
    act.check(verb)
    if said.file_id and session.get_one(CaseFile, said.file_id).case_id != act.case.id:
        raise Refused("other_case")
    answer = steps.record_answer(act, referral, said)
    telling.worker_of_news(session, act.site, act.opened, act.now, "body")
    more: dict[str, Any] = {"file": said.file_id} if said.file_id else {}
    act.move(
        verb,
        referral=referral.id,
        kind=said.kind,
        answer=answer.id,
        value=values.digest(answer.content).hex(),
        **more,
    )


def mark_silent(act: Act, about: About[date]) -> None:
    """The body let its time pass without a word. It may still answer, and is asked on this day; we
    look for another door."""
    act.check(Verb.REFERRAL_OVER)
    level = steps.mark_silent(act.session, about.referral, _ahead(act, about.said), act.now)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, "body")
    act.move(Verb.REFERRAL_OVER, referral=about.referral.id, kind="silent", level=level)


def chase(act: Act, about: About[date]) -> None:
    """The body was asked again, or is to be: set the next day. Who does it owns the hand-over."""
    act.check(Verb.CHASE)
    steps.chase(act.session, about.referral, _ahead(act, about.said), act.actor.person)
    act.move(Verb.CHASE, referral=about.referral.id)


def _ahead(act: Act, day: date) -> date:
    if day <= act.today:
        raise Refused("next_chase")
    return day


def tell_body(act: Act, about: About[date]) -> None:
    """Note that a body which had something was told that the worker took it back, on this day.

    Refuses `not_now` unless it was handed over, taken back and not told yet; `on` for a day to
    come.
    """
    act.check(Verb.TELL_BODY)
    if about.said > act.today:
        raise Refused("on")
    recalling.tell(about.referral, about.said)
    act.move(Verb.TELL_BODY, referral=about.referral.id)


def recall_for_worker(act: Act, about: About[str]) -> None:
    """Take back what the body of this hand-over got, because the worker asked us to. How they asked
    is kept sealed; refuses `reason` where it is not said."""
    act.check(Verb.RECALL_FOR_WORKER)
    detail = act.detail(about.said, "reason")
    act.case.worker_acted_at = to_the_hour(act.now)
    ended = _ended(act, about.referral.mechanism)
    act.move(Verb.RECALL_FOR_WORKER, detail=detail, **_codes(ended, about.referral.mechanism))


def take_back(act: Act | JobAct, verb: Verb, mechanism: str) -> Recalled:
    """The part that every recall shares: running hand-overs to this body and every yes to it end.

    The verb checks before.
    """
    ended = _ended(act, mechanism)
    act.move(verb, **_codes(ended, mechanism))
    return ended


def _ended(act: Act | JobAct, mechanism: str) -> Recalled:
    """Its people are told at once, where it had it on a desk here; a restore tells nobody again."""
    ended = recalling.recall(act.session, act.case.id, mechanism, act.now)
    if isinstance(act, Act):
        telling.partner_of_stop(act, act.site, [one.id for one in ended.referrals])
    return ended


def _codes(ended: Recalled, mechanism: str) -> dict[str, Any]:
    return {
        "mechanism": mechanism,
        "referrals": [str(row.id) for row in ended.referrals],
        "grants": ended.grants,
    }
