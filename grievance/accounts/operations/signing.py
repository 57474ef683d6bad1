"""Signing in and out, confirming a password, changing it, and known devices.

The slow hash happens before these verbs, outside the transaction: `candidate` reads what it
needs, then the caller ends the transaction, hashes in a slot, and opens the session.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.hashing import Candidate, HashedPassword, candidate_for
from grievance.accounts.models import KnownDevice, Membership, Organisation, Person, StaffSession
from grievance.accounts.operations.persons import Admitted, actor_of, locked, set_password
from grievance.accounts.queries import IDLE, LONGEST, email_tag, wrap_for
from grievance.vault.keyring import KeyRing
from grievance.vault.labels import Label
from grievance.vault.sessions import new_secret, secret_hash, session_key
from grievance.vault.values import Place, open_bytes, seal_bytes

PURPOSE = "staff"
DEVICES_KEPT = 10


def candidate(session: Session, address: str, ring: KeyRing) -> Candidate:
    """Who may be signing in with this address; a decoy that costs the same when nobody has it."""
    return candidate_for(wrap_for(session, tag=email_tag(ring, address)), ring)


def open_session(session: Session, admitted: Admitted, *, ring: KeyRing, now: datetime) -> str:
    """Start a session and answer its cookie secret; the member's key lies under that secret."""
    secret, session_id = new_secret(), uuid4()
    expired = or_(StaffSession.last_seen <= now - IDLE, StaffSession.created_at <= now - LONGEST)
    session.execute(delete(StaffSession).where(expired))
    session.add(
        StaffSession(
            id=session_id,
            token_hash=secret_hash(secret),
            person_id=admitted.person_id,
            member_key=seal_bytes(
                _key(secret, ring), _place(admitted.person_id, session_id), admitted.private
            ),
            created_at=now,
            last_seen=now,
            stepped_up_at=now,
        )
    )
    session.flush()
    _note(session, admitted.person_id, "signed_in", now)
    return secret


def member_private(row: StaffSession, secret: str, ring: KeyRing) -> bytes:
    """The member's key out of a session row, with the cookie's secret; Tampered otherwise."""
    return open_bytes(_key(secret, ring), _place(row.person_id, row.id), row.member_key)


def close_session(session: Session, session_id: UUID, person_id: UUID, now: datetime) -> None:
    """Sign out: the row goes, so the cookie opens nothing."""
    session.execute(
        delete(StaffSession).where(
            StaffSession.id == session_id, StaffSession.person_id == person_id
        )
    )
    _note(session, person_id, "signed_out", now)


def step_up(session: Session, session_id: UUID, person_id: UUID, now: datetime) -> None:
    """The password was typed again in this session."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.person_id == person_id)
        .values(stepped_up_at=now)
    )
    _note(session, person_id, "stepped_up", now)


def change_password(
    session: Session,
    admitted: Admitted,
    password: HashedPassword,
    *,
    keep_session: UUID,
    now: datetime,
) -> None:
    """Wrap the same key under a new password and end every other session of this person."""
    locked(session, Person, admitted.person_id)
    set_password(session, admitted, password)
    session.execute(
        delete(StaffSession).where(
            StaffSession.person_id == admitted.person_id, StaffSession.id != keep_session
        )
    )
    _note(session, admitted.person_id, "password_changed", now)


def choose_language(session: Session, person_id: UUID, language: str) -> None:
    """The language the desk speaks to this person."""
    locked(session, Person, person_id).language = language


def known_device(session: Session, secret: str, address: str, ring: KeyRing) -> str:
    """The id of a device this address has signed in from; empty for any other."""
    if not secret:
        return ""
    found = session.scalars(
        select(KnownDevice.id)
        .join(Person, Person.id == KnownDevice.person_id)
        .where(
            KnownDevice.token_hash == secret_hash(secret),
            Person.email_tag == email_tag(ring, address),
        )
    ).first()
    return str(found) if found else ""


def remember_device(session: Session, person_id: UUID, now: datetime) -> str:
    """Know this browser from here on: its cookie secret. The ten used last are kept."""
    secret = new_secret()
    session.add(KnownDevice(token_hash=secret_hash(secret), person_id=person_id, last_seen=now))
    session.flush()
    kept = (
        select(KnownDevice.id)
        .where(KnownDevice.person_id == person_id)
        .order_by(KnownDevice.last_seen.desc(), KnownDevice.id)
        .limit(DEVICES_KEPT)
    )
    session.execute(
        delete(KnownDevice).where(
            KnownDevice.person_id == person_id, KnownDevice.id.not_in(kept.scalar_subquery())
        )
    )
    return secret


def seen_device(session: Session, device_id: str, now: datetime) -> None:
    """A known device was used again."""
    session.execute(
        update(KnownDevice).where(KnownDevice.id == UUID(device_id)).values(last_seen=now)
    )


def _note(session: Session, person_id: UUID, verb: str, now: datetime) -> None:
    organisations = session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Membership.active)
        .order_by(Organisation.id)
        .with_for_update(of=Organisation)
        .execution_options(populate_existing=True)
    )
    for organisation in organisations.all():
        audit.record(session, organisation, verb, actor=actor_of(person_id), now=now)


def _key(secret: str, ring: KeyRing) -> bytes:
    return session_key(secret, ring.server_key, PURPOSE)


def _place(person_id: UUID, session_id: UUID) -> Place:
    return Place(Label.STAFF_SESSION, person_id, session_id, 1)
