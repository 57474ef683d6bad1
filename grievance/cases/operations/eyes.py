"""Who else could see to a case. What one person did never changes the answer for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grievance.accounts import quorum
from grievance.accounts.roles import Permission
from grievance.cases import queries
from grievance.cases.models import Case, Recusal


def others(
    session: Session,
    case: Case,
    of: UUID,
    now: datetime,
    permission: Permission = Permission.CASE_FOUR_EYES,
) -> set[UUID]:
    """Who could decide about this case beside one person. Only who stepped aside by themselves, or
    agreed to it, is not among them: a conflict that others declared does not count here."""
    return quorum.others(session, permission, of, now) - _aside(session, case.id)


def _aside(session: Session, case_id: UUID) -> set[UUID]:
    own = or_(Recusal.by_id == Recusal.person_id, Recusal.agreed_by == Recusal.person_id)
    mine = (Recusal.case_id == case_id, Recusal.state == "stands", own)
    return set(session.scalars(select(Recusal.person_id).where(*mine)))


def barred(
    session: Session, case: Case, person: UUID | None, now: datetime, beside: UUID | None = None
) -> bool:
    """Whether this person proposed what the worker asks to look at again, and somebody else, and
    other than who is `beside` them, is there to hear it."""
    if case.appealed_at is None or person is None:
        return False
    if person not in queries.proposers(session, case.id):
        return False
    return bool(others(session, case, person, now) - {beside})
