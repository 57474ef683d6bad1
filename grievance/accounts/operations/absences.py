"""Saying that somebody is away, and who looks after their work; and that they are back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select

from grievance.accounts.act import StaffAct
from grievance.accounts.models import Absence
from grievance.accounts.operations.invitations import active_membership
from grievance.accounts.queries import staff_to_notify
from grievance.accounts.roles import Permission
from grievance.refusals import Refused


@dataclass(frozen=True)
class Leave:
    """Who is away, from which day to which, both whole, and who looks after their work: nobody by
    name means everybody."""

    person: UUID
    deputy: UUID | None
    first: date
    last: date


def set_away(act: StaffAct, leave: Leave) -> Absence:
    """Note that somebody is away, in place of what was noted of them before. It ends by itself.

    Refuses `days` when the last day comes before the first, `deputy` for who is away themselves or
    cannot open cases, and `not_member` for who left.
    """
    session, organisation = act.session, act.organisation()
    active_membership(session, organisation.id, leave.person)
    if leave.last < leave.first:
        raise Refused("days")
    able = {one.person_id for one in staff_to_notify(session, Permission.CASE_WORK)}
    if leave.deputy is not None and leave.deputy not in able - {leave.person}:
        raise Refused("deputy")
    _end(act, leave.person)
    noted = Absence(
        id=uuid4(),
        person_id=leave.person,
        deputy_id=leave.deputy,
        from_day=leave.first,
        until_day=leave.last,
        set_by=act.by.person_id,
        set_at=act.now,
    )
    session.add(noted)
    days = {"first": leave.first.isoformat(), "last": leave.last.isoformat()}
    named = {"deputy": leave.deputy} if leave.deputy else {}
    act.record(organisation, "away", person=leave.person, **days, **named)
    return noted


def come_back(act: StaffAct, person: UUID) -> None:
    """End what was noted of somebody; refuses `decided` when nothing is."""
    organisation = act.organisation()
    if not _end(act, person):
        raise Refused("decided")
    act.record(organisation, "back", person=person)


def _end(act: StaffAct, person: UUID) -> bool:
    mine = (Absence.person_id == person, Absence.ended_at.is_(None))
    found = act.session.scalars(select(Absence).where(*mine).with_for_update()).all()
    for one in found:
        one.ended_at = act.now
    act.session.flush()
    return bool(found)
