"""Telling whoever has a case that a day of the law comes near.

A job does it, on the bare day: which claim it is stands only in the sealed answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.act import JobAct
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.operations import telling
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.deadlines import keeping
from grievance.deadlines.models import LimitationDate


def due(session: Session, now: datetime, most: int) -> Sequence[UUID]:
    """The days of open cases of which somebody is to be told now, the next first."""
    still_open = select(Case.id).where(Case.state.in_(OPEN))
    chosen = keeping.not_told(now).where(LimitationDate.case_id.in_(still_open))
    return session.scalars(chosen.limit(most)).all()


def claim(session: Session, day: UUID, now: datetime) -> tuple[LimitationDate, Case] | None:
    """A day that is to be told and its case, locked until the end of the transaction. None when
    somebody else holds either, or when it was told or taken away meanwhile."""
    row = session.execute(
        select(LimitationDate, Case)
        .join(Case, Case.id == LimitationDate.case_id)
        .where(LimitationDate.id == day, LimitationDate.id.in_(keeping.not_told(now)))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True)
class Near:
    """A day of the law that comes near, and from where letters go out."""

    site: Site
    day: LimitationDate


def warn(act: JobAct, near: Near) -> None:
    """Tell who has the case, or everybody while nobody has it, once at 180, 60 and 14 days.

    The caller has claimed both rows. Refuses `state` for a case that is over.
    """
    act.check(Verb.WARN)
    near.day.warned = keeping.days_ahead(near.day.latest_safe, act.now)
    telling.staff_of_limit(act.session, near.site, act.case, act.now)
    act.move(Verb.WARN, days=near.day.warned)
