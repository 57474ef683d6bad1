"""Handing over to a body that has an account here: sealed to it in the act of the yes, laid on its
desk when it is handed over, told to its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.models import Organisation
from grievance.accounts.operations import partners
from grievance.accounts.partners import recipient_of
from grievance.cases.act import Act
from grievance.cases.opening import open_packet
from grievance.cases.operations import telling
from grievance.cases.site import Site
from grievance.referrals.links import DeskItem
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations import laying
from grievance.referrals.operations.sealing import OpenPacket
from grievance.refusals import Refused
from grievance.vault.keys import Holder


@dataclass(frozen=True)
class Office:
    """The organisation that reads on a desk here what a body gets: an entry of the directory can
    stand for many offices, and one of them has the account."""

    id: UUID
    name: str


def office_of(session: Session, site: Site, mechanism: str) -> Office | None:
    """Who reads what this body gets on a desk here; None where nobody does."""
    to = recipient_of(session, site.ring, mechanism)
    return Office(to.id, session.get_one(Organisation, to.id).name) if to else None


def lies(act: Act, referral: Referral) -> bool:
    """Whether a hand-over lies on the desk of its body, which can open it with the key it has."""
    to, item = _of(act, referral), act.session.get(DeskItem, referral.id)
    if to is None or item is None or item.organisation_id != to.id:
        return False
    return laying.is_sealed(act.session, act.session.get_one(Packet, referral.packet_id), to)


def _of(act: Act, referral: Referral) -> Holder | None:
    return recipient_of(act.session, act.site.ring, referral.mechanism)


def agreed(act: Act, packet: Packet, office: UUID | None) -> Holder | None:
    """The organisation that a yes seals this packet to, held until the act ends; None where the
    body has no desk here. Refuses `recipient` for another one than the worker was told of, and
    where there is one now or none any more."""
    partners.hold(act.session, packet.mechanism)
    to = recipient_of(act.session, act.site.ring, packet.mechanism)
    if (to.id if to else None) != office:
        raise Refused("recipient")
    return to


def seal(act: Act, packet: Packet, to: Holder) -> dict[str, Any]:
    """Seal the packet to the organisation that was agreed to: the code of the event."""
    laying.seal(act.session, open_packet(act.session, act.opened, packet), to)
    return {"organisation": to.id}


def lay(act: Act, referral: Referral, opened: OpenPacket) -> dict[str, Any]:
    """Lay it on the desk of its body and tell its people, without a word about what. Refuses
    `no_desk` for a body without an account."""
    partners.hold(act.session, referral.mechanism)
    to = _of(act, referral)
    if to is None:
        raise Refused("no_desk")
    laying.lay(act.session, opened, referral, to, act.now)
    telling.partner_of_news(act, act.site, to.id)
    return {"organisation": to.id}
