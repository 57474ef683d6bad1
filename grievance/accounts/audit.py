"""The audit chain: every act appends one event to the chain of its case or organisation.

Verbs are a closed vocabulary; each names the codes its events carry. Rooms to the right add their
verbs with `VERBS.update(...)`. Free words go into a sealed detail whose hash alone is chained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.accounts.models import (
    Event,
    EventDetail,
    Organisation,
    ReadLog,
    UnanchoredStream,
)
from grievance.vault import values
from grievance.vault.chain import canonical, event_hash

READS = "reads"  # the code under which an event chains the reads before it

# verb → the codes its events carry; a name that ends in "?" may be left out
VERBS: dict[str, tuple[str, ...]] = {
    "founded": ("person", "check"),
    "recovery_confirmed": ("generation",),
    "recovery_used": ("person", "generation"),
    "invited": ("person", "role"),
    "joined": ("person", "role"),
    "key_requested": ("person", "reason"),
    "key_approved": ("person", "generation"),
    "key_refused": ("person",),
    "key_rotated": ("generation", "check"),
    "member_removed": ("person",),
    "reset_offered": ("person",),
    "member_reset": ("person",),
    "password_changed": (),
    "signed_in": (),
    "signed_out": (),
    "stepped_up": (),
    "profile_changed": ("version",),
}


class Stream(Protocol):
    """A row that heads a chain: an organisation or a case, locked by the caller."""

    id: Any
    event_seq: Any
    event_head: Any
    stream_kind: Any


# stream kind → the model whose rows head such chains; rooms to the right add theirs
STREAMS: dict[str, type[Any]] = {Organisation.stream_kind: Organisation}


class UnknownVerb(ValueError):
    """An event whose verb or codes are not of the vocabulary; names them, holds no values."""


def record(
    session: Session,
    stream: Stream,
    verb: str,
    *,
    actor: str,
    now: datetime,
    codes: Mapping[str, Any] | None = None,
    detail: bytes | None = None,
    event_id: UUID | None = None,
) -> Event:
    """Append one event to the chain of `stream`, whose row the caller holds locked.

    `detail` is already sealed; draw `event_id` first when its place needs the event's id.
    UnknownVerb when verb or codes are not of the vocabulary.
    """
    event_id = event_id or uuid4()
    codes = _checked(verb, codes or {})
    reads = _open_reads(session, stream)
    if reads:
        codes[READS] = reads_digest(reads)
    detail_hash = values.digest(detail) if detail is not None else None
    seq = stream.event_seq + 1
    head = event_hash(
        stream.event_head,
        seq,
        at=now,
        verb=verb,
        actor=actor,
        codes=codes,
        detail_hash=detail_hash,
    )
    event = Event(
        id=event_id,
        stream_kind=stream.stream_kind,
        stream_id=stream.id,
        seq=seq,
        at=now,
        verb=verb,
        actor=actor,
        codes=codes,
        detail_hash=detail_hash,
        hash=head,
    )
    session.add(event)
    stream.event_seq, stream.event_head = seq, head
    session.flush()  # what follows points at the event
    if detail is not None:
        session.add(EventDetail(event_id=event_id, ciphertext=detail))
    _chain_reads(session, reads, event_id)
    _mark_moved(session, stream.id, seq, head)
    return event


def record_read(session: Session, stream_id: UUID, *, actor: str, now: datetime, what: str) -> None:
    """Note that a member of staff opened something of this stream; `what` is a code.

    It is written at once: an event of the same transaction chains it.
    """
    session.add(ReadLog(stream_id=stream_id, actor=actor, what=what, at=now))
    session.flush()


def reads_digest(reads: list[ReadLog]) -> str:
    """SHA-256 over reads in the order of their ids, as hex."""
    rows = [
        [str(read.id), read.actor, read.what, read.at.isoformat()]
        for read in sorted(reads, key=lambda read: read.id)
    ]
    return hashlib.sha256(canonical(rows)).hexdigest()


def _checked(verb: str, codes: Mapping[str, Any]) -> dict[str, Any]:
    known = VERBS.get(verb)
    if known is None:
        raise UnknownVerb(f"no such verb: {verb}")
    needed = {name for name in known if not name.endswith("?")}
    allowed = {name.rstrip("?") for name in known}
    given = set(codes)
    if not needed <= given <= allowed:
        raise UnknownVerb(f"{verb} with codes {sorted(given)}, wants {list(known)}")
    return {name: str(value) if isinstance(value, UUID) else value for name, value in codes.items()}


def _open_reads(session: Session, stream: Stream) -> list[ReadLog]:
    """The reads that no event chains yet; of a stream that only begins there are none.

    Reads are in the database already; the stream's own row is written once, with its new head.
    """
    if not stream.event_seq:
        return []
    open_here = select(ReadLog).where(ReadLog.stream_id == stream.id, ReadLog.chained_by.is_(None))
    return list(session.scalars(open_here.execution_options(autoflush=False)))


def _chain_reads(session: Session, reads: list[ReadLog], event_id: UUID) -> None:
    if reads:
        chained = [read.id for read in reads]
        session.execute(update(ReadLog).where(ReadLog.id.in_(chained)).values(chained_by=event_id))


def _mark_moved(session: Session, stream_id: UUID, seq: int, head: bytes) -> None:
    moved = insert(UnanchoredStream).values(stream_id=stream_id, seq=seq, head=head)
    session.execute(
        moved.on_conflict_do_update(
            index_elements=[UnanchoredStream.stream_id], set_={"seq": seq, "head": head}
        )
    )
