"""Handing a case over to a body, as staff do it: ask the worker, deliver, record what comes back.

Every verb checks the state table and is refused (`moving.Refused`, or `referrals.refusals.Refused`
with its sentence) before anything is written. Nothing goes out without the worker's yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.queries import operator_public_key
from grievance.cases.act import Act
from grievance.cases.actors import Actor
from grievance.cases.models import Case, CaseFile, Receipt
from grievance.cases.opening import Holder, OpenCase, open_packet
from grievance.cases.operations import telling
from grievance.cases.operations.moving import Detail, Refused, check, move
from grievance.cases.site import Site
from grievance.cases.states import Verb
from grievance.clock import local_day, to_the_hour
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.referrals.document import Document
from grievance.referrals.models import Consent, Packet, Referral
from grievance.referrals.operations import handing, recalling, sealing
from grievance.referrals.operations.handing import Answered, Asking, Delivery, Said
from grievance.referrals.operations.recalling import Recalled
from grievance.referrals.operations.sealing import FlatFile, Making
from grievance.referrals.packets import check_read
from grievance.referrals.refusals import Refused as NotAllowed
from grievance.vault import values
from grievance.vault.keys import check_public_key
from grievance.vault.labels import Label


@dataclass(frozen=True, kw_only=True)
class HandingOver:
    """What is to go out, for what and until when: exactly this is what the worker is asked."""

    document: Document = field(repr=False)
    files: Sequence[FlatFile] = field(default=(), repr=False)
    purpose: str
    ends_on: date


def local_today(session: Session, now: datetime) -> date:
    """The day it is where the operator is."""
    return local_day(now, operator_hours(session).zone)


def refer(
    session: Session, site: Site, opened: OpenCase, wanted: HandingOver, act: Act
) -> Referral:
    """Prepare a hand-over and ask the worker for consent to exactly it.

    The packet is kept for the operator and every active receipt of the worker, frozen, and the
    worker gets news. Where they were asked about this body before and nothing has gone out, it
    takes the place of that packet, and a yes to that ends. Refuses `door` for a body that the
    directory does not hold, `parallel` while the body has something, `untranslated` while words of
    the worker, or what they wish for their safety, are not in the language of the document.
    """
    case, document = opened.case, wanted.document
    check(case, Verb.REFER, act.actor, act.version)
    body = directory.book(session).entries.get(document.mechanism)
    if body is None:
        raise Refused("door")
    check_read(document)
    before = handing.unsent(session, case.id, body.id)
    referral = before or handing.propose(session, case.id, body.id, act.actor.person, act.now)
    making = Making(
        case_id=case.id, mechanism=body.id, immigration=body.facts.immigration,
        document=document, files=wanted.files,
    )  # fmt: skip
    kept = sealing.keep(session, making, holders(session, site, case), site.blobs, act.now)
    digest = sealing.freeze(session, kept.packet, act.now)
    replaced = session.get(Packet, referral.packet_id) if referral.packet_id else None
    if replaced:
        sealing.supersede(session, replaced, kept.packet, act.now)
    asking = Asking(wanted.purpose, wanted.ends_on, local_today(session, act.now))
    handing.ask(session, referral, kept.packet, asking, act.now)
    case.assignee_id = case.assignee_id or act.actor.person
    telling.worker_of_news(session, site, opened, act.now)
    codes = {
        "referral": referral.id, "packet": kept.packet.id, "digest": digest.hex(),
        "check": kept.packet.key_check.hex(), "mechanism": body.id, "purpose": wanted.purpose,
        "form": document.form, "ends": wanted.ends_on.isoformat(), "parts": list(document.parts),
    }  # fmt: skip
    if replaced:
        codes["replaced"] = replaced.id
    move(session, case, Verb.REFER, act.actor, act.now, codes)
    return referral


def holders(session: Session, site: Site, case: Case) -> list[Holder]:
    """Who may open a packet of this case: the operator and the worker's receipts, each public key
    vouched for; helpers and members of a group may not."""
    operator = operator_public_key(session, site.ring)
    assert operator is not None  # there is a case, so it was founded
    found = [Holder(operator.kind, operator.id, operator.generation, operator.public)]
    mine = (Receipt.case_id == case.id, Receipt.role == "worker", Receipt.state == "active")
    for receipt in session.scalars(select(Receipt).where(*mine)):
        check_public_key(
            site.ring.public_key_mac, "receipt", receipt.id, 1, receipt.public_key,
            mac=receipt.public_mac,
        )  # fmt: skip
        found.append(Holder("receipt", receipt.id, 1, receipt.public_key))
    return found


def record_consent(
    session: Session, opened: OpenCase, referral: Referral, said: Said, act: Act
) -> Consent:
    """Record the worker's yes or no that somebody took by telephone and read back to them."""
    case = opened.case
    check(case, Verb.RECORD_CONSENT, act.actor, act.version)
    if referral.packet_id is None:
        raise Refused("state")
    packet = session.get_one(Packet, referral.packet_id)
    today = local_today(session, act.now)
    given = handing.consent(
        session, referral, packet, said, sealer=opened, today=today, now=act.now
    )
    codes = {
        "referral": referral.id, "packet": packet.id, "digest": given.digest.hex(),
        "consent": given.id, "answer": given.answer,
    }  # fmt: skip
    case.worker_acted_at = to_the_hour(act.now)
    move(session, case, Verb.RECORD_CONSENT, act.actor, act.now, codes)
    return given


def deliver(
    session: Session, site: Site, opened: OpenCase, referral: Referral, delivery: Delivery, act: Act
) -> None:  # fmt: skip
    """Record that it went out, or that the worker takes it there: only with a valid yes. Refuses
    `untranslated` as asking does: a packet that was changed needs a new yes.

    From now on the case is with a mechanism, and a clock runs to the day of the next chase.
    """
    case, now = opened.case, act.now
    check(case, Verb.DELIVER, act.actor, act.version)
    today = local_today(session, now)
    if referral.packet_id:
        packet = session.get_one(Packet, referral.packet_id)
        check_read(open_packet(session, opened, packet).document)
    handing.deliver(session, referral, delivery, sealer=opened, today=today, now=now)
    case.decided_at, case.handed_over_at = case.decided_at or now, case.handed_over_at or now
    telling.worker_of_news(session, site, opened, now)
    codes = {"referral": referral.id, "by": delivery.by, "channel": delivery.channel}
    move(session, case, Verb.DELIVER, act.actor, now, codes)


def record_answer(
    session: Session, site: Site, opened: OpenCase, referral: Referral, said: Answered, act: Act
) -> None:  # fmt: skip
    """Record what the body said: news while it has the matter or has a result, or that it does
    not take it, after which another door is looked for. A file of theirs is one of this case."""
    verb = Verb.REFERRAL_OVER if said.kind == "declined" else Verb.REFERRAL_NEWS
    check(opened.case, verb, act.actor, act.version)
    if said.file_id and session.get_one(CaseFile, said.file_id).case_id != opened.case.id:
        raise NotAllowed("other_case")
    today = local_today(session, act.now)
    answer = handing.record_answer(session, referral, said, sealer=opened, today=today, now=act.now)
    telling.worker_of_news(session, site, opened, act.now)
    codes: dict[str, Any] = {
        "referral": referral.id, "kind": said.kind, "answer": answer.id,
        "value": values.digest(answer.content).hex(),
    }  # fmt: skip
    if said.file_id:
        codes["file"] = said.file_id
    move(session, opened.case, verb, act.actor, act.now, codes)


def mark_silent(
    session: Session, site: Site, opened: OpenCase, referral: Referral, next_chase: date, act: Act
) -> None:  # fmt: skip
    """The body let its time pass without a word. It may still answer; we look for another door."""
    check(opened.case, Verb.REFERRAL_OVER, act.actor, act.version)
    level = handing.mark_silent(session, referral, _ahead(session, next_chase, act), act.now)
    telling.worker_of_news(session, site, opened, act.now)
    codes: dict[str, Any] = {"referral": referral.id, "kind": "silent", "level": level}
    move(session, opened.case, Verb.REFERRAL_OVER, act.actor, act.now, codes)


def chase(session: Session, case: Case, referral: Referral, next_chase: date, act: Act) -> None:
    """The body was asked again, or is to be: set the next day. Who does it owns the hand-over."""
    check(case, Verb.CHASE, act.actor, act.version)
    handing.chase(session, referral, _ahead(session, next_chase, act), act.actor.person)
    move(session, case, Verb.CHASE, act.actor, act.now, {"referral": referral.id})


def _ahead(session: Session, day: date, act: Act) -> date:
    if day <= local_today(session, act.now):
        raise Refused("next_chase")
    return day


def tell_body(session: Session, opened: OpenCase, referral: Referral, on: date, act: Act) -> None:
    """Note that a body which had something was told that the worker took it back.

    Refuses `state` unless it was handed over, taken back and not told yet, `on` for a day to come.
    """
    check(opened.case, Verb.TELL_BODY, act.actor, act.version)
    if on > local_today(session, act.now):
        raise Refused("on")
    handing.tell(referral, on)
    move(session, opened.case, Verb.TELL_BODY, act.actor, act.now, {"referral": referral.id})


def recall_for_worker(
    session: Session, opened: OpenCase, mechanism: str, reason: str, act: Act
) -> None:
    """Take back what a body got, because the worker asked us to. How they asked is kept sealed."""
    check(opened.case, Verb.RECALL_FOR_WORKER, act.actor, act.version)
    if not reason.strip():
        raise Refused("reason")
    event = uuid4()
    detail = Detail(event, opened.seal_text(Label.EVENT_DETAIL, event, reason))
    opened.case.worker_acted_at = to_the_hour(act.now)
    take_back(
        session, opened.case, mechanism, Verb.RECALL_FOR_WORKER, act.actor, act.now, detail=detail
    )  # fmt: skip


def take_back(
    session: Session, case: Case, mechanism: str, verb: Verb, actor: Actor, now: datetime, *,
    detail: Detail | None = None,
) -> Recalled:  # fmt: skip
    """The part that every recall shares: running hand-overs to this body and every yes to it end.

    The verb checks before.
    """
    ended = recalling.recall(session, case.id, mechanism, now)
    codes = {
        "mechanism": mechanism,
        "referrals": [str(row.id) for row in ended.referrals],
        "grants": ended.grants,
    }
    move(session, case, verb, actor, now, codes, detail=detail)
    return ended
