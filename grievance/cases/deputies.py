"""Whose work a case is today: of who has it, of their deputy while they are away, of everybody
while it is nobody's. No case is without somebody who sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.absences import away
from grievance.accounts.queries import absent
from grievance.accounts.roles import Permission
from grievance.cases.models import Case, Recusal


@dataclass(frozen=True)
class Whose:
    """For one person: which cases are theirs to see to today, and which are nobody's."""

    theirs: ColumnElement[bool]
    nobodys: ColumnElement[bool]


def whose(session: Session, person: UUID, now: datetime) -> Whose:
    """What is one's own and what of those one is the deputy of; and what nobody has, or who has it
    left, holds no key, or is away without a deputy who may see it."""
    gone = away(session, now)
    mine = [person, *(one for one, deputy in gone.items() if deputy == person)]
    return Whose(Case.assignee_id.in_(mine), _nobodys(session, gone))


def nobodys(session: Session, now: datetime) -> ColumnElement[bool]:
    """Nobody sees to the case today."""
    return _nobodys(session, away(session, now))


def _nobodys(session: Session, gone: Mapping[UUID, UUID | None]) -> ColumnElement[bool]:
    left = session.scalars(absent(Permission.CASE_WORK)).all()  # few, and an index finds theirs
    alone = [*left, *(one for one, deputy in gone.items() if deputy is None)]
    return or_(
        Case.assignee_id.is_(None),
        Case.assignee_id.in_(alone),
        *(
            and_(Case.assignee_id == one, Case.id.in_(_out(deputy)))
            for one, deputy in gone.items()
            if deputy
        ),
    )


def _out(person: UUID) -> Select[UUID]:
    stands = (Recusal.person_id == person, Recusal.state == "stands")
    return select(Recusal.case_id).where(*stands)


def seeing_to(session: Session, case: Case, now: datetime) -> set[UUID]:
    """Who sees to a case today besides everybody: who has it, and their deputy, if there is one who
    may see it; empty when it is nobody's."""
    has = case.assignee_id
    if has is None:
        return set()
    gone = away(session, now)
    if has not in gone:
        return {has}
    deputy = gone[has]
    stands = (Recusal.person_id == deputy, Recusal.case_id == case.id, Recusal.state == "stands")
    if deputy is None or session.scalar(select(Recusal.person_id).where(*stands)):
        return set()
    return {has, deputy}
