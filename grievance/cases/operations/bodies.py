"""What a body without an account does over its reply link: open the packet, answer, ask.

It holds the key of the packet and none of the case; what it writes is sealed under that key. The
words of a body go to the desk first, for they may frighten the worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases.act import Act, JobAct
from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase, open_packet
from grievance.cases.operations import telling
from grievance.cases.operations.referring import About
from grievance.cases.site import Site
from grievance.cases.states import LINK, Verb
from grievance.referrals.links import HOLDER, BodyWrote, ReplyLink
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations import steps
from grievance.referrals.operations.recalling import shut
from grievance.referrals.operations.sealing import OpenPacket, Sealer
from grievance.referrals.operations.steps import Answered
from grievance.vault import values
from grievance.vault.keys import Holder


@dataclass(frozen=True)
class Wrote:
    """What a body wrote over its link; `sending` is what this sending is known by."""

    link: ReplyLink
    kind: str
    reference: str = field(repr=False)
    words: str = field(repr=False)
    sending: UUID


@dataclass(frozen=True)
class Guessed:
    """A link whose code somebody guesses at, and from where letters go out."""

    site: Site
    link: ReplyLink


def of_link(link: UUID) -> Actor:
    """Who came in over a reply link."""
    return Actor(f"reply:{link}", frozenset({LINK}), role="body")


@dataclass(frozen=True)
class _Hand:
    """Who writes an answer down: what it says is sealed under the packet's key."""

    session: Session
    opened: Sealer
    today: date
    now: datetime


def open_paper(act: Act, link: ReplyLink) -> OpenPacket:
    """The packet, with the link's key. Refused once the yes it rests on ended or was taken
    back."""
    referral = act.session.get_one(Referral, link.referral_id)
    steps.valid_consent(act.session, referral, act.today)
    return open_packet(act.session, act.opened, act.session.get_one(Packet, link.packet_id))


def come_in(act: Act, link: ReplyLink) -> None:
    """The code was typed: the packet is open to them now, and everybody may see that it was."""
    act.check(Verb.BODY_OPENED)
    open_paper(act, link)
    act.move(Verb.BODY_OPENED, referral=link.referral_id, link=link.id)


def write(act: Act, about: About[Wrote]) -> None:
    """What the body says of the hand-over: its answer, its progress, a question. It counts from
    today on, like one that staff wrote down, and whoever has the case gets a letter.

    Refuses `not_now` for what cannot be said any more as the hand-over stands.
    """
    session, referral, said = act.session, about.referral, about.said
    act.check(Verb.BODY_WROTE)
    paper = open_paper(act, said.link)
    answered = Answered(said.kind, act.today, said.reference, said.words, row=said.sending)
    answer = steps.record_answer(_Hand(session, paper, act.today, act.now), referral, answered)
    session.add(BodyWrote(answer_id=answer.id, case_id=act.case.id, link_id=said.link.id))
    telling.staff_of_body(session, act.site, act.case, act.now)
    act.move(
        Verb.BODY_WROTE,
        referral=referral.id,
        link=said.link.id,
        kind=said.kind,
        answer=answer.id,
        value=values.digest(answer.content).hex(),
    )


def wrote_before(session: Session, link: ReplyLink, sending: UUID) -> bool:
    """Whether this sending was written down already."""
    found = session.get(BodyWrote, sending)
    return found is not None and found.link_id == link.id


def shut_out(act: JobAct, guessed: Guessed) -> None:
    """Ten wrong codes: the link is closed, and whoever has the case is told."""
    link = guessed.link
    act.check(Verb.LINK_SHUT)
    shut(act.session, link, "wrong", act.now)
    telling.staff_of_body(act.session, guessed.site, act.case, act.now)
    act.move(Verb.LINK_SHUT, referral=link.referral_id, link=link.id)


def holder_of(link: ReplyLink) -> Holder:
    """A link as holder of what is sealed to it."""
    return Holder(HOLDER, link.id, 1, link.public)


def case_of(case: Case, link: ReplyLink, private: bytes) -> OpenCase:
    """The case as a body has it: shut, but for the packet."""
    return OpenCase(case, {}, holder_of(link), {1: private})
