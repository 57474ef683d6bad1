"""Whose key is whose: checked public keys, what each box is bound to, and opening the chain.

A public key is checked against its MAC before anything is sealed to it. What a box is bound to is
rebuilt here from who asks, never read from the row that is opened.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import (
    Membership,
    MembershipKey,
    OrganisationKey,
    Person,
    RecoveryKey,
)
from grievance.accounts.roles import KEY_HOLDERS
from grievance.vault.grants import GrantInfo, open_grant
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder, check_public_key

ORGANISATION, MEMBER, RECOVERY = "organisation", "member", "recovery"  # kinds of key holder
RECIPIENT = "recipient"  # an organisation as holder of packets that were agreed to for it


def organisation_key(session: Session, organisation_id: UUID) -> OrganisationKey | None:
    """The newest key of an organisation."""
    return session.scalars(
        select(OrganisationKey)
        .where(OrganisationKey.organisation_id == organisation_id)
        .order_by(OrganisationKey.generation.desc())
        .limit(1)
    ).first()


def recovery_key(
    session: Session, organisation_id: UUID, *, anew: bool = False
) -> RecoveryKey | None:
    """The recovery key of an organisation; `anew` for who holds the organisation and acts on it,
    whatever this request has read before."""
    return session.scalars(
        select(RecoveryKey)
        .where(RecoveryKey.organisation_id == organisation_id)
        .execution_options(populate_existing=anew)
    ).first()


def holder_of(ring: KeyRing, key: OrganisationKey) -> Holder:
    """An organisation as holder of what is sealed to it; StrangeKey when its key was swapped."""
    held = Holder(ORGANISATION, key.organisation_id, key.generation, key.public)
    return check_public_key(ring.public_key_mac, held, key.mac)


def member_holder(ring: KeyRing, person: Person) -> Holder:
    """A member as holder of what is sealed to them; StrangeKey when their key was swapped."""
    held = Holder(MEMBER, person.id, person.key_generation, person.public)
    return check_public_key(ring.public_key_mac, held, person.public_mac)


def recovery_holder(ring: KeyRing, key: RecoveryKey) -> Holder:
    """The recovery sheet as holder of the organisation's key; StrangeKey when it was swapped."""
    held = Holder(RECOVERY, key.organisation_id, key.generation, key.public)
    return check_public_key(ring.public_key_mac, held, key.mac)


def membership_info(organisation_id: UUID, generation: int, holder: Holder) -> GrantInfo:
    """What a membership key is bound to."""
    return key_info(organisation_id, generation, holder, "membership")


def key_info(organisation_id: UUID, generation: int, holder: Holder, purpose: str) -> GrantInfo:
    """What an organisation's private key of `generation` is bound to when sealed to `holder`."""
    return GrantInfo(
        case=organisation_id,
        compartment_or_packet=ORGANISATION,
        key_generation=generation,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_generation=holder.generation,
        purpose=purpose,
    )


def open_organisation_keys(
    session: Session, person_id: UUID, member_private: bytes
) -> dict[tuple[UUID, int], bytes]:
    """Private keys by (organisation, generation) that this member can open through the membership
    rows that exist now: the newest, and through the chain every one before it; a chain ends where a
    key was born without the one before.

    A member without such a row gets an empty mapping, whatever their role or session says.
    """
    rows = session.execute(
        select(MembershipKey, Person.key_generation)
        .join(Person, Person.id == MembershipKey.person_id)
        .join(
            Membership,
            (Membership.person_id == MembershipKey.person_id)
            & (Membership.organisation_id == MembershipKey.organisation_id),
        )
        .where(MembershipKey.person_id == person_id, Membership.active)
    )
    opened: dict[tuple[UUID, int], bytes] = {}
    for row, key_generation in rows:
        holder = Holder(MEMBER, person_id, key_generation, b"")
        info = membership_info(row.organisation_id, row.generation, holder)
        private = open_grant(member_private, info, row.box)
        opened |= _with_earlier(session, row.organisation_id, row.generation, private)
    return opened


def _with_earlier(
    session: Session, organisation_id: UUID, generation: int, private: bytes
) -> dict[tuple[UUID, int], bytes]:
    opened = {(organisation_id, generation): private}
    if generation == 1:
        return opened
    later = session.scalars(
        select(OrganisationKey)
        .where(
            OrganisationKey.organisation_id == organisation_id,
            OrganisationKey.generation.between(2, generation),
        )
        .order_by(OrganisationKey.generation.desc())
    )
    for key in later:
        holder = Holder(ORGANISATION, organisation_id, key.generation, b"")
        if key.previous_box is None:
            break
        info = key_info(organisation_id, key.generation - 1, holder, "chain")
        private = open_grant(private, info, key.previous_box)
        opened[organisation_id, key.generation - 1] = private
    return opened


def holders(session: Session, organisation_id: UUID) -> list[UUID]:
    """The active members who hold the organisation's key now."""
    return list(
        session.scalars(
            select(MembershipKey.person_id)
            .join(
                Membership,
                (Membership.person_id == MembershipKey.person_id)
                & (Membership.organisation_id == MembershipKey.organisation_id),
            )
            .where(
                MembershipKey.organisation_id == organisation_id,
                Membership.active,
                Membership.role.in_(KEY_HOLDERS),
            )
        )
    )
