"""What becomes of the cases of somebody who leaves: they go back to the queue, and all are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.cases.act import JobAct
from grievance.cases.actors import of_job
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.operations import telling
from grievance.cases.site import Site
from grievance.cases.states import Verb

LEAVING = of_job("leaving")


def count_of(session: Session, person: UUID) -> int:
    """How many open cases somebody has."""
    mine = (Case.assignee_id == person, Case.state.in_(OPEN))
    return session.scalar(select(func.count()).select_from(Case).where(*mine)) or 0


@contextmanager
def let_go(session: Session, site: Site, person: UUID, now: datetime) -> Iterator[None]:
    """Free the open cases of somebody who is removed inside. They are locked first, as whoever
    works on a case does; the event of the organisation says who removed them."""
    mine = select(Case).where(Case.assignee_id == person, Case.state.in_(OPEN)).order_by(Case.id)
    locked = mine.with_for_update().execution_options(populate_existing=True)
    held = list(session.scalars(locked))
    yield
    for case in held:
        free(JobAct(session, case, LEAVING, now), site)


def free(act: JobAct, site: Site) -> None:
    """Nobody has the case any more: who had it left. Everybody who works on cases is told."""
    case = act.case
    act.check(Verb.FREE)
    before, case.assignee_id = case.assignee_id, None
    telling.staff_of_freed(act.session, site, case, act.now)
    act.move(Verb.FREE, before=before)
