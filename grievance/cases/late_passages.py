"""Passages whose day is over while an interpreter still has them: of which cases, and whom that
concerns. Nothing sealed is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from grievance.cases.assigned import LIVE, Assigned
from grievance.cases.deputies import whose
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.queries import not_recused


def late(today: date) -> Select[UUID]:
    """The cases of which somebody has a passage that they should have handed in by now."""
    return select(Assigned.case_id).where(Assigned.state.in_(LIVE), Assigned.due_on < today)


def counted(
    session: Session, people: Collection[UUID], today: date, now: datetime
) -> dict[UUID, int]:
    """In how many cases that is so for each of these people: in theirs, also as a deputy, and in
    what nobody has; in none in which they have a conflict of interest."""
    found: Counter[UUID] = Counter()
    if session.scalar(late(today).limit(1)) is None:
        return {}
    for person in people:
        own = whose(session, person, now)
        mine = (Case.id.in_(late(today)), Case.state.in_(OPEN), own.theirs | own.nobodys)
        of_theirs = select(func.count()).select_from(Case).where(*mine, not_recused(person))
        found[person] = session.scalar(of_theirs) or 0
    return {person: count for person, count in found.items() if count}
