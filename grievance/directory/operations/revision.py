"""Making a revision of a body the current one, and telling readers that something changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.directory.models import DirectoryStamp, MechanismRevision


def touch(session: Session) -> None:
    """Tell every process that the directory is not what it was."""
    row = session.get(DirectoryStamp, 1)
    if row is None:
        session.add(DirectoryStamp(id=1, stamp=uuid4()))
    else:
        row.stamp = uuid4()
    session.flush()


def standing(session: Session, mechanism: str, state: str) -> MechanismRevision | None:
    """The revision of a body that is `current` or `proposed`."""
    return session.scalar(
        select(MechanismRevision).where(
            MechanismRevision.mechanism == mechanism, MechanismRevision.state == state
        )
    )


def put(
    session: Session, revision: MechanismRevision, *, actor: str, now: datetime
) -> MechanismRevision:
    """Number `revision` and let it stand in its state; the one that stood there becomes old."""
    before = standing(session, revision.mechanism, revision.state)
    if before is not None:
        before.state = "old"
        session.flush()
    highest = session.scalar(
        select(func.max(MechanismRevision.number)).where(
            MechanismRevision.mechanism == revision.mechanism
        )
    )
    revision.number = (highest or 0) + 1
    revision.at, revision.by = now, actor
    session.add(revision)
    session.flush()
    return revision


def follow(before: MechanismRevision, **changes: Any) -> MechanismRevision:
    """A local revision that differs from `before` by `changes`."""
    kept = ("mechanism", "facts", "texts", "record", "shipped_hash")
    values = {name: getattr(before, name) for name in kept} | changes
    return MechanismRevision(local=True, state="current", **values)
