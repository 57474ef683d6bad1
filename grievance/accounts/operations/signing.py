"""Signing in and out, confirming a password, changing it, and known devices.

The slow hash happens before these verbs, outside the transaction: `candidate` reads what it
needs, then the caller ends the transaction, hashes in a slot, and acts. A password may be changed
while another request hashes it, so each verb first reads again, under lock, what was proven.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from grievance.accounts import audit, factors
from grievance.accounts.audit import Deed
from grievance.accounts.factors import StaffEntry
from grievance.accounts.hashing import Candidate, HashedPassword, candidate_for
from grievance.accounts.models import (
    KnownDevice,
    MemberKeyWrap,
    Membership,
    Organisation,
    Person,
    StaffSession,
)
from grievance.accounts.operations.persons import (
    Admitted,
    actor_of,
    end_sessions,
    locked,
    set_password,
)
from grievance.accounts.queries import IDLE, LONGEST, email_tag, wrap_for
from grievance.vault.keyring import KeyRing
from grievance.vault.labels import Label
from grievance.vault.passwords import WrongPassword
from grievance.vault.sessions import new_secret, secret_hash, session_key
from grievance.vault.values import Place, open_bytes, seal_bytes

PURPOSE = "staff"
DEVICES_KEPT = 10


class Superseded(WrongPassword):
    """What the password proved is not so any more: it was changed, or the session ended."""


class CodeWanted(Exception):
    """The password was right, and this member's sign-in asks for a code as well."""


def candidate(session: Session, address: str, ring: KeyRing) -> Candidate:
    """Who may be signing in with this address; a decoy that costs the same when nobody has it."""
    return candidate_for(wrap_for(session, tag=email_tag(ring, address)), ring)


def open_session(
    session: Session,
    admitted: Admitted,
    *,
    ring: KeyRing,
    now: datetime,
    anew: HashedPassword | None = None,
) -> str:
    """Start a session and answer its cookie secret; the member's key lies under that secret.
    `anew` is the same password, hashed at today's costs.

    Superseded when the password was changed, or the member put away, after it was typed;
    CodeWanted, and nothing is written, for a member with a second factor that this transaction has
    taken no code of.
    """
    organisations = held(session, admitted)
    if not admitted.passed and factors.guards(session, admitted.person_id):
        raise CodeWanted
    secret, session_id = new_secret(), uuid4()
    expired = or_(StaffSession.last_seen <= now - IDLE, StaffSession.created_at <= now - LONGEST)
    shut = update(StaffSession).where(expired, StaffSession.member_key != b"")
    session.execute(shut.values(member_key=b"").execution_options(synchronize_session=False))
    session.execute(delete(StaffSession).where(StaffSession.last_seen <= now - LONGEST))
    session.execute(delete(StaffEntry).where(StaffEntry.created_at <= now - factors.ENTRY_LASTS))
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
    if anew:
        set_password(session, admitted, anew)
    session.flush()
    note(session, organisations, admitted.person_id, "signed_in", now)
    return secret


def held(session: Session, admitted: Admitted) -> list[Organisation]:
    """Hold a person and where they are a member, and compare what they proved once more;
    Superseded when it is not so any more."""
    organisations = organisations_of(session, admitted.person_id)
    person = locked(session, Person, admitted.person_id)
    wrap = session.scalars(
        select(MemberKeyWrap.ciphertext).where(
            MemberKeyWrap.person_id == person.id, MemberKeyWrap.kind == "password"
        )
    ).first()
    proof = admitted.proof.ciphertext if admitted.proof else wrap
    if person.state != "active" or wrap is None or wrap != proof:
        raise Superseded
    return organisations


def member_private(row: StaffSession, secret: str, ring: KeyRing) -> bytes:
    """The member's key out of a session row, with the cookie's secret; Tampered otherwise."""
    return open_bytes(_key(secret, ring), _place(row.person_id, row.id), row.member_key)


def close_session(session: Session, session_id: UUID, person_id: UUID, now: datetime) -> None:
    """Sign out: the row goes, so the cookie opens nothing."""
    organisations = organisations_of(session, person_id)
    session.execute(
        delete(StaffSession).where(
            StaffSession.id == session_id, StaffSession.person_id == person_id
        )
    )
    note(session, organisations, person_id, "signed_out", now)


def sessions_of(session: Session, person_id: UUID, now: datetime) -> list[StaffSession]:
    """What a member has open now, the one that was used last first."""
    return list(
        session.scalars(
            select(StaffSession)
            .where(
                StaffSession.person_id == person_id,
                StaffSession.last_seen > now - IDLE,
                StaffSession.created_at > now - LONGEST,
            )
            .order_by(StaffSession.last_seen.desc(), StaffSession.id)
        )
    )


def close_others(session: Session, person_id: UUID, keep: UUID, now: datetime) -> None:
    """Sign out everywhere but here."""
    organisations = organisations_of(session, person_id)
    locked(session, Person, person_id)
    end_sessions(session, person_id, keep=keep)
    for organisation in organisations:
        deed = Deed("sessions_ended", actor_of(person_id), now, {"person": person_id})
        audit.record(session, organisation, deed)


def end_earlier(session: Session, secret: str) -> None:
    """Whoever signs in ends the session that this browser held before, whoever it was of."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == secret_hash(secret)))


def step_up(session: Session, admitted: Admitted, session_id: UUID, now: datetime) -> None:
    """The password was typed again in this session; Superseded when either is over."""
    organisations = held(session, admitted)
    stepped = session.scalars(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.person_id == admitted.person_id)
        .values(stepped_up_at=now)
        .returning(StaffSession.id)
    ).first()
    if stepped is None:
        raise Superseded
    note(session, organisations, admitted.person_id, "stepped_up", now)


def change_password(
    session: Session,
    admitted: Admitted,
    password: HashedPassword,
    *,
    keep_session: UUID,
    now: datetime,
) -> None:
    """Wrap the same key under a new password and end every other session of this person.

    Superseded when the old password, or the session it was typed in, is over by now.
    """
    organisations = held(session, admitted)
    if session.get(StaffSession, keep_session, populate_existing=True) is None:
        raise Superseded
    set_password(session, admitted, password)
    end_sessions(session, admitted.person_id, keep=keep_session)
    note(session, organisations, admitted.person_id, "password_changed", now)


def choose_language(session: Session, person_id: UUID, language: str) -> None:
    """The language the desk speaks to this person."""
    locked(session, Person, person_id).language = language


def choose_hour(session: Session, person_id: UUID, hour: int) -> None:
    """When the letter of the day comes, where the operator is."""
    locked(session, Person, person_id).digest_hour = hour


def known_device(
    session: Session, secret: str, *, tag: bytes | None = None, person_id: UUID | None = None
) -> str:
    """The id of a device that somebody has signed in from, by address tag or by id; empty for any
    other."""
    if not secret:
        return ""
    whose = Person.id == person_id if person_id else Person.email_tag == tag
    found = session.scalars(
        select(KnownDevice.id)
        .join(Person, Person.id == KnownDevice.person_id)
        .where(KnownDevice.token_hash == secret_hash(secret), whose)
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


def organisations_of(session: Session, person_id: UUID) -> list[Organisation]:
    """Where a person is a member, held: always before the person, or two requests would wait for
    each other."""
    found = session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Membership.active)
        .order_by(Organisation.id)
        .with_for_update(of=Organisation)
        .execution_options(populate_existing=True)
    )
    return list(found)


def note(
    session: Session,
    organisations: list[Organisation],
    person_id: UUID,
    verb: str,
    now: datetime,
) -> None:
    """One event of a member in each organisation that was held."""
    for organisation in organisations:
        audit.record(session, organisation, Deed(verb, actor_of(person_id), now))


def _key(secret: str, ring: KeyRing) -> bytes:
    return session_key(secret, ring.server_key, PURPOSE)


def _place(person_id: UUID, session_id: UUID) -> Place:
    return Place(Label.STAFF_SESSION, person_id, session_id, 1)
