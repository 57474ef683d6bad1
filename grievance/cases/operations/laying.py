"""Handing over to a body that has an account here: sealed to it in the act of the yes, laid on its
desk when it is handed over, told to its people."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

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


def has_desk(session: Session, site: Site, mechanism: str) -> bool:
    """Whether a body reads what it gets on a desk of its own here."""
    return recipient_of(session, site.ring, mechanism) is not None


def lies(act: Act, referral: Referral) -> bool:
    """Whether a hand-over lies on the desk of its body, which can open it with the key it has."""
    to, item = _of(act, referral), act.session.get(DeskItem, referral.id)
    if to is None or item is None or item.organisation_id != to.id:
        return False
    return laying.is_sealed(act.session, act.session.get_one(Packet, referral.packet_id), to)


def _of(act: Act, referral: Referral) -> Holder | None:
    return recipient_of(act.session, act.site.ring, referral.mechanism)


def seal(act: Act, packet: Packet) -> dict[str, Any]:
    """Seal the packet to the organisation of its body, where it has an account here: the code of
    the event, or none."""
    partners.hold(act.session, packet.mechanism)
    to = recipient_of(act.session, act.site.ring, packet.mechanism)
    if to is None:
        return {}
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
