"""How much each person who works on cases has, for who leads them. Nothing sealed is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.queries import not_recused
from grievance.cases.queue import Seer
from grievance.deadlines import keeping


@dataclass(frozen=True)
class Load:
    """Open cases: how many in all, late, waiting for their workers, in danger, near a day of the
    law; when the oldest was filed, and that day."""

    open: int = 0
    late: int = 0
    waiting: int = 0
    danger: int = 0
    law: int = 0
    oldest: datetime | None = None
    next_law: date | None = None


NONE = Load()


def loads(seer: Seer, people: Sequence[UUID]) -> dict[UUID, Load]:
    """What each of these people has, as far as who looks may know of it."""
    chosen, session = _counted(seer), seer.session
    grouped = chosen.add_columns(Case.assignee_id).where(Case.assignee_id.in_(people))
    rows = session.execute(grouped.group_by(Case.assignee_id)).all()
    found = {row[-1]: Load(*row[:-1]) for row in rows}
    return {person: found.get(person, NONE) for person in people}


def nobodys_load(seer: Seer) -> Load:
    """What is nobody's today: with what stands under the name of who left, or is away without a
    deputy who may see it."""
    return Load(*seer.session.execute(_counted(seer).where(seer.own.nobodys)).one())


def _counted(seer: Seer) -> Any:
    near = keeping.nearest(seer.now).subquery()
    return (
        select(
            func.count(),
            func.count().filter(Case.next_due < seer.now),
            func.count().filter(Case.state == "awaiting_worker"),
            func.count().filter(Case.danger.expression),
            func.count(near.c.day),
            func.min(Case.filed_at),
            func.min(near.c.day),
        )
        .select_from(Case)
        .outerjoin(near, near.c.case_id == Case.id)
        .where(not_recused(seer.person), Case.state.in_(OPEN))
    )
