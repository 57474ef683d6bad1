"""Taking back: everything of one recipient ends in one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from grievance.accounts.companies import RESPONDENT, Respondent
from grievance.accounts.keys import RECIPIENT
from grievance.clock import to_the_hour
from grievance.extensions import acting
from grievance.referrals.links import HOLDER, ReplyLink, ReplySession
from grievance.referrals.models import Consent, Packet, PacketGrant, Referral
from grievance.referrals.states import LIVE, RECALLABLE
from grievance.refusals import Refused

OURS = ("organisation", "receipt")  # holders who keep reading what was said


@dataclass(frozen=True)
class Recalled:
    """What a recall ended: referrals, consents, and how many keys of the recipient."""

    referrals: list[Referral]
    consents: list[Consent]
    grants: int


def recall(session: Session, case_id: UUID, mechanism: str, now: datetime) -> Recalled:
    """Take back what this body was given: hand-overs end, those with a result too, for it may have
    the paper still; every yes ends, its keys go.

    The operator's and the worker's own keys stay, so that both see what had gone out and when.
    Refused when nothing was proposed, agreed or handed over.
    """
    at = to_the_hour(now)
    referrals = list(
        session.scalars(
            select(Referral).where(
                Referral.case_id == case_id,
                Referral.mechanism == mechanism,
                Referral.state.in_(RECALLABLE),
            )
        )
    )
    consents = list(
        session.scalars(
            select(Consent).where(
                Consent.case_id == case_id,
                Consent.mechanism == mechanism,
                Consent.answer == "yes",
                Consent.recalled_at.is_(None),
            )
        )
    )
    if not referrals and not consents:
        raise Refused("not_now")
    for referral in referrals:
        referral.state, referral.recalled_at, referral.last_news = "recalled", at, at
        referral.next_chase = None
    for consent in consents:
        consent.recalled_at = at
    grants = _drop_grants(session, case_id, mechanism)
    for link in session.scalars(_open_links(case_id, mechanism)):
        shut(session, link, "recalled", at)
    session.flush()
    return Recalled(referrals, consents, grants)


def _drop_grants(session: Session, case_id: UUID, mechanism: str) -> int:
    theirs = session.scalars(
        select(PacketGrant)
        .join(Packet, Packet.id == PacketGrant.packet_id)
        .where(
            Packet.case_id == case_id,
            Packet.mechanism == mechanism,
            PacketGrant.holder_kind.not_in(OURS),
        )
    )
    count = 0
    for grant in theirs:
        session.delete(grant)
        count += 1
    return count


def drop_all_of(session: Session, organisation_id: UUID) -> None:
    """A body has no account any more: every packet key that was sealed to it, or to its people by
    name, goes. What was agreed stays as it was; it is not recalled."""
    key = (PacketGrant.holder_kind == RECIPIENT, PacketGrant.holder_id == organisation_id)
    people = select(Respondent.person_id).where(Respondent.organisation_id == organisation_id)
    named = (PacketGrant.holder_kind == RESPONDENT, PacketGrant.holder_id.in_(people))
    with acting("job:closing", session):  # also of cases that who closes it may not see
        session.execute(delete(PacketGrant).where(*key))
        session.execute(delete(PacketGrant).where(*named))


def drop_reader(session: Session, person_id: UUID) -> None:
    """Somebody left a company: every packet key that was sealed to them by name goes."""
    mine = (PacketGrant.holder_kind == RESPONDENT, PacketGrant.holder_id == person_id)
    with acting("job:leaving", session):
        session.execute(delete(PacketGrant).where(*mine))


def _open_links(case_id: UUID, mechanism: str) -> Select[ReplyLink]:
    return (
        select(ReplyLink)
        .join(Packet, Packet.id == ReplyLink.packet_id)
        .where(
            Packet.case_id == case_id,
            Packet.mechanism == mechanism,
            ReplyLink.closed_at.is_(None),
        )
    )


def shut(session: Session, link: ReplyLink, by: str, now: datetime) -> None:
    """Close a reply link for good: its key of the packet goes, and every visit with it."""
    link.closed_at, link.closed_by = now, by
    key = (PacketGrant.holder_kind == HOLDER, PacketGrant.holder_id == link.id)
    session.execute(delete(PacketGrant).where(*key))
    session.execute(delete(ReplySession).where(ReplySession.link_id == link.id))
    session.flush()


def recipients(session: Session, case_id: UUID) -> list[str]:
    """The bodies something could be taken back from: a withdrawal recalls each of them."""
    running = select(Referral.mechanism).where(
        Referral.case_id == case_id, Referral.state.in_(LIVE)
    )
    agreed = select(Consent.mechanism).where(
        Consent.case_id == case_id, Consent.answer == "yes", Consent.recalled_at.is_(None)
    )
    return sorted({*session.scalars(running), *session.scalars(agreed)})


def tell(referral: Referral, on: date) -> None:
    """The body was told that what it has was taken back. Refused unless that is still owed."""
    if not untold(referral):
        raise Refused("not_now")
    referral.told_on = on


def untold(referral: Referral) -> bool:
    """Whether a body had something that was taken back, and was not told so yet."""
    gone = referral.state == "recalled" and referral.delivered_at is not None
    return gone and referral.told_on is None
