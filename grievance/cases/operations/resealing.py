"""After an organisation's key was replaced: its old grants move on, a slice at a time. What a
partner had whose key was born anew is given to it again by the operator, which can open it."""

from __future__ import annotations

from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from grievance.accounts.keys import ORGANISATION, RECIPIENT
from grievance.accounts.models import Organisation, OrganisationKey
from grievance.accounts.operations.keys import RESEALERS, Moving
from grievance.accounts.partners import recipient_of
from grievance.cases.models import CaseGrant
from grievance.cases.opening import PURPOSE, reseal
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.referrals.models import AGREED, Consent, Packet, PacketGrant, Referral
from grievance.referrals.operations import sealing
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.keys import Holder

SLICE = 50
FIRST = UUID(int=0)
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
    they had and is still agreed, and nothing more; the rest they lose for good. How many; one that
    does not open any more stays as it is, and those behind it are looked at."""
    after = FIRST
    today = local_day(moving.now, operator_hours(moving.session).zone)
    while rows := moving.session.execute(_lost(moving, after)).all():
        given = [_give_again(moving, today, *row) for row in rows]
        moving.session.flush()
        if any(given):
            return sum(given)
        after = rows[-1][0].id
    return 0


def _give_again(moving: Moving, today: date, grant: PacketGrant, packet: Packet) -> bool:
    session, ours = moving.session, moving.organisation
    if not _agreed(session, packet, today):
        session.delete(grant)
        return False
    to = recipient_of(session, moving.ring, packet.mechanism)
    if to is None or to.id != grant.holder_id:
        return False
    privates = {made: key for (owner, made), key in moving.keys.items() if owner == ours}
    try:
        opened = sealing.open_packet(session, packet, ORGANISATION, ours, privates)
    except (Refused, Tampered):
        return False
    sealing.give_anew(grant, opened, to)
    return True


def _agreed(session: Session, packet: Packet, today: date) -> bool:
    """Whether the yes to this packet holds today: not recalled, not over, its hand-over goes on."""
    wanted = (
        select(Referral.id)
        .join(Consent, Consent.id == Referral.consent_id)
        .where(
            Referral.packet_id == packet.id,
            Referral.state.in_(AGREED),
            Referral.ends_on >= today,
            Consent.answer == "yes",
            Consent.recalled_at.is_(None),
            Consent.ends_on >= today,
        )
    )
    return session.scalar(wanted) is not None


def _lost(moving: Moving, after: UUID) -> Select[PacketGrant, Packet]:
    """What is sealed to a key of a partner that ended without the next one, behind the grant
    `after`; only for the operator, which holds each of these packets too."""
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
            PacketGrant.id > after,
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
