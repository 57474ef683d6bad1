"""What becomes of the cases of somebody who leaves: a colleague takes them, or they go back to the
queue and all are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.accounts.queries import operator, people
from grievance.accounts.roles import KEY_HOLDERS
from grievance.cases import queries
from grievance.cases.act import JobAct
from grievance.cases.actors import of_job
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.operations import eyes, telling
from grievance.cases.operations.handling import workers
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.extensions import acting
from grievance.refusals import Refused

LEAVING = of_job("leaving")


@dataclass(frozen=True)
class Leaving:
    """Who leaves, and which colleague takes their open cases: None for nobody."""

    person: UUID
    to: UUID | None = None


def count_of(session: Session, person: UUID) -> int:
    """How many open cases somebody has."""
    mine = (Case.assignee_id == person, Case.state.in_(OPEN))
    return session.scalar(select(func.count()).select_from(Case).where(*mine)) or 0


@contextmanager
def let_go(session: Session, site: Site, who: Leaving, now: datetime) -> Iterator[None]:
    """Give on, or free, the open cases of somebody who is removed inside. They are locked first, as
    whoever works on a case does; the event of the organisation says who removed them.

    Refuses `takes` for a colleague who leaves or does not work on cases, and `unread` where nobody
    would be left to open a case.
    """
    mine = select(Case).where(Case.assignee_id == who.person, Case.state.in_(OPEN))
    locked = mine.order_by(Case.id).with_for_update().execution_options(populate_existing=True)
    with acting(LEAVING.name, session):  # who removes them need not see these cases
        held = list(session.scalars(locked))
        before = _shut(session)
    yield
    session.flush()
    with acting(LEAVING.name, session):
        if any(after - shut for shut, after in zip(before, _shut(session), strict=True)):
            raise Refused("unread")
        if who.to is not None and who.to not in {one.id for one in workers(session)}:
            raise Refused("takes")
        for case in held:
            free(JobAct(session, case, LEAVING, now), Left(site, who.to))


def _shut(session: Session) -> tuple[set[UUID], set[UUID]]:
    """The open cases that nobody may open: of those who hold a key now, and of those who could."""
    found = operator(session)
    there = people(session, found.id) if found else []
    able = [one for one in there if one.role in KEY_HOLDERS]
    holding = [one.id for one in able if one.holds_key]
    return queries.shut_to(session, holding), queries.shut_to(session, [one.id for one in able])


@dataclass(frozen=True)
class Left:
    """That who had a case left, and which colleague is to have it, if one was named."""

    site: Site
    to: UUID | None = None


def free(act: JobAct, left: Left) -> None:
    """Who had the case left. A colleague has it from now on, who is told; nobody where none was
    named, or they may not have this one, and everybody who works on cases is told."""
    session, case = act.session, act.case
    act.check(Verb.FREE)
    to = left.to
    if to and (to in queries.recused(session, case.id) or eyes.barred(session, case, to, act.now)):
        to = None
    before, case.assignee_id = case.assignee_id, to
    if to:
        telling.staff_of_assigned(session, left.site, case, act.now)
    else:
        telling.staff_of_freed(session, left.site, case, act.now)
    act.move(Verb.FREE, before=before, **({"assignee": to} if to else {}))
