"""Somebody leaves: role, key and sessions end at once, and the organisation's key is changed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.act import StaffAct
from grievance.accounts.keys import holders
from grievance.accounts.models import Membership
from grievance.accounts.operations.invitations import active_membership
from grievance.accounts.operations.keys import rotate
from grievance.accounts.operations.persons import end_membership
from grievance.accounts.roles import Permission, roles_with
from grievance.refusals import Refused


def remove_member(act: StaffAct, person_id: UUID) -> None:
    """End a membership. What the person has open shows nothing more from their next request on.

    When they held the key it is changed in the same act if who acts holds it too, else a holder is
    asked to. Refused for the only holder and for the only one who manages people.
    """
    session, organisation, by = act.session, act.organisation(), act.by.person_id
    active_membership(session, organisation.id, by)  # who was removed meanwhile
    active_membership(session, organisation.id, person_id)
    left = [holder for holder in holders(session, organisation.id) if holder != person_id]
    if not left:
        raise Refused("last_holder")
    if not others_manage(session, organisation.id, person_id):
        raise Refused("last_manager")
    held = end_membership(session, person_id, organisation.id)
    act.record(organisation, "member_removed", person=person_id)
    if held and by in left:
        rotate(act)
    elif held:
        organisation.rotation_due = True


def others_manage(session: Session, organisation_id: UUID, person_id: UUID) -> bool:
    """Whether a member beside this person manages people."""
    others = select(Membership.id).where(
        Membership.organisation_id == organisation_id,
        Membership.person_id != person_id,
        Membership.active,
        Membership.role.in_(roles_with(Permission.PEOPLE_MANAGE)),
    )
    return session.scalars(others).first() is not None
