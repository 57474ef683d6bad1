"""What changes of a member who stays: role, name, address; and taking back an open link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.act import StaffAct
from grievance.accounts.audit import Deed
from grievance.accounts.keys import holders
from grievance.accounts.models import Invitation, Organisation, Person
from grievance.accounts.operations.invitations import (
    Asked,
    active_membership,
    ask_for_key,
)
from grievance.accounts.operations.keys import rotate
from grievance.accounts.operations.leaving import others_manage
from grievance.accounts.operations.persons import (
    INVITATION_LASTS,
    actor_of,
    end_sessions,
    locked,
    take_away,
    take_invitation,
    take_key,
)
from grievance.accounts.queries import Addressee, email_tag, invitation
from grievance.accounts.roles import ASSIGNABLE, KEY_HOLDERS, Permission, Role, roles_with
from grievance.notifications.addresses import seal_address
from grievance.refusals import Refused
from grievance.vault.sessions import new_secret, secret_hash

ADDRESS = "address"
REVOCABLE = ("join", "reset", ADDRESS)


@dataclass(frozen=True)
class OpenLink:
    """A link that was sent and not used yet; `by` is who sent it."""

    id: UUID
    kind: str
    person_id: UUID
    name: str
    role: Role
    by: UUID | None
    until: datetime


def open_links(session: Session, organisation_id: UUID, now: datetime) -> list[OpenLink]:
    """The links that may be taken back, oldest first; who joins is named as they
    were invited, members by their name."""
    rows = session.execute(
        select(Invitation, Person.name)
        .outerjoin(Person, (Person.id == Invitation.person_id) & (Invitation.name == ""))
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.kind.in_(REVOCABLE),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.created_at, Invitation.id)
    )
    return [
        OpenLink(
            row.id,
            row.kind,
            row.person_id,
            row.name or name or "",
            Role(row.role),
            row.invited_by,
            row.expires_at,
        )
        for row, name in rows
    ]


def change_role(act: StaffAct, person_id: UUID, role: Role) -> None:
    """Give a member another role.

    A role that works on cases waits for the key like a newcomer; with one that does not, the key is
    gone at once and is changed as when somebody leaves. Refused for one's own role, for a role
    nobody can be given, for the only holder and the only one who manages people.
    """
    session, organisation, by = act.session, act.organisation(), act.by.person_id
    active_membership(session, organisation.id, by)  # who was removed meanwhile
    membership = active_membership(session, organisation.id, person_id)
    before = Role(membership.role)
    if role == before:
        return
    if person_id == by:
        raise Refused("own_role")
    if role not in ASSIGNABLE[organisation.kind]:
        raise Refused("role")
    if role not in KEY_HOLDERS and set(holders(session, organisation.id)) == {person_id}:
        raise Refused("last_holder")
    managers = roles_with(Permission.PEOPLE_MANAGE)
    loses = before in managers and role not in managers
    if loses and not others_manage(session, organisation.id, person_id):
        raise Refused("last_manager")
    membership.role = role
    held = role not in KEY_HOLDERS and take_key(session, person_id, organisation.id)
    act.record(organisation, "role_changed", person=person_id, role=role, before=before)
    if held and by in holders(session, organisation.id):
        rotate(act)
    elif held:
        organisation.rotation_due = True
    if role in KEY_HOLDERS and before not in KEY_HOLDERS:
        ask_for_key(session, organisation, Asked(person_id, by, "role"), act.now)


def rename(act: StaffAct, person_id: UUID, name: str) -> None:
    """Show a member under another name, everywhere and for what they did before, too."""
    organisation = act.organisation()
    active_membership(act.session, organisation.id, person_id)
    locked(act.session, Person, person_id).name = name
    act.record(organisation, "member_renamed", person=person_id)


def offer_address(act: StaffAct, person_id: UUID, address: str) -> str:
    """The token of a letter to a member's new address, which is theirs only when that letter was
    opened; an earlier one is void. Refused when somebody has the address already."""
    session, organisation = act.session, act.organisation()
    membership = active_membership(session, organisation.id, person_id)
    tag = email_tag(act.ring, address)
    if _taken(session, tag):
        raise Refused("address_taken")
    _void(session, organisation.id, person_id, ADDRESS)
    token = new_secret()
    session.add(
        Invitation(
            token_hash=secret_hash(token),
            kind=ADDRESS,
            person_id=person_id,
            organisation_id=organisation.id,
            email_tag=tag,
            address_box=seal_address(act.ring.notifier_public, person_id, address).box,
            role=membership.role,
            invited_by=act.by.person_id,
            created_at=act.now,
            expires_at=act.now + INVITATION_LASTS,
        )
    )
    act.record(organisation, "address_offered", person=person_id)
    return token


def prove_address(session: Session, token: str, now: datetime) -> Addressee:
    """The letter to a new address was opened: they sign in with it from now on. Who they were
    until now, to tell them at the old one. Links that went to the old address open nothing more.

    Refused (`used`, `not_member`), or when somebody has the address meanwhile.
    """
    seen = invitation(session, token, now)
    if seen is None or seen.kind != ADDRESS:
        raise Refused("used")
    taken = take_invitation(session, token, now)
    organisation = locked(session, Organisation, taken.organisation_id)
    active_membership(session, organisation.id, taken.person_id)
    person = locked(session, Person, taken.person_id)
    if taken.email_tag is None or taken.address_box is None:
        raise Refused("used")
    if _taken(session, taken.email_tag):
        raise Refused("address_taken")
    before = Addressee(person.id, person.address_box, person.language)
    person.email_tag, person.address_box = taken.email_tag, taken.address_box
    _void(session, organisation.id, person.id, "reset")
    deed = Deed("address_changed", actor_of(person.id), now, {"person": person.id})
    audit.record(session, organisation, deed)
    return before


def end_sessions_of(act: StaffAct, person_id: UUID) -> None:
    """Sign a member out everywhere; what they have open shows nothing more. Refused
    (`not_member`)."""
    organisation = act.organisation()
    active_membership(act.session, organisation.id, person_id)
    locked(act.session, Person, person_id)
    end_sessions(act.session, person_id)
    act.record(organisation, "sessions_ended", person=person_id)


def revoke(act: StaffAct, invitation_id: UUID) -> None:
    """Take an open link back: it opens nothing any more. Refused (`used`) when it is gone."""
    organisation = act.organisation()
    row = act.session.get(Invitation, invitation_id, populate_existing=True)
    if row is None or row.organisation_id != organisation.id or row.kind not in REVOCABLE:
        raise Refused("used")
    if row.used_at is not None:
        raise Refused("used")
    person_id, kind = row.person_id, row.kind
    act.session.delete(row)
    act.session.flush()
    act.record(organisation, "invitation_revoked", person=person_id, kind=kind)


def _taken(session: Session, tag: bytes) -> bool:
    return session.scalars(select(Person.id).where(Person.email_tag == tag)).first() is not None


def _void(session: Session, organisation_id: UUID, person_id: UUID, kind: str) -> None:
    open_ones = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.person_id == person_id,
        Invitation.kind == kind,
        Invitation.used_at.is_(None),
    )
    take_away(session, open_ones)
