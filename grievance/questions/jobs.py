"""The timed work of this room: forgetting drafts that ran out."""

from __future__ import annotations

import contextlib
from datetime import datetime

from sqlalchemy.orm import Session

from grievance.questions import drafts
from grievance.storage import Blobs


def purge(session: Session, blobs: Blobs, now: datetime) -> int:
    """Delete drafts that ran out and their files; gives the number of blobs deleted.

    `now` is real time. Commits before the blobs go: a blob without a row harms nobody, a row
    without its blob would be a broken draft. A blob that cannot be deleted does not stop the rest.
    """
    gone = drafts.purge_expired(session, now)
    session.commit()
    for blob in gone:
        with contextlib.suppress(OSError):
            blobs.delete(blob)
    return len(gone)
