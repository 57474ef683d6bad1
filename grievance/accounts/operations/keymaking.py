"""Making keys and sealing them to who may hold them. Every public key is checked first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.keys import (
    ORGANISATION,
    RECOVERY,
    key_info,
    member_holder,
    membership_info,
    organisation_key,
    recovery_holder,
    recovery_key,
)
from grievance.accounts.models import (
    MembershipKey,
    Organisation,
    OrganisationKey,
    Person,
    RecoveryKey,
)
from grievance.accounts.operations.persons import actor_of, locked
from grievance.vault.framing import frame
from grievance.vault.grants import seal_grant, seal_to
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder, key_check, new_pair, public_key_mac
from grievance.vault.labels import Label


@dataclass(frozen=True)
class OpenKey:
    """A generation of an organisation's key, with its private half."""

    row: OrganisationKey
    private: bytes = field(repr=False)


def add_generation(
    session: Session,
    organisation: Organisation,
    ring: KeyRing,
    now: datetime,
    previous: OpenKey | None = None,
) -> OpenKey:
    """Draw a new generation; the one before it is sealed to it, so that nothing is lost. Without
    `previous` nobody has that: what was sealed to it stays shut to the new one."""
    newest = organisation_key(session, organisation.id)
    generation = newest.generation + 1 if newest else 1
    pair, box = new_pair(), None
    made = Holder(ORGANISATION, organisation.id, generation, pair.public)
    if previous:
        info = key_info(organisation.id, previous.row.generation, made, "chain")
        box = seal_grant(pair.public, info, previous.private)
    key = OrganisationKey(
        organisation_id=organisation.id,
        generation=generation,
        public=pair.public,
        mac=public_key_mac(ring.public_key_mac, made),
        check=key_check(pair.private),
        previous_box=box,
        created_at=now,
        confirmed_by=previous.row.confirmed_by if previous else None,
        confirmed_at=previous.row.confirmed_at if previous else None,
    )
    session.add(key)
    session.flush()
    return OpenKey(key, pair.private)


def member_of(session: Session, ring: KeyRing, person_id: UUID) -> Holder:
    """The member as holder, their key checked."""
    return member_holder(ring, locked(session, Person, person_id))


def give_key(session: Session, opened: OpenKey, member: Holder) -> None:
    """Seal the organisation's private key to a member whose public key was checked."""
    key = opened.row
    info = membership_info(key.organisation_id, key.generation, member)
    session.add(
        MembershipKey(
            person_id=member.id,
            organisation_id=key.organisation_id,
            generation=key.generation,
            box=seal_grant(member.public, info, opened.private),
        )
    )
    session.flush()


def begin_key(
    session: Session, organisation: Organisation, person_id: UUID, ring: KeyRing, now: datetime
) -> None:
    """Let a partner's key be born with this member, in whose first request this is. Whoever holds
    the organisation has made sure that nobody holds a key of it."""
    key = add_generation(session, organisation, ring, now)
    give_key(session, key, member_of(session, ring, person_id))
    organisation.founded_at = organisation.founded_at or now
    organisation.rotation_due = organisation.resealing = False
    codes = {
        "person": person_id,
        "generation": key.row.generation,
        "check": key.row.check.hex(),
    }
    audit.record(session, organisation, Deed("founded", actor_of(person_id), now, codes))


def sheet_info(organisation_id: UUID, generation: int, person_id: UUID) -> bytes:
    """What the paper's secret is bound to while it waits to be typed back."""
    return frame(Label.RECOVERY_KEY, organisation_id, generation, person_id)


def new_sheet(
    session: Session, opened: OpenKey, person_id: UUID, ring: KeyRing, now: datetime
) -> RecoveryKey:
    """Draw a recovery key for this person to print; the one before it opens nothing any more.

    Until it is typed back its secret is kept sealed to that person, so that a lost answer loses
    nothing.
    """
    pair, member = new_pair(), member_of(session, ring, person_id)
    organisation_id = opened.row.organisation_id
    row = recovery_key(session, organisation_id)
    if row is None:
        row = RecoveryKey(organisation_id=organisation_id, generation=0)
    row.generation += 1
    row.public = pair.public
    made = Holder(RECOVERY, organisation_id, row.generation, pair.public)
    row.mac = public_key_mac(ring.public_key_mac, made)
    info = sheet_info(organisation_id, row.generation, person_id)
    row.printed_by, row.created_at, row.confirmed_at = person_id, now, None
    row.sheet_box = seal_to(member.public, info, pair.private)
    seal_to_recovery(row, opened, ring)
    session.add(row)
    session.flush()
    return row


def seal_to_recovery(row: RecoveryKey, opened: OpenKey, ring: KeyRing) -> None:
    """Seal the organisation's private key to the recovery key, which is checked first."""
    holder, key = recovery_holder(ring, row), opened.row
    info = key_info(key.organisation_id, key.generation, holder, RECOVERY)
    row.organisation_generation = key.generation
    row.box = seal_grant(holder.public, info, opened.private)
