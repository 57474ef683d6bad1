"""Who is away, and who looks after their work meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import Absence
from grievance.accounts.queries import day_here, staff_to_notify
from grievance.accounts.roles import Permission
from grievance.clock import local_day
from grievance.extensions import once

DAY = timedelta(days=1)


def noted(session: Session, today: date) -> list[Absence]:
    """The absences that are not over, the next first."""
    ahead = (Absence.ended_at.is_(None), Absence.until_day >= today)
    chosen = select(Absence).where(*ahead).order_by(Absence.from_day)
    return list(once(session, (noted, today), lambda: session.scalars(chosen).all()))


def away(session: Session, now: datetime) -> Mapping[UUID, UUID | None]:
    """Who is away today where the operator is, and their deputy: None where nobody was named, or
    who was named is away too, left, or holds no key."""
    tomorrow = local_day(now + DAY, "UTC")
    near = [one for one in noted(session, local_day(now - DAY, "UTC")) if one.from_day <= tomorrow]
    if not near:
        return {}
    today = day_here(session, now)
    rows = [one for one in near if one.from_day <= today <= one.until_day]
    gone = {one.person_id for one in rows}
    there = {one.person_id for one in staff_to_notify(session, Permission.CASE_WORK)} - gone
    return {one.person_id: one.deputy_id if one.deputy_id in there else None for one in rows}
