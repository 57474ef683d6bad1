"""Somebody leaves: role, key and sessions end at once, and the organisation's key is changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.keys import holders
from grievance.accounts.models import Membership, Organisation
from grievance.accounts.operations.invitations import active_membership
from grievance.accounts.operations.keys import KeyHolder, rotate
from grievance.accounts.operations.persons import actor_of, end_membership, locked
from grievance.accounts.roles import Permission, roles_with
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing


def remove_member(
    session: Session,
    organisation_id: UUID,
    person_id: UUID,
    *,
    by: KeyHolder,
    ring: KeyRing,
    now: datetime,
) -> None:
    """End a membership. What the person has open shows nothing more from their next request on.

    When they held the key it is changed in the same act if `by` holds it too, else a holder is
    asked to. Refused for the only holder and for the only one who manages people.
    """
    organisation = locked(session, Organisation, organisation_id)
    active_membership(session, organisation_id, by.person_id)  # who was removed meanwhile
    active_membership(session, organisation_id, person_id)
    left = [holder for holder in holders(session, organisation_id) if holder != person_id]
    if not left:
        raise Refused("last_holder")
    if not _others_manage(session, organisation_id, person_id):
        raise Refused("last_manager")
    held = end_membership(session, person_id, organisation_id)
    audit.record(
        session,
        organisation,
        Deed("member_removed", actor_of(by.person_id), now, {"person": person_id}),
    )
    if held and by.person_id in left:
        rotate(session, organisation_id, by=by, ring=ring, now=now)
    elif held:
        organisation.rotation_due = True


def _others_manage(session: Session, organisation_id: UUID, person_id: UUID) -> bool:
    others = select(Membership.id).where(
        Membership.organisation_id == organisation_id,
        Membership.person_id != person_id,
        Membership.active,
        Membership.role.in_(roles_with(Permission.PEOPLE_MANAGE)),
    )
    return session.scalars(others).first() is not None
