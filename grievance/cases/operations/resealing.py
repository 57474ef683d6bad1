"""After an organisation's key was replaced: its old grants move on, a slice at a time. What a
partner had whose key was born anew is given to it again by the operator, which can open it."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from grievance.accounts.keys import ORGANISATION, RECIPIENT
from grievance.accounts.models import Organisation, OrganisationKey
from grievance.accounts.operations.keys import RESEALERS, Moving
from grievance.accounts.partners import recipient_of
from grievance.cases.models import CaseGrant
from grievance.cases.opening import PURPOSE, reseal
from grievance.referrals.models import Packet, PacketGrant
from grievance.referrals.operations import sealing
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.keys import Holder

SLICE = 50
Grant = TypeVar("Grant", CaseGrant, PacketGrant)


def reseal_grants(moving: Moving) -> int:
    """Re-seal up to fifty grants of cases, and fifty of packets, of an organisation to its newest
    key; how many were moved. Grants to a key that nobody of it has any more stay."""
    session, newest = moving.session, moving.newest
    cases = session.scalars(_old(moving, CaseGrant).where(CaseGrant.purpose == PURPOSE)).all()
    for row in cases:
        reseal(row, moving.keys[newest.id, row.holder_generation], newest)
    packets = session.scalars(_old(moving, PacketGrant)).all()
    for grant in packets:
        to = Holder(grant.holder_kind, newest.id, newest.generation, newest.public)
        sealing.reseal(session, grant, moving.keys[newest.id, grant.holder_generation], to)
    return len(cases) + len(packets)


def _old(moving: Moving, grants: type[Grant]) -> Select[Grant]:
    own = [made for owner, made in moving.keys if owner == moving.newest.id]
    return (
        select(grants)
        .where(
            grants.holder_kind.in_((ORGANISATION, RECIPIENT)),
            grants.holder_id == moving.newest.id,
            grants.holder_generation < moving.newest.generation,
            grants.holder_generation.in_(own),
        )
        .limit(SLICE)
        .with_for_update(skip_locked=True)
    )


def give_again(moving: Moving) -> int:
    """Seal up to fifty packets again to partners whose key was born anew and confirmed since: what
    they had, and nothing more. How many; one that does not open any more stays as it is."""
    session, ours = moving.session, moving.organisation
    privates = {made: key for (owner, made), key in moving.keys.items() if owner == ours}
    count = 0
    for grant, packet in session.execute(_lost(moving)).all():
        to = recipient_of(session, moving.ring, packet.mechanism)
        if to is None or to.id != grant.holder_id:
            continue
        try:
            opened = sealing.open_packet(session, packet, ORGANISATION, ours, privates)
        except (Refused, Tampered):
            continue
        session.delete(grant)
        sealing.give(session, packet, opened.key, to)
        count += 1
    session.flush()
    return count


def _lost(moving: Moving) -> Select[PacketGrant, Packet]:
    """What is sealed to a key of a partner that ended without the next one; only for the operator,
    which holds each of these packets too."""
    born, own = aliased(OrganisationKey), aliased(PacketGrant)
    anew = (
        select(func.max(born.generation))
        .where(born.organisation_id == PacketGrant.holder_id, born.previous_box.is_(None))
        .scalar_subquery()
    )
    newest = (
        select(OrganisationKey.confirmed_at)
        .where(OrganisationKey.organisation_id == PacketGrant.holder_id)
        .order_by(OrganisationKey.generation.desc())
        .limit(1)
        .scalar_subquery()
    )
    held = (own.holder_kind == ORGANISATION, own.holder_id == moving.organisation)
    return (
        select(PacketGrant, Packet)
        .join(Packet, Packet.id == PacketGrant.packet_id)
        .join(Organisation, Organisation.id == PacketGrant.holder_id)
        .join(own, own.packet_id == PacketGrant.packet_id)
        .where(
            *held,
            PacketGrant.holder_kind == RECIPIENT,
            PacketGrant.holder_generation < anew,
            newest.is_not(None),
            Organisation.closed_at.is_(None),
        )
        .order_by(PacketGrant.id)
        .limit(SLICE)
        .with_for_update(of=PacketGrant, skip_locked=True)
    )


RESEALERS.extend((reseal_grants, give_again))
