"""Letting people in: an invitation to join, a link for a new password, and accepting either.

Whoever holds no key can invite but gives no access to cases: a new key waits to be approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.act import StaffAct
from grievance.accounts.audit import Deed
from grievance.accounts.companies import Respondent, company_of
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.keys import holders
from grievance.accounts.models import Invitation, KeyRequest, Membership, Organisation, Person
from grievance.accounts.operations.keymaking import begin_key
from grievance.accounts.operations.persons import (
    INVITATION_LASTS,
    Admitted,
    Identity,
    actor_of,
    admit,
    elsewhere,
    join,
    locked,
    new_member_key,
    take_away,
    take_invitation,
)
from grievance.accounts.queries import email_tag
from grievance.accounts.roles import ASSIGNABLE, COMPANY, KEY_HOLDERS, Role
from grievance.notifications.addresses import seal_address
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from grievance.vault.sessions import new_secret, secret_hash

ADMITS = ("found", "join", "reset")  # the kinds of links that one page is for


@dataclass(frozen=True)
class Seat:
    """What somebody does in a company, in words that a worker reads before saying yes; and what
    they must never read a complaint about, as the company was asked, for who chooses."""

    task: str
    never: str


@dataclass(frozen=True)
class Invitee:
    """Whom to invite and as what; for a company also what they do there."""

    name: str
    address: str
    role: Role
    seat: Seat | None = None


def invite(act: StaffAct, invitee: Invitee) -> str:
    """The token of an invitation that lasts seven days; an older one for this address is void.

    Refused for a role nobody can be given there, for a company without what was asked of it about
    them (`seat`), when somebody active has the address, who was at
    another organisation here (`elsewhere`), and at a partner that was closed.
    """
    session, organisation = act.session, act.organisation()
    if invitee.role not in ASSIGNABLE[organisation.kind]:
        raise Refused("role")
    if (organisation.kind == COMPANY) != (invitee.seat is not None):
        raise Refused("seat")
    if organisation.closed_at is not None:
        raise Refused("closed_partner")
    tag = email_tag(act.ring, invitee.address)
    known = session.scalars(select(Person).where(Person.email_tag == tag)).first()
    if known is not None and known.state == "active":
        raise Refused("address_taken")
    if known is not None and elsewhere(session, known.id, organisation.id):
        raise Refused("elsewhere")
    _void(session, organisation.id, Invitation.email_tag == tag)
    token, person_id = new_secret(), known.id if known else uuid4()
    session.add(
        Invitation(
            token_hash=secret_hash(token),
            kind="join",
            person_id=person_id,
            organisation_id=organisation.id,
            name=invitee.name,
            email_tag=tag,
            address_box=seal_address(act.ring.notifier_public, person_id, invitee.address).box,
            role=invitee.role,
            invited_by=act.by.person_id,
            created_at=act.now,
            expires_at=act.now + INVITATION_LASTS,
        )
    )
    if invitee.seat:
        _take_down(act, person_id, invitee.seat)
    act.record(organisation, "invited", person=person_id, role=invitee.role)
    return token


def _take_down(act: StaffAct, person_id: UUID, seat: Seat) -> None:
    """Keep what was asked about them, instead of what was asked before."""
    if company_of(act.session, act.organisation_id) is None:
        raise Refused("unchecked")
    row = act.session.get(Respondent, person_id) or Respondent(person_id=person_id)
    row.organisation_id, row.task, row.never = act.organisation_id, seat.task, seat.never
    row.asked_by, row.asked_at = act.by.person_id, act.now
    act.session.add(row)
    act.session.flush()


def offer_reset(act: StaffAct, person_id: UUID) -> str:
    """The token of a link for a new password. Nothing changes until it is used; then the member
    has a new key, and reads no case until somebody gives them the organisation's again.

    Refused when the person is not a member of this organisation.
    """
    session, organisation = act.session, act.organisation()
    membership = active_membership(session, organisation.id, person_id)
    _void(session, organisation.id, Invitation.person_id == person_id, Invitation.kind == "reset")
    token = new_secret()
    session.add(
        Invitation(
            token_hash=secret_hash(token),
            kind="reset",
            person_id=person_id,
            organisation_id=organisation.id,
            role=membership.role,
            invited_by=act.by.person_id,
            created_at=act.now,
            expires_at=act.now + INVITATION_LASTS,
        )
    )
    act.record(organisation, "reset_offered", person=person_id)
    return token


def _void(session: Session, organisation_id: UUID, *which: ColumnElement[bool]) -> None:
    mine = (Invitation.organisation_id == organisation_id, Invitation.used_at.is_(None))
    take_away(session, select(Invitation).where(*mine, *which))


def active_membership(session: Session, organisation_id: UUID, person_id: UUID) -> Membership:
    """The active membership of a person in this organisation; Refused when there is none."""
    found = session.scalars(
        select(Membership).where(
            Membership.organisation_id == organisation_id,
            Membership.person_id == person_id,
            Membership.active,
        )
    ).first()
    if found is None:
        raise Refused("not_member")
    return found


@dataclass(frozen=True)
class Newcomer:
    """What who comes by a link says of themselves: a password, and the language they read."""

    password: HashedPassword
    language: str


def accept(
    session: Session, token: str, newcomer: Newcomer, *, ring: KeyRing, now: datetime
) -> Admitted:
    """Use an invitation to join or a link for a new password. Refused (`used`, `not_member`)."""
    invited = take_invitation(session, token, now)
    if invited.kind == "join":
        return _accept_join(session, invited, newcomer, ring, now)
    if invited.kind == "reset":
        return _accept_reset(session, invited, newcomer.password, ring, now)
    raise Refused("used")


def _accept_join(
    session: Session, invited: Invitation, newcomer: Newcomer, ring: KeyRing, now: datetime
) -> Admitted:
    organisation = locked(session, Organisation, invited.organisation_id)
    if invited.email_tag is None or invited.address_box is None:
        raise Refused("used")
    identity = Identity(
        invited.person_id, invited.name, invited.email_tag, invited.address_box, newcomer.language
    )
    admitted = admit(session, identity, newcomer.password, ring, now)
    join(session, admitted.person_id, organisation, Role(invited.role))
    codes = {"person": admitted.person_id, "role": invited.role}
    audit.record(session, organisation, Deed("joined", actor_of(admitted.person_id), now, codes))
    asked = Asked(invited.person_id, invited.invited_by, "invited")
    if Role(invited.role) in KEY_HOLDERS:
        _have_or_ask(session, organisation, asked, ring, now)
    return admitted


def _accept_reset(
    session: Session, invited: Invitation, password: HashedPassword, ring: KeyRing, now: datetime
) -> Admitted:
    organisation = locked(session, Organisation, invited.organisation_id)
    active_membership(session, organisation.id, invited.person_id)
    person = locked(session, Person, invited.person_id)
    admitted = new_member_key(session, person, password, ring)
    audit.record(
        session, organisation, Deed("member_reset", actor_of(person.id), now, {"person": person.id})
    )
    asked = Asked(person.id, invited.invited_by, "reset")
    if Role(invited.role) in KEY_HOLDERS:
        _have_or_ask(session, organisation, asked, ring, now)
    return admitted


def _have_or_ask(
    session: Session, organisation: Organisation, asked: Asked, ring: KeyRing, now: datetime
) -> None:
    """A partner without anybody who holds its key gets a new one with who comes; else they wait."""
    if organisation.kind == "partner" and not holders(session, organisation.id):
        begin_key(session, organisation, asked.person_id, ring, now)
    else:
        ask_for_key(session, organisation, asked, now)


@dataclass(frozen=True)
class Asked:
    """For whom a key is asked, by whose act, and why."""

    person_id: UUID
    by: UUID | None
    reason: str


def ask_for_key(session: Session, organisation: Organisation, asked: Asked, now: datetime) -> None:
    """Let a member whose role works on cases wait for the organisation's key; others never do."""
    if asked.by is None:
        return
    person = locked(session, Person, asked.person_id)
    for earlier in session.scalars(
        select(KeyRequest).where(
            KeyRequest.person_id == person.id,
            KeyRequest.organisation_id == organisation.id,
            KeyRequest.state == "waiting",
        )
    ):
        earlier.state = "ended"
    session.flush()
    session.add(
        KeyRequest(
            person_id=person.id,
            organisation_id=organisation.id,
            key_generation=person.key_generation,
            invited_by=asked.by,
            reason=asked.reason,
            created_at=now,
        )
    )
    audit.record(
        session,
        organisation,
        Deed(
            "key_requested", actor_of(person.id), now, {"person": person.id, "reason": asked.reason}
        ),
    )
