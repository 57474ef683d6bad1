"""Anchors over the chains, and the check of all of it, which needs no secret.

Hourly the worker signs a root over the heads that moved, with the number of cases, chained to the
anchor before. A copy of every anchor goes to a second place, so that a database that was put back
or rewritten is told from one that was not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, delete, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grievance.accounts.audit import READS, STREAMS, reads_digest
from grievance.accounts.models import Anchor, Event, EventDetail, ReadLog, UnanchoredStream
from grievance.vault import chain, values
from grievance.vault.errors import Tampered
from grievance.vault.keyring import KeyRing

COPY = "anchors.jsonl"  # in the data folder; `GRIEVANCE_DATA` says where that is
ANCHORS = "anchors"  # how a broken anchor is named in a report


@dataclass
class Report:
    """What `flask audit verify` prints."""

    streams: int = 0
    events: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)
    anchors: int = 0
    head: str = ""

    def fault(self, stream: object, seq: int) -> None:
        """Name a broken place, once."""
        place = {"stream": str(stream), "seq": seq}
        if place not in self.broken:
            self.broken.append(place)

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def anchor(session: Session, ring: KeyRing, now: datetime) -> Anchor | None:
    """Sign the heads that moved since the last anchor; None when none did. Worker only."""
    moved = list(session.scalars(select(UnanchoredStream).with_for_update(skip_locked=True)))
    if not moved:
        return None
    last = session.scalars(select(Anchor).order_by(Anchor.seq.desc()).limit(1)).first()
    signed = chain.Anchor(
        seq=last.seq + 1 if last else 1,
        prev=_signed(last).hash() if last else chain.START,
        root=chain.heads_root({row.stream_id: row.head for row in moved}),
        cases=_count_cases(session),
        at=now,
    )
    row = Anchor(
        **vars(signed),
        heads={str(row.stream_id): [row.seq, row.head.hex()] for row in moved},
        signature=chain.sign_anchor(ring.anchor_private, signed),
    )
    session.add(row)
    ids = [row.stream_id for row in moved]
    session.execute(delete(UnanchoredStream).where(_among(UnanchoredStream.stream_id, ids)))
    session.flush()
    return row


def _among(column: InstrumentedAttribute[UUID], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One of very many: as one array, because a statement takes 65,535 values at most."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def copy_anchors(session: Session, copy: Path) -> int:
    """Append every anchor that the second place does not have yet; how many those were.

    Call it after the commit: what was missed by a crash is caught up the next time.
    """
    known = max(_copied(copy), default=0)
    rows = session.scalars(select(Anchor).where(Anchor.seq > known).order_by(Anchor.seq)).all()
    with copy.open("a", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(_line(row), sort_keys=True) + "\n")
    return len(rows)


def verify(
    session: Session, anchor_public: bytes | None = None, copy: Path | None = None
) -> Report:
    """Walk every chain and anchor; the report names each broken place.

    `anchor_public` checks the signatures (it is public, of the key ring), `copy` compares the
    second place. Without them those two checks are left out.
    """
    report = Report()
    heads = _verify_chains(session, report)
    _verify_heads(session, report, heads)
    _verify_anchors(session, report, anchor_public, copy)
    return report


def _verify_chains(session: Session, report: Report) -> dict[UUID, tuple[int, bytes]]:
    heads: dict[UUID, tuple[int, bytes]] = {}
    for event, ciphertext in _events(session):
        seq, prev = heads.get(event.stream_id, (0, chain.START))
        if not _holds(session, event, seq + 1, prev, ciphertext):
            report.fault(event.stream_id, event.seq)
        heads[event.stream_id] = (event.seq, event.hash)
        report.events += 1
    report.streams = len(heads)
    return heads


def _events(session: Session) -> Iterator[tuple[Event, bytes | None]]:
    rows = session.execute(
        select(Event, EventDetail.ciphertext)
        .outerjoin(EventDetail, EventDetail.event_id == Event.id)
        .order_by(Event.stream_id, Event.seq)
        .execution_options(yield_per=1000)
    )
    yield from rows


def _holds(session: Session, event: Event, seq: int, prev: bytes, ciphertext: bytes | None) -> bool:
    if event.seq != seq or event.hash != _expected(event, prev):
        return False
    if ciphertext is not None and values.digest(ciphertext) != event.detail_hash:
        return False
    if READS in event.codes:
        reads = session.scalars(select(ReadLog).where(ReadLog.chained_by == event.id)).all()
        return reads_digest(list(reads)) == str(event.codes[READS])
    return True


def _expected(event: Event, prev: bytes) -> bytes:
    try:
        return chain.event_hash(
            prev,
            event.seq,
            at=event.at,
            verb=event.verb,
            actor=event.actor,
            codes=event.codes,
            detail_hash=event.detail_hash,
        )
    except TypeError:  # codes that no event of ours ever had
        return b""


def _verify_heads(session: Session, report: Report, heads: dict[UUID, tuple[int, bytes]]) -> None:
    """The row that heads a chain names its last event: a chain cut short is told here."""
    for model in STREAMS.values():
        rows = session.execute(select(model.id, model.event_seq, model.event_head))
        for stream_id, seq, head in rows:
            if heads.get(stream_id, (0, chain.START)) != (seq, head):
                report.fault(stream_id, seq)


def _verify_anchors(
    session: Session, report: Report, public: bytes | None, copy: Path | None
) -> None:
    prev, seq, cases = chain.START, 0, 0
    copied = _copied(copy) if copy else None
    for row in session.scalars(select(Anchor).order_by(Anchor.seq)):
        signed = _signed(row)
        good = row.seq == seq + 1 and row.prev == prev and row.cases >= cases
        good = good and _signature_holds(public, signed, row.signature)
        good = good and _heads_hold(session, report, row)
        if not good or (copied is not None and copied.pop(row.seq, _line(row)) != _line(row)):
            report.fault(ANCHORS, row.seq)
        prev, seq, cases = signed.hash(), row.seq, row.cases
        report.anchors += 1
    for missing in copied or {}:
        report.fault(ANCHORS, missing)
    if seq and _count_cases(session) < cases:
        report.fault(ANCHORS, seq)
    report.head = prev.hex() if seq else ""


def _signature_holds(public: bytes | None, signed: chain.Anchor, signature: bytes) -> bool:
    try:
        if public is not None:
            chain.verify_anchor(public, signed, signature)
    except Tampered:
        return False
    return True


def _heads_hold(session: Session, report: Report, row: Anchor) -> bool:
    """The root is over the named heads, and each of them still stands in its chain."""
    named = {UUID(stream): (seq, bytes.fromhex(head)) for stream, (seq, head) in row.heads.items()}
    standing = {
        (stream, seq): head
        for stream, seq, head in session.execute(
            select(Event.stream_id, Event.seq, Event.hash).where(_among(Event.stream_id, named))
        )
    }
    for stream, (seq, head) in named.items():
        if standing.get((stream, seq)) != head:
            report.fault(stream, seq)
    return chain.heads_root({stream: head for stream, (_, head) in named.items()}) == row.root


def _signed(row: Anchor) -> chain.Anchor:
    return chain.Anchor(seq=row.seq, prev=row.prev, root=row.root, cases=row.cases, at=row.at)


def _count_cases(session: Session) -> int:
    first = select(func.count()).where(Event.stream_kind == "case", Event.seq == 1)
    return session.scalar(first) or 0


def _line(row: Anchor) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "prev": row.prev.hex(),
        "root": row.root.hex(),
        "cases": row.cases,
        "at": row.at.isoformat(),
        "signature": row.signature.hex(),
    }


def _copied(copy: Path) -> dict[int, dict[str, Any]]:
    if not copy.exists():
        return {}
    lines = (json.loads(line) for line in copy.read_text("utf-8").splitlines() if line.strip())
    return {line["seq"]: line for line in lines}
