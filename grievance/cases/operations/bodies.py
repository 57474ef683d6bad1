"""What a body does itself, over a reply link or on its desk here: open the packet, answer, ask.

Either door holds the key of the packet and none of the case; what is written there is sealed under
that key. The words of a body go to the operator's desk first, for they may frighten the worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.companies import RESPONDENT, Respondent
from grievance.accounts.keys import RECIPIENT
from grievance.cases.act import Act, JobAct
from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase, open_packet
from grievance.cases.operations import telling
from grievance.cases.operations.referring import About
from grievance.cases.site import Site
from grievance.cases.transitions import BODY, LINK
from grievance.cases.verbs import Verb
from grievance.referrals.answered import Answered, Stance
from grievance.referrals.links import HOLDER, BodyWrote, DeskItem, ReplyLink
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations import proof, recalling, steps
from grievance.referrals.operations.recalling import shut
from grievance.referrals.operations.sealing import OpenPacket, Sealer
from grievance.referrals.operations.stored import KeptFile
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.keys import Holder

LINK_DOOR, DESK_DOOR = "link", "organisation"  # what an event calls the door


@dataclass(frozen=True)
class Wrote:
    """What a body wrote; `sending` is what this sending is known by, `stance` what a company says
    besides, `proof` the files that come with it and lie in the store by now."""

    kind: str
    reference: str = field(repr=False)
    words: str = field(repr=False)
    sending: UUID
    stance: Stance | None = None
    proof: tuple[KeptFile, ...] = ()


@dataclass(frozen=True)
class Guessed:
    """A link whose code somebody guesses at, and from where letters go out."""

    site: Site
    link: ReplyLink


def of_link(link: UUID) -> Actor:
    """Who came in over a reply link."""
    return Actor(f"reply:{link}", frozenset({BODY, LINK}), role="body")


def of_member(person: UUID) -> Actor:
    """Who works at a body with an account."""
    return Actor(f"member:{person}", frozenset({BODY}), person, role="body")


@dataclass(frozen=True)
class _Hand:
    """Who writes an answer down: what it says is sealed under the packet's key."""

    session: Session
    opened: Sealer
    today: date
    now: datetime


def open_paper(act: Act, referral: Referral) -> OpenPacket:
    """The packet, with the key of the door. Refused once the yes it rests on ended or was taken
    back."""
    steps.valid_consent(act.session, referral, act.today)
    return open_packet(act.session, act.opened, act.session.get_one(Packet, referral.packet_id))


def come_in(act: Act, referral: Referral) -> None:
    """The packet is open to them now, and everybody may see that it was."""
    act.check(Verb.BODY_OPENED)
    open_paper(act, referral)
    act.move(Verb.BODY_OPENED, referral=referral.id, **_door(act))


def write(act: Act, about: About[Wrote]) -> None:
    """What the body says of the hand-over: its answer, its progress, a question. It counts from
    today on, like one that staff wrote down, and whoever has the case gets a letter.

    Refuses `not_now` for what cannot be said any more as the hand-over stands.
    """
    session, referral, said = act.session, about.referral, about.said
    act.check(Verb.BODY_WROTE)
    paper = open_paper(act, referral)
    answered = Answered(
        said.kind,
        act.today,
        said.reference,
        said.words,
        row=said.sending,
        stance=said.stance,
        proof=proof.named(said.proof),
    )
    answer = steps.record_answer(_Hand(session, paper, act.today, act.now), referral, answered)
    proof.write(session, paper, answer.id, said.proof)
    door = _door(act)
    by = {f"{name}_id": one for name, one in door.items()}
    by |= {"person_id": act.actor.person} if act.actor.person else {}
    session.add(BodyWrote(answer_id=answer.id, case_id=act.case.id, **by))
    telling.staff_of_body(session, act.site, act.case, act.now)
    act.move(
        Verb.BODY_WROTE,
        referral=referral.id,
        kind=said.kind,
        answer=answer.id,
        value=values.digest(answer.content).hex(),
        **door,
    )


def stopped(act: Act, referral: Referral) -> None:
    """The body read on its desk that the worker took it back, and says that it uses it no further:
    from now on it was told. Refuses `not_now` where nothing was taken back, or it was told."""
    act.check(Verb.BODY_STOPPED)
    door, item = _door(act), act.session.get(DeskItem, referral.id)
    if item is None or item.organisation_id != door.get("organisation"):
        raise Refused("other_case")
    recalling.tell(referral, act.today)
    telling.staff_of_body(act.session, act.site, act.case, act.now)
    act.move(Verb.BODY_STOPPED, referral=referral.id, **door)


def _door(act: Act) -> dict[str, Any]:
    """Through which door: the name of a code of the event, and whose."""
    holder = act.opened.holder
    if holder is None:
        raise Refused("no_grant")
    if holder.kind == HOLDER:
        return {LINK_DOOR: holder.id}
    if holder.kind == RESPONDENT:
        return {DESK_DOOR: act.session.get_one(Respondent, holder.id).organisation_id}
    return {DESK_DOOR: holder.id}


def door_of(act: Act) -> UUID:
    """Through which door somebody acts: a link's id, or an organisation's."""
    found: UUID
    (found,) = _door(act).values()
    return found


def wrote_before(act: Act, sending: UUID) -> bool:
    """Whether this sending was written down already, through this very door."""
    found = act.session.get(BodyWrote, sending)
    return found is not None and found.door == door_of(act)


def shut_out(act: JobAct, guessed: Guessed) -> None:
    """Ten wrong codes: the link is closed, and whoever has the case is told."""
    link = guessed.link
    act.check(Verb.LINK_SHUT)
    shut(act.session, link, "wrong", act.now)
    telling.staff_of_body(act.session, guessed.site, act.case, act.now)
    act.move(Verb.LINK_SHUT, referral=link.referral_id, link=link.id)


def case_of(case: Case, link: ReplyLink, private: bytes) -> OpenCase:
    """The case as a body has it that came in over a link: shut, but for the packet."""
    return OpenCase(case, {}, Holder(HOLDER, link.id, 1, link.public), {1: private})


def case_at(case: Case, organisation: UUID, privates: Mapping[int, bytes]) -> OpenCase:
    """The case as a body with an account has it, whose private keys by generation are given: shut,
    but for the packets that were sealed to it."""
    return OpenCase(case, {}, Holder(RECIPIENT, organisation, 0, b""), privates)


def case_by_name(case: Case, person: UUID, privates: Mapping[int, bytes]) -> OpenCase:
    """The case as somebody of a company has it, whose own private keys by generation are given:
    shut, but for the packets for which they were named."""
    return OpenCase(case, {}, Holder(RESPONDENT, person, 0, b""), privates)
