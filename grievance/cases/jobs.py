"""The sweep: every overdue clock is escalated, each in a transaction of its own.

It may be rung twice, by two bells, or after hours of silence: a clock is looked at again under
its lock, climbs one rung, and says itself when the next is due.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from grievance.cases.act import JobAct
from grievance.cases.actors import of_job
from grievance.cases.operations import telling
from grievance.cases.operations.escalating import Overdue, claim, escalate
from grievance.cases.site import Site
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours, overdue
from grievance.web.logs import where

log = logging.getLogger("grievance.cases")

SWEEPER = of_job("sweep")
BATCH = 10_000
ROUND_SECONDS = 20.0  # then letters are sent; the rest stays due for the next ring


@dataclass(frozen=True)
class Round:
    """What is the same for every clock of a sweep, read once: a sweep is over in seconds."""

    site: Site
    now: datetime
    hours: Hours
    staff: telling.Staff


def sweep(session: Session, site: Site, now: datetime) -> dict[str, int]:
    """Escalate what is overdue, danger first, committing for each clock; for 20 s at most.

    Answers `due`, `done`, `skipped` (locked, or done by another sweep), `failed` and `ms`. A
    clock that cannot be escalated is logged by type and place and stops no other.
    """
    began = time.monotonic()
    counts = {"due": 0, "done": 0, "skipped": 0, "failed": 0}
    if due := overdue(session, now, BATCH):
        counts["due"] = len(due)
        this = Round(site, now, operator_hours(session), telling.staff(session))
    session.rollback()
    for clock in due:
        if time.monotonic() - began > ROUND_SECONDS:
            break
        counts[_one(session, clock, this)] += 1
    return counts | {"ms": round((time.monotonic() - began) * 1000)}


def _one(session: Session, clock: UUID, this: Round) -> str:
    try:
        claimed = claim(session, clock, this.now)
        if claimed is None:
            session.rollback()
            return "skipped"
        overdue_clock, case = claimed
        act = JobAct(session, case, SWEEPER, this.now)
        escalate(act, Overdue(this.site, overdue_clock, this.hours, this.staff))
        session.commit()
    except Exception as problem:  # whatever is wrong with this clock, the others must go on
        session.rollback()
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise
        kind = type(problem).__name__
        log.error(
            "a clock could not be escalated",
            extra={"job": "sweep", "kind": kind, "place": where(problem)},
        )
        return "failed"
    return "done"
