"""Sending what is due. At least once: a letter may arrive twice, and is never lost.

A letter is claimed for five minutes in a transaction of its own, sent outside of any, then marked.
Whoever dies in between leaves a claim that runs out, and the letter goes again under the same
Message-ID. So it does when the server had all of it and did not answer: it may have arrived, so
that is done after hours, a few times, and then no more. Any number of drains may run at once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from grievance.clock import to_the_hour
from grievance.notifications.channels import DOUBT, FOR_GOOD, Channel, Letter, TransportError
from grievance.notifications.models import JobRun, Outbox
from grievance.notifications.outbox import KEPT, forget_ended, open_sealed
from grievance.notifications.pace import TO_STAFF, held_until
from grievance.notifications.queries import due
from grievance.vault.errors import VaultError
from grievance.vault.keys import KeyPair

CLAIM = timedelta(minutes=5)  # longer than a round and one conversation with a slow server
ROUND_SECONDS = 45.0
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
LONGEST_WHEN_DOWN = timedelta(minutes=5)  # the server is ill, not the letter: look again soon
JITTER = (0.8, 1.2)
NEXT_DAY = timedelta(hours=24)
IN_DOUBT = tuple(timedelta(hours=hours) for hours in (1, 4, 12))  # until it goes once more
IDLE_RUNS_KEPT, RUNS_KEPT = timedelta(days=2), timedelta(days=30)


@dataclass(frozen=True)
class Post:
    """What sending needs besides the database: the notifier's keys and the ways out by code."""

    notifier: KeyPair = field(repr=False)
    channels: Mapping[str, Channel]


@dataclass(frozen=True)
class Claimed:
    """A letter that is ours for a while."""

    id: UUID
    channel: str
    attempts: int
    doubts: int
    kind: str
    error: str | None
    at: datetime
    sealed: bytes = field(repr=False)


def drain(session: Session, post: Post, now: datetime) -> dict[str, int]:
    """Send what is due, urgent letters first, committing for each; for 45 s at most.

    Answers `due`, `sent`, `retry`, `dead` and `ms`. Stops early when the transport is down: the
    rest stays due, unharmed.
    """
    began = time.monotonic()
    counts = {"due": due(session, now), "sent": 0, "retry": 0, "dead": 0}
    down = False
    while not down and time.monotonic() - began < ROUND_SECONDS:
        claimed = _claim(session, now)
        if claimed is None:
            break
        try:
            _send(post, claimed, now)
        except TransportError as failure:
            down = failure.down
            counts[_failed(session, claimed, failure, now)] += 1
        else:
            _sent(session, claimed, now)
            counts["sent"] += 1
    return counts | {"ms": round((time.monotonic() - began) * 1000)}


def purge(session: Session, now: datetime) -> dict[str, int]:
    """Delete letters and job runs nobody needs any more: the letters 14 days after they ended,
    runs that did nothing after 2 days, others after 30."""
    letters = forget_ended(session, now)
    idle = (JobRun.done == 0) & (JobRun.failed == 0) & (JobRun.started_at < now - IDLE_RUNS_KEPT)
    session.execute(delete(JobRun).where(idle | (JobRun.started_at < now - RUNS_KEPT)))
    session.commit()
    return {"due": letters, "done": letters}


def delay(attempts: int, longest: timedelta = LONGEST_DELAY) -> timedelta:
    """How long to wait after so many attempts: 30 s doubled each time, give or take a fifth."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_DELAY * doubled, longest) * secrets.SystemRandom().uniform(*JITTER)


def in_doubt(doubts: int) -> timedelta | None:
    """How long a letter waits that went so often without an answer; None: it goes no more."""
    if doubts > len(IN_DOUBT):
        return None
    return IN_DOUBT[doubts - 1] * secrets.SystemRandom().uniform(*JITTER)


def _claim(session: Session, now: datetime) -> Claimed | None:
    """The next letter that is due; one whose recipient has had enough of its kind is put off, and
    one that went too often without an answer is given up."""
    while (row := _next(session, now)) is not None:
        later = held_until(session, row, now)
        if row.doubts > len(IN_DOUBT):
            row.state, row.error, row.next_at = "dead", DOUBT, to_the_hour(now) + KEPT
        elif later is None:
            break
        else:
            row.next_at = later
        session.commit()
    if row is None or row.sealed is None:
        session.rollback()
        return None
    row.attempts += 1
    row.doubts += 1  # whoever dies now leaves it so
    row.next_at = now + (CLAIM if row.doubts == 1 else in_doubt(row.doubts) or IN_DOUBT[-1])
    claimed = Claimed(
        row.id, row.channel, row.attempts, row.doubts, row.kind, row.error, row.at, row.sealed
    )
    session.commit()
    return claimed


def _next(session: Session, now: datetime) -> Outbox | None:
    return session.scalar(
        select(Outbox)
        .where(Outbox.state == "pending", Outbox.next_at <= now)
        .order_by(Outbox.turn, Outbox.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _send(post: Post, claimed: Claimed, now: datetime) -> None:
    channel = post.channels.get(claimed.channel)
    if channel is None:
        raise TransportError("no-channel")
    try:
        text = open_sealed(post.notifier, claimed.id, claimed.sealed)
        channel.send(Letter(claimed.id, text.to, text.subject, text.body, text.language, now))
    except (VaultError, ValueError, KeyError, TypeError):  # nobody could ever send this one
        raise TransportError("unreadable", permanent=True) from None


def _sent(session: Session, claimed: Claimed, now: datetime) -> None:
    hour = to_the_hour(now)
    _mark(
        session,
        claimed,
        {"state": "sent", "sealed": None, "error": None, "sent_at": hour, "next_at": hour + KEPT},
    )


def _failed(session: Session, claimed: Claimed, failure: TransportError, now: datetime) -> str:
    """Answers what became of the letter: `dead`, or `retry` later."""
    again: timedelta | None = None
    doubts = claimed.doubts if failure.code == DOUBT else claimed.doubts - 1
    if failure.code == DOUBT:
        again = in_doubt(doubts)
    elif failure.permanent and _refused_first(claimed, failure.code):
        again = NEXT_DAY
    elif not failure.permanent and now - claimed.at <= KEPT:
        again = delay(claimed.attempts, LONGEST_WHEN_DOWN if failure.down else LONGEST_DELAY)
    values: dict[str, Any] = {"error": failure.code, "doubts": doubts}
    if again is None:
        over = {"state": "dead", "next_at": to_the_hour(now) + KEPT}
        _mark(session, claimed, values | over)
        return "dead"
    _mark(session, claimed, values | {"next_at": now + again})
    return "retry"


def _refused_first(claimed: Claimed, code: str) -> bool:
    """A server that refuses a worker's address may be wrong for a day; staff see it at once."""
    before = (claimed.error or "").startswith(FOR_GOOD)
    return claimed.kind not in TO_STAFF and code.startswith(FOR_GOOD) and not before


def _mark(session: Session, claimed: Claimed, values: Mapping[str, Any]) -> None:
    """Write what became of a letter, unless it was taken back meanwhile."""
    session.execute(
        update(Outbox).where(Outbox.id == claimed.id, Outbox.state == "pending").values(**values),
        execution_options={"synchronize_session": False},
    )
    session.commit()
