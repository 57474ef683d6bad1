"""The timed work of this room: forgetting drafts that ran out, and files of what is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from grievance.questions import drafts
from grievance.storage import Blobs

SLICE = 100
log = logging.getLogger("grievance.error")


def purge(session: Session, blobs: Blobs, now: datetime) -> int:
    """Delete every draft that ran out and the files that are left, a slice at a time; how many
    drafts. `now` is real time. Commits."""
    total, count = 0, 1
    while count:  # whoever makes many drafts must not leave some behind a fixed number
        count = drafts.purge_expired(session, now)
        session.commit()
        total += count
    sweep_left(session, blobs)
    return total


def sweep_left(session: Session, blobs: Blobs) -> None:
    """Delete every blob that nothing names any more. Commits."""
    while (names := drafts.left(session, SLICE)) and sweep(session, blobs, names):
        pass


def sweep(session: Session, blobs: Blobs, names: Iterable[str]) -> bool:
    """Delete blobs that nothing names, until the store does not answer: the next run goes on with
    the rest. Whether all are gone. Commits: the rows go after the blobs, so none is forgotten."""
    try:
        for name in names:
            blobs.delete(name)
            drafts.swept(session, name)
    except OSError:
        log.error("the store of files is away")
        return False
    finally:
        session.commit()
    return True
