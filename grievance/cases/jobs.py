"""What time brings to cases: overdue clocks escalate, and days of the law that come near are told.

Each in a transaction of its own. A job may be rung twice, by two bells, or after hours of silence:
a row is looked at again under its lock, and says itself when it is due again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from grievance.cases import erasures, planned_calls
from grievance.cases.act import JobAct
from grievance.cases.actors import of_job
from grievance.cases.models import Case
from grievance.cases.operations import pausing, ringing, telling, warning
from grievance.cases.operations.escalating import Overdue, claim, claim_wish, escalate
from grievance.cases.site import Site
from grievance.clock import local_day
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours, overdue
from grievance.referrals import laid
from grievance.web.logs import where

log = logging.getLogger("grievance.cases")

SWEEPER, WARNER, STOPPER = of_job("sweep"), of_job("warn"), of_job("stop")
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
    """Escalate what is overdue, danger first, and let go on what stood still until now, committing
    for each clock; for 20 s at most.

    Answers `due`, `done`, `skipped` (locked, or done by another sweep), `failed` and `ms`. A
    clock that cannot be escalated is logged by type and place and stops no other.
    """
    due, wishes = overdue(session, now, BATCH), erasures.unwatched(session, now)
    if due or wishes:
        this = Round(site, now, operator_hours(session), telling.staff(session))

    def one(clock: UUID) -> bool:
        found = claim_wish if clock in wishes else claim
        claimed = found(session, clock, now)
        if claimed:
            overdue_clock, case = claimed
            act = JobAct(session, case, SWEEPER, now)
            if overdue_clock.paused_at:
                pausing.clock_resumes(act, overdue_clock)
            else:
                escalate(act, Overdue(site, overdue_clock, this.hours, this.staff))
        return bool(claimed)

    return _each(session, "sweep", [*due, *wishes], one)


def warn(session: Session, site: Site, now: datetime) -> dict[str, int]:
    """Tell whoever has a case that a day of the law is 180, 60 or 14 days ahead, the next first,
    and make the calls due whose planned day has come, committing for each; the same answer as of
    `sweep`."""
    today = local_day(now, operator_hours(session).zone)
    days, planned = warning.due(session, now, BATCH), planned_calls.due(session, today, BATCH)

    def one(day: UUID) -> bool:
        if day in planned:
            return call(day)
        claimed = warning.claim(session, day, now)
        if claimed:
            row, case = claimed
            warning.warn(JobAct(session, case, WARNER, now), warning.Near(site, row))
        return bool(claimed)

    def call(day: UUID) -> bool:
        found = planned_calls.claim(session, day, today)
        if found:
            kind, case = found
            act = JobAct(session, case, WARNER, now)
            if ringing.still(act, kind):
                ringing.call_due(act, kind)
        return bool(found)

    return _each(session, "warn", [*days, *planned], one)


def stop(session: Session, site: Site, now: datetime) -> dict[str, int]:
    """Tell the people of a body that the time of something on their desk is over, committing for
    each; the same answer as of `sweep`. They could not open it before that either."""

    def one(referral: UUID) -> bool:
        claimed = laid.claim(session, referral, now)
        if claimed:
            act = JobAct(session, session.get_one(Case, claimed[0]), STOPPER, now)
            telling.partner_of_stop(act, site, [referral])
        return bool(claimed)

    today = local_day(now, operator_hours(session).zone)
    return _each(session, "stop", laid.ended(session, today), one)


def _each(
    session: Session, job: str, due: Sequence[UUID], one: Callable[[UUID], bool]
) -> dict[str, int]:
    """Do each of them; what fails is logged by type and place and stops no other."""
    session.rollback()
    began = time.monotonic()
    counts = {"due": len(due), "done": 0, "skipped": 0, "failed": 0}
    for row in due:
        if time.monotonic() - began > ROUND_SECONDS:
            break
        try:
            done = "done" if one(row) else "skipped"
            session.commit()
        except Exception as problem:  # whatever is wrong with this one, the others must go on
            session.rollback()
            if isinstance(problem, DBAPIError) and problem.connection_invalidated:
                raise
            kind = type(problem).__name__
            log.error(
                "a case could not be told of",
                extra={"job": job, "kind": kind, "place": where(problem)},
            )
            done = "failed"
        counts[done] += 1
    return counts | {"ms": round((time.monotonic() - began) * 1000)}
