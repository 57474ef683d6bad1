"""Letters to workers on days that are known beforehand, sent by a job that knows no case.

A worker's confirmed address is kept a second time, sealed to the notifier with nothing but a
language and what letters to it are counted by. A reminder is a moment and the random id of such a
box. Which case it is stands nowhere but in the sealed contact of that case. Whoever opens the case
writes down the moments anew; the letter is the neutral one, like every other to a worker.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.notifications import outbox
from grievance.notifications.messages import worker_news
from grievance.notifications.models import KeptAddress, Reminder
from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.grants import open_with, seal_to
from grievance.vault.keys import KeyPair
from grievance.vault.labels import Label

log = logging.getLogger("grievance.notifications")

DAY = timedelta(hours=24)
DAYTIME = timedelta(hours=3)  # so long after its time of day a late one may still leave
BATCH = 500


@dataclass(frozen=True)
class Box:
    """An address as a job gets it: `counted` is the keyed hash its letters are counted by."""

    id: UUID
    address: str = field(repr=False)
    language: str
    counted: bytes = field(repr=False)


def plan(
    session: Session, notifier_public: bytes, box: Box, moments: Collection[datetime], now: datetime
) -> None:
    """Write down when letters go to this address from now on. What was due and has not left yet
    stays; without any the box goes."""
    ahead = sorted({at for at in moments if at > now})
    session.execute(delete(Reminder).where(Reminder.box_id == box.id, Reminder.at > now))
    if ahead:
        sealed = _seal(notifier_public, box)
        kept = insert(KeptAddress).values(id=box.id, content=sealed).on_conflict_do_nothing()
        session.execute(kept)
        rows = [{"id": uuid4(), "box_id": box.id, "at": at} for at in ahead]
        session.execute(insert(Reminder), rows)
    _drop_empty(session, box.id)


def drop(session: Session, boxes: Collection[UUID]) -> None:
    """Delete these copies of addresses with all that was planned for them."""
    session.execute(delete(KeptAddress).where(KeptAddress.id.in_(boxes)))


def planned(session: Session, box: UUID, first: datetime, last: datetime) -> bool:
    """Whether a letter goes to this address between these moments."""
    found = select(Reminder.id).where(Reminder.box_id == box, Reminder.at.between(first, last))
    return session.scalar(found.limit(1)) is not None


def drop_all(session: Session) -> None:
    """After a backup was put back: its addresses may have been taken away since. Whoever opens a
    case next plans its letters anew."""
    session.execute(delete(KeptAddress))


def remind(session: Session, notifier: KeyPair, public_url: str, now: datetime) -> dict[str, int]:
    """Put the letter of each reminder that is due into the outbox and delete it, committing for
    each: whoever runs twice, or beside another, sends one.

    One that comes late leaves at its own time of day, which whoever planned it chose: never at
    night. A box that does not open is deleted, logged and counted as failed.
    """
    counts = {"due": 0, "done": 0, "skipped": 0, "failed": 0}
    chosen = select(Reminder.id, Reminder.at).where(Reminder.at <= now).order_by(Reminder.at)
    for row, at in session.execute(chosen).all():
        if counts["done"] == BATCH:  # the rest stays due for the next ring
            break
        counts["due"] += 1
        by_day = (now - at) % DAY < DAYTIME
        counts[_remind(session, notifier, public_url, (row, now)) if by_day else "skipped"] += 1
        session.commit()
    return counts


def _remind(
    session: Session, notifier: KeyPair, public_url: str, due: tuple[UUID, datetime]
) -> str:
    """Whoever deletes the row sends its letter: another waits, and finds none."""
    row, now = due
    gone = delete(Reminder).where(Reminder.id == row).returning(Reminder.box_id)
    taken = session.scalar(gone)
    kept = session.get(KeptAddress, taken) if taken else None
    if kept is None:
        return "skipped"
    try:
        box = _open(notifier, kept)
    except (Tampered, ValueError, KeyError) as problem:
        log.error("an address could not be opened", extra={"kind": type(problem).__name__})
        drop(session, [kept.id])
        return "failed"
    message = worker_news(box.address, box.language, public_url)
    outbox.post(session, notifier.public, outbox.Letter(message, box.counted), now)
    _drop_empty(session, kept.id)
    return "done"


def _drop_empty(session: Session, box: UUID) -> None:
    planned = exists().where(Reminder.box_id == box)
    session.execute(delete(KeptAddress).where(KeptAddress.id == box, ~planned))


def _seal(notifier_public: bytes, box: Box) -> bytes:
    content = {
        "to": box.address,
        "language": box.language,
        "counted": b64encode(box.counted).decode(),
    }
    info = frame(Label.WORKER_ADDRESS, box.id)
    return seal_to(notifier_public, info, json.dumps(content).encode())


def _open(notifier: KeyPair, kept: KeptAddress) -> Box:
    info = frame(Label.WORKER_ADDRESS, kept.id)
    said = json.loads(open_with(notifier.private, info, kept.content))
    return Box(kept.id, said["to"], said["language"], b64decode(said["counted"]))
