"""A person with a key of their own: born, given a new key, put away. Used by the verbs beside."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from grievance.accounts.factors import FactorTry, Passkey, RecoveryCode, SecondFactor, StaffEntry
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.keys import MEMBER
from grievance.accounts.models import (
    Invitation,
    KeyRequest,
    KnownDevice,
    MemberKeyWrap,
    Membership,
    MembershipKey,
    Organisation,
    Person,
    StaffSession,
)
from grievance.accounts.queries import invitation
from grievance.accounts.roles import ASSIGNABLE, Role
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder, new_pair, public_key_mac
from grievance.vault.passwords import MemberWrap, wrap_member_key

Row = TypeVar("Row", Organisation, Person)

INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Admitted:
    """Somebody who may be signed in now: `private` goes into their session and nowhere else.

    `proof` is the wrap that their password opened, compared again where that counts; None for who
    was let in by the same transaction. `passed` when that transaction took a code of theirs.
    """

    person_id: UUID
    private: bytes = field(repr=False)
    proof: MemberWrap | None = None
    passed: bool = False


@dataclass(frozen=True)
class Identity:
    """What a person row is made of, beside their key."""

    person_id: UUID
    name: str
    email_tag: bytes
    address_box: bytes
    language: str


def actor_of(person_id: UUID) -> str:
    """How a member stands in events."""
    return f"member:{person_id}"


def locked(session: Session, model: type[Row], row_id: UUID) -> Row:
    """A row, read anew and held until the transaction ends; Refused when it is not there."""
    session.flush()
    found = session.get(model, row_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refused("not_member")
    return found


def take_invitation(session: Session, token: str, now: datetime) -> Invitation:
    """Use an open invitation up; of two requests at once only one gets it. Refused (`used`).

    The organisation is held first, as everybody does who takes links away.
    """
    seen = invitation(session, token, now)
    if seen is not None:
        locked(session, Organisation, seen.organisation_id)
    taken = session.scalars(
        select(Invitation)
        .where(Invitation.id == (seen.id if seen else None), Invitation.used_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if taken is None:
        raise Refused("used")
    taken.used_at = now
    return taken


def take_away(session: Session, found: Select[Any]) -> int:
    """Delete these rows one by one: the event that follows says that they went. How many."""
    rows = session.scalars(found).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def set_password(session: Session, admitted: Admitted, password: HashedPassword) -> None:
    """Wrap the member's key under a new password; the old one opens nothing any more."""
    person_id = admitted.person_id
    wrap = wrap_member_key(password.kek, person_id, admitted.private, password.parameters)
    take_away(session, select(MemberKeyWrap).where(MemberKeyWrap.person_id == person_id))
    session.add(
        MemberKeyWrap(
            person_id=person_id, parameters=wrap.parameters.stored(), ciphertext=wrap.ciphertext
        )
    )


def admit(
    session: Session, identity: Identity, password: HashedPassword, ring: KeyRing, now: datetime
) -> Admitted:
    """Make the person, or one who had left, with a key that exists nowhere else yet.

    Refused (`address_taken`) when somebody else has the address, or this person never left.
    """
    same = select(Person.id).where(
        Person.email_tag == identity.email_tag, Person.id != identity.person_id
    )
    if session.scalars(same).first() is not None:
        raise Refused("address_taken")
    facts = asdict(identity)
    person = session.get(Person, facts.pop("person_id"), with_for_update=True)
    if person is None:
        person = Person(id=identity.person_id, key_generation=0, created_at=now, **facts)
        session.add(person)
    elif person.state == "active":
        raise Refused("address_taken")
    else:
        for name, value in facts.items():
            setattr(person, name, value)
        person.state = "active"
    return new_member_key(session, person, password, ring)


def new_member_key(
    session: Session, person: Person, password: HashedPassword, ring: KeyRing
) -> Admitted:
    """Give a person a new key. What was sealed to the old one is out of their reach for good, the
    secret of a second factor too: that goes with it."""
    pair = new_pair()
    person.key_generation += 1
    person.public = pair.public
    held = Holder(MEMBER, person.id, person.key_generation, pair.public)
    person.public_mac = public_key_mac(ring.public_key_mac, held)
    session.flush()
    take_away(session, select(MembershipKey).where(MembershipKey.person_id == person.id))
    _shut(session, person.id)
    admitted = Admitted(person.id, pair.private)
    set_password(session, admitted, password)
    return admitted


def elsewhere(session: Session, person_id: UUID, organisation_id: UUID) -> bool:
    """Whether a person is, or was, a member of another organisation. Nobody is in two, not even one
    after the other: what they did stands in the chain of one."""
    others = select(Membership.id).where(
        Membership.person_id == person_id, Membership.organisation_id != organisation_id
    )
    return session.scalars(others).first() is not None


def join(session: Session, person_id: UUID, organisation: Organisation, role: Role) -> None:
    """Make the person an active member with this role, whatever they were there before. Refused for
    a role of another kind of organisation, and for who is or was elsewhere."""
    if role not in ASSIGNABLE[organisation.kind]:
        raise Refused("role")
    if elsewhere(session, person_id, organisation.id):
        raise Refused("elsewhere")
    found = _membership(session, person_id, organisation.id)
    if found is None:
        found = Membership(person_id=person_id, organisation_id=organisation.id)
        session.add(found)
    found.role, found.active = role, True
    session.flush()


def _membership(session: Session, person_id: UUID, organisation_id: UUID) -> Membership | None:
    mine = (Membership.person_id == person_id, Membership.organisation_id == organisation_id)
    return session.scalars(select(Membership).where(*mine)).first()


def end_membership(session: Session, person_id: UUID, organisation_id: UUID) -> bool:
    """Take role and key away; what the person still has open ends at their next request.

    Whoever is a member of nothing any more loses password, sessions and devices too. True when
    they held the organisation's key.
    """
    found = _membership(session, person_id, organisation_id)
    if found is not None:
        found.active = False
    taken = take_key(session, person_id, organisation_id)
    _leave_when_alone(session, person_id)
    return taken


def take_key(session: Session, person_id: UUID, organisation_id: UUID) -> bool:
    """Take the organisation's key, and the waiting for it, from a member; True if they held it."""
    mine = (
        MembershipKey.person_id == person_id,
        MembershipKey.organisation_id == organisation_id,
    )
    taken = take_away(session, select(MembershipKey).where(*mine))
    for request in session.scalars(
        select(KeyRequest).where(
            KeyRequest.person_id == person_id,
            KeyRequest.organisation_id == organisation_id,
            KeyRequest.state == "waiting",
        )
    ):
        request.state = "ended"
    return taken > 0


def _leave_when_alone(session: Session, person_id: UUID) -> None:
    session.flush()
    elsewhere = select(Membership.id).where(Membership.person_id == person_id, Membership.active)
    if session.scalars(elsewhere).first() is not None:
        return
    locked(session, Person, person_id).state = "left"
    take_away(session, select(MemberKeyWrap).where(MemberKeyWrap.person_id == person_id))
    _shut(session, person_id)


def _shut(session: Session, person_id: UUID) -> None:
    """End all that lets this person in beside the password."""
    drop_factor(session, person_id)
    end_sessions(session, person_id)
    session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id))


def drop_factor(session: Session, person_id: UUID) -> None:
    """Take the second step away, passkeys too, an app that is being set up, and what belongs to
    it."""
    for model in (SecondFactor, Passkey, RecoveryCode):
        take_away(session, select(model).where(model.person_id == person_id))
    session.execute(delete(FactorTry).where(FactorTry.person_id == person_id))


def end_sessions(session: Session, person_id: UUID, keep: UUID | None = None) -> None:
    """End what a person has open, but for the session `keep`; who stands between password and code
    begins anew."""
    mine = StaffSession.person_id == person_id
    session.execute(delete(StaffSession).where(mine, StaffSession.id.is_distinct_from(keep)))
    session.execute(delete(StaffEntry).where(StaffEntry.person_id == person_id))
