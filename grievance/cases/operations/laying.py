"""Handing over to a body that has an account here: sealed to it in the act of the yes, laid on its
desk when it is handed over, told to its people. Of a company only people who were named read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.companies import Named, RespondentFact, named_holders, respondents
from grievance.accounts.models import Organisation
from grievance.accounts.operations import partners
from grievance.accounts.partners import partner_of, recipient_of
from grievance.accounts.roles import COMPANY
from grievance.cases.act import Act
from grievance.cases.opening import open_packet
from grievance.cases.operations import telling
from grievance.cases.site import Site
from grievance.referrals.links import DeskItem
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations import laying
from grievance.referrals.operations.laying import Recipients
from grievance.referrals.operations.readers import Reader
from grievance.referrals.operations.sealing import OpenPacket
from grievance.refusals import Refused


@dataclass(frozen=True)
class Office:
    """The organisation that reads on a desk here what a body gets: an entry of the directory can
    stand for many offices, and one of them has the account. `by_name` where only people whom the
    packet names read it."""

    id: UUID
    name: str
    by_name: bool = False


def office_of(session: Session, site: Site, packet: Packet | None) -> Office | None:
    """Who reads this packet on a desk here; None where nobody does."""
    to = _recipients(session, site, packet) if packet else None
    if to is None:
        return None
    house = session.get_one(Organisation, to.organisation_id)
    return Office(house.id, house.name, house.kind == COMPANY)


def _recipients(session: Session, site: Site, packet: Packet) -> Recipients | None:
    """Whom this packet is sealed to, as they are now; None where nobody can open it on a desk."""
    whole = recipient_of(session, site.ring, packet.mechanism)
    if whole:
        return Recipients(whole.id, (whole,))
    house = partner_of(session, packet.mechanism)
    if house is None or house.kind != COMPANY or not packet.readers:
        return None
    named = Named(house.id, packet.readers, packet.frozen_at)
    people = named_holders(session, site.ring, named)
    return Recipients(house.id, tuple(people)) if people else None


def choosable(session: Session, mechanism: str) -> list[RespondentFact]:
    """The people of a company who can be named as readers of what it gets; nobody for a body that
    is no company with an account."""
    house = partner_of(session, mechanism)
    if house is None or house.kind != COMPANY:
        return []
    return [one for one in respondents(session, house.id) if one.heard]


def chosen(session: Session, mechanism: str, people: Collection[UUID]) -> list[Reader]:
    """These people as the worker is told of them. Refuses `reader` for who cannot be named."""
    known = {one.id: one for one in choosable(session, mechanism)}
    if any(one not in known for one in people):
        raise Refused("reader")
    return [Reader(one, known[one].name, known[one].task) for one in dict.fromkeys(people)]


def lies(act: Act, referral: Referral) -> bool:
    """Whether a hand-over lies on the desk of its body, and who reads it can open it with the keys
    they have."""
    session, packet = act.session, act.session.get_one(Packet, referral.packet_id)
    to, item = _recipients(session, act.site, packet), session.get(DeskItem, referral.id)
    if to is None or item is None or item.organisation_id != to.organisation_id:
        return False
    return all(laying.is_sealed(session, packet, one) for one in to.holders)


def agreed(act: Act, packet: Packet, office: UUID | None) -> Recipients | None:
    """Whom a yes seals this packet to, held until the act ends; None where nobody of the body reads
    on a desk here. Refuses `recipient` for another organisation than the worker was told of, and
    where there is one now or none any more."""
    partners.hold(act.session, packet.mechanism)
    to = _recipients(act.session, act.site, packet)
    if (to.organisation_id if to else None) != office:
        raise Refused("recipient")
    return to


def seal(act: Act, packet: Packet, to: Recipients) -> dict[str, Any]:
    """Seal the packet to whom was agreed to: the code of the event."""
    laying.seal_all(act.session, open_packet(act.session, act.opened, packet), to)
    return {"organisation": to.organisation_id}


def lay(act: Act, referral: Referral, opened: OpenPacket) -> dict[str, Any]:
    """Lay it on the desk of its body and tell who reads it there, without a word about what.
    Refuses `no_desk` where nobody does, `named_only` where none of those who were named does."""
    partners.hold(act.session, referral.mechanism)
    to = _recipients(act.session, act.site, opened.packet)
    if to is None:
        raise Refused("named_only" if opened.packet.readers else "no_desk")
    laying.lay(act.session, opened, referral, to, act.now)
    telling.partner_of_news(act, act.site, to.organisation_id, [one.id for one in to.holders])
    return {"organisation": to.organisation_id}
