"""The timed work of this room: forgetting drafts that ran out."""

from __future__ import annotations

import contextlib
from datetime import datetime

from sqlalchemy.orm import Session

from grievance.questions import drafts
from grievance.storage import Blobs


def purge(session: Session, blobs: Blobs, now: datetime) -> int:
    """Delete every draft that ran out and their files, a slice at a time; how many drafts.

    `now` is real time. Commits before the blobs go: a blob without a row harms nobody, a row
    without its blob would be a broken draft. A blob that cannot be deleted does not stop the rest.
    """
    total, count = 0, 1
    while count:  # whoever makes many drafts must not leave some behind a fixed number
        count, gone = drafts.purge_expired(session, now)
        session.commit()
        total += count
        for blob in gone:
            with contextlib.suppress(OSError):
                blobs.delete(blob)
    return total
