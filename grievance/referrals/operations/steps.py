"""A hand-over from proposal over consent and delivery to what the body answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.clock import to_the_hour
from grievance.referrals import asking
from grievance.referrals.answered import Answered
from grievance.referrals.drafting import needs_immigration_warning
from grievance.referrals.models import (
    DELIVERED_BY,
    FORMS,
    GIVEN_BY,
    ON_DESK,
    PURPOSES,
    WAYS,
    Consent,
    Packet,
    Referral,
    ReferralAnswer,
)
from grievance.referrals.operations.sealing import Sealer, check_digest
from grievance.referrals.states import ANSWERS, LIVE, SAYABLE, TABLE
from grievance.refusals import Refused
from grievance.vault.labels import Label


class Acting(Protocol):
    """Who acts on an opened case, and when."""

    @property
    def session(self) -> Session: ...
    @property
    def opened(self) -> Sealer: ...
    @property
    def today(self) -> date: ...
    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Said:
    """What the person was shown and answered. `known_to` is who has seen their code; `recorder_id`
    the member of staff who took the answer by telephone, `words` what was read back; `office` the
    organisation that was named as the one that reads it on a desk here, None where none was."""

    answer: str
    digest: bytes
    recipient: str
    purpose: str
    form: str
    ends_on: date
    parts: Collection[str]
    given_by: str
    known_to: str
    immigration_warned: bool = False
    recorder_id: UUID | None = None
    words: str = field(default="", repr=False)
    office: UUID | None = None


@dataclass(frozen=True)
class Delivery:
    """How it went out: `by` staff or worker_takes_it, over which channel, on which local day."""

    by: str
    channel: str
    on: date
    note: str = field(default="", repr=False)
    next_chase: date | None = None


def given_by_of(known_to: str) -> str:
    """How an answer given with a code counts: signed only when nobody else has seen the code."""
    return "receipt" if known_to == "self" else "staff_recorded"


def propose(
    session: Session, case_id: UUID, mechanism: str, owner_id: UUID | None, now: datetime
) -> Referral:
    """Propose a hand-over to a body; refused while another one to the same body is under way."""
    wanted = select(Referral.id).where(
        Referral.case_id == case_id, Referral.mechanism == mechanism, Referral.state.in_(LIVE)
    )
    if session.scalar(wanted):
        raise Refused("parallel")
    referral = Referral(
        case_id=case_id,
        mechanism=mechanism,
        owner_id=owner_id,
        state="proposed",
        proposed_at=now,
        last_news=now,
    )
    session.add(referral)
    session.flush()
    return referral


def unsent(session: Session, case_id: UUID, mechanism: str) -> Referral | None:
    """The hand-over to this body that has not gone out, held for the transaction: a changed packet
    may still take the place of its packet."""
    wanted = select(Referral).where(
        Referral.case_id == case_id,
        Referral.mechanism == mechanism,
        Referral.state.in_(TABLE["supersede"][0]),
    )
    return session.scalars(wanted.with_for_update()).one_or_none()


def _step(referral: Referral, act: str) -> None:
    sources, target = TABLE[act]
    if referral.state not in sources:
        raise Refused("not_now")
    referral.state = target


def _same(referral: Referral, packet: Packet) -> None:
    if packet.case_id != referral.case_id:
        raise Refused("other_case")
    if packet.mechanism != referral.mechanism:
        raise Refused("recipient")
    if packet.state != "frozen":
        raise Refused("superseded" if packet.state == "superseded" else "not_frozen")


@dataclass(frozen=True)
class Asking:
    """For what the packet is handed over, and until which day; `today` is the local day."""

    purpose: str
    ends_on: date
    today: date


def ask(
    session: Session, referral: Referral, packet: Packet, asking: Asking, now: datetime
) -> None:
    """Ask the worker for consent to this frozen packet, this purpose and this end."""
    _same(referral, packet)
    if asking.purpose not in PURPOSES:
        raise Refused("purpose")
    if asking.ends_on <= asking.today:
        raise Refused("past")
    check_digest(session, packet)
    _step(referral, "ask")
    referral.packet_id, referral.purpose = packet.id, asking.purpose
    referral.ends_on, referral.asked_at, referral.last_news = asking.ends_on, now, now
    session.flush()


def _check_said(referral: Referral, packet: Packet, said: Said, today: date) -> None:
    shown = (
        ("digest", said.digest == packet.digest),
        ("recipient", said.recipient == referral.mechanism),
        ("purpose", said.purpose == referral.purpose),
        ("form", said.form == packet.form and said.form in FORMS),
        ("ends_on", said.ends_on == referral.ends_on),
        ("answer", said.answer in ("yes", "no")),
        ("parts", said.answer == "no" or set(said.parts) == set(packet.parts)),
        ("ended", said.answer == "no" or said.ends_on >= today),
    )
    for code, holds in shown:
        if not holds:
            raise Refused(code)


def _check_giver(packet: Packet, said: Said) -> None:
    if said.given_by == "receipt" and said.known_to != "self":
        raise Refused("provisional")
    if said.given_by not in GIVEN_BY:
        raise Refused("recorder")
    if said.given_by == "staff_recorded" and said.known_to == "self" and said.recorder_id is None:
        raise Refused("recorder")
    if said.recorder_id is not None:
        if said.given_by != "staff_recorded":
            raise Refused("recorder")
        if not said.words.strip():
            raise Refused("consent_words")
    warned = not needs_immigration_warning(packet.immigration, packet.parts)
    if said.answer == "yes" and not (warned or said.immigration_warned):
        raise Refused("immigration_warning")


def consent(act: Acting, referral: Referral, packet: Packet, said: Said) -> Consent:
    """Record the person's yes or no. What a worker does is stamped to the hour.

    Refused when digest, recipient, purpose, form, end or ticked parts are not those of the packet
    that was asked about; when a code that others have seen would count as signed; when staff who
    record it do not say who they are and what was read back; and, for a yes to a body linked to
    immigration, without that warning agreed to.
    """
    session, now = act.session, act.now
    if referral.state not in TABLE["yes"][0]:
        raise Refused("not_now")
    _same(referral, packet)
    if referral.packet_id != packet.id:
        raise Refused("digest")
    check_digest(session, packet)
    _check_said(referral, packet, said, act.today)
    _check_giver(packet, said)
    row = uuid4()
    at = now if said.recorder_id else to_the_hour(now)
    words = said.words.strip()
    given = Consent(
        id=row,
        case_id=packet.case_id,
        packet_id=packet.id,
        digest=packet.digest,
        mechanism=packet.mechanism,
        purpose=said.purpose,
        form=packet.form,
        ends_on=said.ends_on,
        parts=sorted(said.parts),
        answer=said.answer,
        given_by=said.given_by,
        known_to=said.known_to,
        recorder_id=said.recorder_id,
        immigration_warned=said.immigration_warned,
        at=at,
        words=act.opened.seal_json(Label.CONSENT_WORDS, row, words) if words else None,
    )
    session.add(given)
    session.flush()
    _step(referral, said.answer)
    referral.consent_id, referral.consent_answer = given.id, said.answer
    referral.last_news = at
    session.flush()
    return given


def valid_consent(session: Session, referral: Referral, today: date) -> Consent:
    """The yes this hand-over rests on; refused when there is none, it ended or was taken back."""
    given = session.get(Consent, referral.consent_id) if referral.consent_id else None
    if given is None or given.answer != "yes":
        raise Refused("consent")
    if given.recalled_at is not None:
        raise Refused("recalled")
    if given.ends_on < today:
        raise Refused("ended")
    packet = session.get_one(Packet, given.packet_id)
    if given.digest != packet.digest:
        raise Refused("digest")
    check_digest(session, packet)
    return given


def deliver(act: Acting, referral: Referral, delivery: Delivery) -> None:
    """Record that it went out, or that the worker takes it there.

    Refused without a valid consent, for an unknown channel, or for a day to come or before the
    yes; on its desk here a body has it today, from us; `named_only` by any other way for what only
    people of a company who were named may read. It is asked again when its first answer is due,
    unless a day is given.
    """
    session, today, now = act.session, act.today, act.now
    if referral.state not in TABLE["deliver"][0]:
        raise Refused("not_now" if referral.consent_answer == "yes" else "consent")
    valid_consent(session, referral, today)
    if delivery.by not in DELIVERED_BY:
        raise Refused("by")
    on_desk = delivery.channel == ON_DESK
    if delivery.channel not in WAYS or (on_desk and delivery.by != "staff"):
        raise Refused("channel")
    if delivery.on > today or (on_desk and delivery.on != today):
        raise Refused("date")
    packet = session.get_one(Packet, referral.packet_id)
    if packet.readers and not on_desk:
        raise Refused("named_only")
    _step(referral, "deliver")
    referral.delivered_by, referral.channel = delivery.by, delivery.channel
    referral.delivered_at, referral.delivered_on, referral.last_news = now, delivery.on, now
    referral.next_chase = delivery.next_chase or asking.after_delivery(act, packet, delivery.on)
    if note := delivery.note.strip():
        referral.note = act.opened.seal_json(Label.REFERRAL_NOTE, referral.id, note)
    session.flush()


def record_answer(act: Acting, referral: Referral, answered: Answered) -> ReferralAnswer:
    """Record what the body said. Refused before delivery and for a day to come or before it.

    A question moves no day: it is we who owe something then.
    """
    session, today, now = act.session, act.today, act.now
    if answered.kind not in SAYABLE:
        raise Refused("kind")
    if referral.state not in SAYABLE[answered.kind]:
        raise Refused("not_now")
    if answered.on > today or (referral.delivered_on and answered.on < referral.delivered_on):
        raise Refused("date")
    if answered.kind in ANSWERS:
        _step(referral, answered.kind)
        setattr(referral, f"{answered.kind}_on", answered.on)
    if answered.kind != "question":
        ended = answered.kind in ("declined", "outcome")
        packet = session.get_one(Packet, referral.packet_id)
        later = answered.next_chase or asking.after_word(act, packet, referral, answered.on)
        referral.next_chase = None if ended else later
    referral.last_news = now
    row = answered.row
    answer = ReferralAnswer(
        id=row,
        case_id=referral.case_id,
        referral_id=referral.id,
        kind=answered.kind,
        on=answered.on,
        file_id=answered.file_id,
        at=now,
        content=act.opened.seal_json(Label.REFERRAL_ANSWER, row, answered.content),
    )
    session.add(answer)
    session.flush()
    return answer


def mark_silent(session: Session, referral: Referral, next_chase: date, now: datetime) -> int:
    """The body let its time pass: the level of silence rises by one and is returned."""
    _step(referral, "silent")
    referral.silence += 1
    referral.next_chase, referral.last_news = next_chase, now
    session.flush()
    return referral.silence


def chase(session: Session, referral: Referral, next_chase: date, owner_id: UUID | None) -> None:
    """Set when to ask the body next, and who does; refused for one that is over."""
    if referral.state not in LIVE:
        raise Refused("not_now")
    referral.next_chase, referral.owner_id = next_chase, owner_id
    session.flush()
