"""What the console, /healthz and /metrics ask about letters and jobs. No answer holds content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from grievance.clock import local_day
from grievance.notifications.channels import FOR_GOOD
from grievance.notifications.models import STATES, JobRun, Outbox
from grievance.notifications.outbox import KEPT, RETURNED, RETURNED_KEPT
from grievance.notifications.pace import TO_STAFF

# Why no letter at all goes out; a server that does not take one recipient is not among them.
BROKEN = (
    "timeout", "disconnected", "tls", "unsupported", "unreachable", "mailbox", "no-channel",
)  # fmt: skip
QUIET = timedelta(minutes=10)


def due(session: Session, now: datetime) -> int:
    """How many letters are due for a try."""
    found = select(func.count()).where(Outbox.state == "pending", Outbox.next_at <= now)
    return session.scalar(found) or 0


def lag(session: Session, now: datetime) -> float:
    """Seconds for which the most overdue letter has been waiting for its next try; 0 if none."""
    oldest = session.scalar(select(func.min(Outbox.next_at)).where(Outbox.state == "pending"))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def states(session: Session) -> dict[str, int]:
    """How many letters are in each state; ended ones are counted for 14 days."""
    found = session.execute(select(Outbox.state, func.count()).group_by(Outbox.state))
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in found}


def dead(session: Session, limit: int = 50) -> Sequence[Outbox]:
    """Letters that were given up, the latest first."""
    found = select(Outbox).where(Outbox.state == "dead").order_by(Outbox.next_at.desc())
    return session.scalars(found.limit(limit)).all()


def refused(session: Session) -> dict[bytes, datetime]:
    """By the keyed hash of an address: since when no letter to this worker arrives. Its mail server
    refused one on two days, which is known for 14 days, or letters came back on two days (UTC),
    which is known for 60."""
    found = session.execute(
        select(Outbox.recipient, Outbox.error, Outbox.next_at)
        .where(
            Outbox.state == "dead",
            Outbox.error.startswith(FOR_GOOD) | (Outbox.error == RETURNED),
            Outbox.kind.not_in(TO_STAFF),
        )
        .order_by(Outbox.next_at)
    )
    since: dict[bytes, datetime] = {}
    back: dict[bytes, set[date]] = {}
    for recipient, error, over in found:
        if recipient is None:
            continue
        at = over - (RETURNED_KEPT if error == RETURNED else KEPT)
        days = back.setdefault(recipient, set())
        if error == RETURNED:
            days.add(local_day(at, "UTC"))
        if error != RETURNED or len(days) > 1:
            since[recipient] = max(at, since.get(recipient, at))
    return since


def mail_works(session: Session, now: datetime) -> bool:
    """Whether letters go out: somebody drains the outbox, and no letter waits because there is no
    way out. `now` is the real time."""
    drained = last_runs(session).get("drain")
    if drained is None or now - drained.finished_at > QUIET:
        return False
    stuck = select(Outbox.id).where(Outbox.state == "pending", Outbox.error.in_(BROKEN)).limit(1)
    return session.scalar(stuck) is None


def last_runs(session: Session) -> dict[str, JobRun]:
    """The newest run of each job."""
    newest = select(JobRun).ext(distinct_on(JobRun.job))
    newest = newest.order_by(JobRun.job, JobRun.started_at.desc())
    return {run.job: run for run in session.scalars(newest)}


def last_failures(session: Session) -> dict[str, JobRun]:
    """The newest run of each job in which something failed; runs are kept for 30 days."""
    newest = select(JobRun).ext(distinct_on(JobRun.job)).where(JobRun.failed > 0)
    newest = newest.order_by(JobRun.job, JobRun.started_at.desc())
    return {run.job: run for run in session.scalars(newest)}
