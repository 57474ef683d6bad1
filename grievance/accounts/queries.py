"""What other rooms ask of accounts: the operator, its key, who is to be told, may filing open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.companies import heard
from grievance.accounts.factors import FactorRule, has_one
from grievance.accounts.folding import FoldRule
from grievance.accounts.keys import holder_of, organisation_key, recovery_key
from grievance.accounts.models import (
    Invitation,
    KeyRequest,
    MemberKeyWrap,
    Membership,
    MembershipKey,
    OperatorProfile,
    Organisation,
    OrganisationKey,
    Person,
    StaffSession,
)
from grievance.accounts.profile import Profile, profile_of
from grievance.accounts.roles import (
    COMPANY,
    GUESTS,
    NEEDS_KEY,
    Permission,
    Role,
    permissions_of,
    roles_with,
)
from grievance.clock import local_day
from grievance.extensions import once
from grievance.model import matching
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder, mac
from grievance.vault.sessions import secret_hash

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
STEP_UP = timedelta(minutes=10)


class Addressee(NamedTuple):
    """A member of staff to be told something; the address opens in the worker process only."""

    person_id: UUID
    address_box: bytes
    language: str


@dataclass(frozen=True)
class MembershipFact:
    """What one person is in one organisation, and whether they hold its key: in a company, whether
    somebody has heard the six words of their own."""

    organisation_id: UUID
    organisation: str
    kind: str
    role: Role
    holds_key: bool
    resealing: bool
    rotation_due: bool = False
    mechanism: str | None = None
    guarded: bool = False
    must_guard: bool = False
    folds: bool = False

    @property
    def guest(self) -> bool:
        """Whether it is of a body with an account, not of the operator."""
        return self.kind in GUESTS

    @property
    def by_name(self) -> bool:
        """Whether they read nothing but what they themselves were named for."""
        return self.kind == COMPANY

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this membership allows now."""
        return permissions_of(self.role, holds_key=self.holds_key)


@dataclass(frozen=True)
class PersonFact:
    """One line of the list of people."""

    id: UUID
    name: str
    role: Role
    holds_key: bool
    waiting: bool


def email_tag(ring: KeyRing, address: str) -> bytes:
    """How a person is found by e-mail address: a keyed HMAC of its compared form."""
    return mac(ring.address_hmac, matching(address).replace(" ", "").encode())


def operator(session: Session) -> Organisation | None:
    """The organisation that runs this instance; None before `flask operator setup`."""
    return session.scalars(select(Organisation).where(Organisation.kind == "operator")).first()


def operator_public_key(session: Session, ring: KeyRing) -> Holder | None:
    """The operator as holder of cases, its public key checked; None before founding."""
    key = session.scalars(
        select(OrganisationKey)
        .join(Organisation, Organisation.id == OrganisationKey.organisation_id)
        .where(Organisation.kind == "operator")
        .order_by(OrganisationKey.generation.desc())
        .limit(1)
    ).first()
    return holder_of(ring, key) if key else None


def memberships_of(session: Session, person_id: UUID) -> tuple[MembershipFact, ...]:
    """What a person is where, among active memberships."""
    holds = or_(
        exists().where(
            MembershipKey.person_id == Membership.person_id,
            MembershipKey.organisation_id == Membership.organisation_id,
        ),
        heard(),
    ).label("holds")
    guarded = has_one(Membership.person_id)
    must = exists().where(FactorRule.roles.has_key(Membership.role))  # noqa: W601  of JSONB
    folds = exists().where(FoldRule.roles.has_key(Membership.role))  # noqa: W601  of JSONB
    told = (guarded.label("guarded"), must.label("must"), folds.label("folds"))
    rows = session.execute(
        select(Organisation, Membership.role, holds, *told)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Membership.active)
        .order_by(Organisation.id)
    )
    return tuple(
        MembershipFact(
            org.id,
            org.name,
            org.kind,
            Role(role),
            held,
            org.resealing,
            org.rotation_due,
            org.mechanism,
            has_one,
            must_have,
            folded,
        )
        for org, role, held, has_one, must_have, folded in rows
    )


def live_session(session: Session, secret: str, now: datetime) -> StaffSession | None:
    """The session a cookie names: used within 30 minutes, at most 12 hours old, person active."""
    return session.scalars(
        select(StaffSession)
        .join(Person, Person.id == StaffSession.person_id)
        .where(
            StaffSession.token_hash == secret_hash(secret),
            StaffSession.last_seen > now - IDLE,
            StaffSession.created_at > now - LONGEST,
            Person.state == "active",
        )
    ).first()


def ended_session(session: Session, secret: str, now: datetime) -> Person | None:
    """Whose session a cookie named, though it may be over since: an active person's, at most twelve
    hours ago. For keeping what they wrote, and for nothing else."""
    return session.scalars(
        select(Person)
        .join(StaffSession, StaffSession.person_id == Person.id)
        .where(
            StaffSession.token_hash == secret_hash(secret),
            StaffSession.last_seen > now - LONGEST,
            Person.state == "active",
        )
    ).first()


def hold_member(session: Session, person_id: UUID) -> None:
    """Let nobody take roles from this person, or give them another password, before the
    transaction ends."""
    for rows in (
        select(Membership.id).where(Membership.person_id == person_id).order_by(Membership.id),
        select(Person.id).where(Person.id == person_id),
    ):
        session.execute(rows.with_for_update(read=True)).all()


def wrap_for(
    session: Session, *, tag: bytes | None = None, person_id: UUID | None = None
) -> MemberKeyWrap | None:
    """The password wrap of an active person, by address tag or by id."""
    whose = Person.id == person_id if person_id else Person.email_tag == tag
    return session.scalars(
        select(MemberKeyWrap)
        .join(Person, Person.id == MemberKeyWrap.person_id)
        .where(whose, Person.state == "active", MemberKeyWrap.kind == "password")
    ).first()


def invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """The open invitation a link names: neither used nor expired. Reading it uses nothing up."""
    return session.scalars(
        select(Invitation).where(
            Invitation.token_hash == secret_hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    ).first()


def staff_to_notify(session: Session, permission: Permission) -> list[Addressee]:
    """The operator's active members whose role carries a permission (and the key it needs)."""
    return [one for one, _role in _addressees(session, permission)]


def staff_by_role(session: Session, permission: Permission) -> dict[Role, list[Addressee]]:
    """The same people by their role."""
    found: dict[Role, list[Addressee]] = {}
    for one, role in _addressees(session, permission):
        found.setdefault(role, []).append(one)
    return found


def absent(permission: Permission) -> Select[UUID]:
    """Everybody of whom no active membership carries a permission (and the key it needs): who left,
    or waits for the key."""
    there = _there(permission).with_only_columns(Person.id).order_by(None)
    return select(Person.id).where(Person.id.not_in(there))


def _addressees(session: Session, permission: Permission) -> list[tuple[Addressee, Role]]:
    rows = session.execute(_there(permission))
    return [(Addressee(id_, box, language), Role(role)) for id_, box, language, role in rows]


def _there(permission: Permission) -> Select[UUID, bytes, str, str]:
    chosen = (
        select(Person.id, Person.address_box, Person.language, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Organisation.kind == "operator",
            Membership.active,
            Person.state == "active",
            Membership.role.in_(roles_with(permission)),
        )
        .order_by(Person.id)
    )
    if permission in NEEDS_KEY:
        chosen = chosen.where(
            exists(MembershipKey.person_id).where(
                MembershipKey.person_id == Person.id,
                MembershipKey.organisation_id == Organisation.id,
            )
        )
    return chosen


def people(session: Session, organisation_id: UUID) -> list[PersonFact]:
    """The active members of an organisation, by the time they joined."""
    holds = or_(
        exists().where(
            MembershipKey.person_id == Person.id, MembershipKey.organisation_id == organisation_id
        ),
        heard(),
    )
    waits = exists().where(
        KeyRequest.person_id == Person.id,
        KeyRequest.organisation_id == organisation_id,
        KeyRequest.state == "waiting",
    )
    rows = session.execute(
        select(Person.id, Person.name, Membership.role, holds.label("holds"), waits.label("waits"))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.active)
        .order_by(Person.created_at, Person.id)
    )
    return [PersonFact(id_, name, Role(role), held, waits) for id_, name, role, held, waits in rows]


def names(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of members of staff, for showing who did what."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def waiting_requests(
    session: Session, organisation_id: UUID, person_id: UUID | None = None
) -> list[KeyRequest]:
    """Key requests that nobody has decided, oldest first; with `person_id`, that person's only."""
    asked = select(KeyRequest).where(
        KeyRequest.organisation_id == organisation_id, KeyRequest.state == "waiting"
    )
    if person_id is not None:
        asked = asked.where(KeyRequest.person_id == person_id)
    return list(session.scalars(asked.order_by(KeyRequest.created_at)))


def day_here(session: Session, moment: datetime) -> date:
    """The calendar day of a moment where the operator is; in Japan before there is a profile."""
    told = profile(session)
    return local_day(moment, told.time_zone if told else "Asia/Tokyo")


def profile(session: Session) -> Profile | None:
    """What the operator says of itself; None before `flask operator setup`."""
    return once(session, profile, lambda: _profile(session))


def _profile(session: Session) -> Profile | None:
    row = session.execute(
        select(OperatorProfile, Organisation)
        .join(Organisation, Organisation.id == OperatorProfile.organisation_id)
        .where(Organisation.kind == "operator")
    ).first()
    if row is None:
        return None
    return profile_of(*row)


def filing_closed(session: Session) -> tuple[str, ...]:
    """Why filing is closed: `no_key`, `recovery_unconfirmed`, `profile_incomplete`; empty when it
    is open."""
    found = operator(session)
    if found is None:
        return ("no_key", "recovery_unconfirmed", "profile_incomplete")
    recovery = recovery_key(session, found.id)
    told = profile(session)
    reasons = {
        "no_key": organisation_key(session, found.id) is None,
        "recovery_unconfirmed": recovery is None or recovery.confirmed_at is None,
        "profile_incomplete": told is None or not told.complete,
    }
    return tuple(reason for reason, true in reasons.items() if true)


def filing_open(session: Session) -> bool:
    """Whether a worker may file: the key exists, its recovery sheet was typed back, and the
    operator has said who it is."""
    return not filing_closed(session)
