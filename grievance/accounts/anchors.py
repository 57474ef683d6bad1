"""Anchors over the chains: every few minutes the worker signs a root over the heads that moved.

Each is chained to the one before. A copy of every anchor goes to a second place, so that a
database that was put back or rewritten is told from one that was not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, delete, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grievance.accounts.models import Anchor, Event, UnanchoredStream
from grievance.vault import chain
from grievance.vault.keyring import KeyRing

COPY = "anchors.jsonl"  # in the data folder; `GRIEVANCE_DATA` says where that is
TAIL = 4096  # bytes from the end of the copy in which its last line is


def anchor(session: Session, ring: KeyRing, now: datetime) -> Anchor | None:
    """Sign the heads that moved since the last anchor; None when none did. Worker only."""
    moved = list(session.scalars(select(UnanchoredStream).with_for_update(skip_locked=True)))
    if not moved:
        return None
    last = session.scalars(select(Anchor).order_by(Anchor.seq.desc()).limit(1)).first()
    facts = chain.Anchor(
        seq=last.seq + 1 if last else 1,
        prev=signed(last).hash() if last else chain.START,
        root=chain.heads_root({row.stream_id: row.head for row in moved}),
        cases=count_cases(session),
        at=now,
        before=_count_before(session),
    )
    row = Anchor(
        **vars(facts),
        heads={str(row.stream_id): [row.seq, row.head.hex()] for row in moved},
        signature=chain.sign_anchor(ring.anchor_private, facts),
    )
    session.add(row)
    ids = [row.stream_id for row in moved]
    session.execute(delete(UnanchoredStream).where(among(UnanchoredStream.stream_id, ids)))
    session.flush()
    return row


def among(column: InstrumentedAttribute[UUID], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One of very many: as one array, because a statement takes 65,535 values at most."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def signed(row: Anchor) -> chain.Anchor:
    """What was signed."""
    names = ("seq", "prev", "root", "cases", "at", "before")
    return chain.Anchor(**{name: getattr(row, name) for name in names})


def count_cases(session: Session) -> int:
    """How many cases were ever filed."""
    first = select(func.count()).where(Event.stream_kind == "case", Event.seq == 1)
    return session.scalar(first) or 0


def _count_before(session: Session) -> int:
    return session.scalar(select(func.count()).where(Event.mac.is_(None))) or 0


def copy_anchors(session: Session, copy: Path) -> int:
    """Append every anchor that the second place does not have yet; how many those were.

    Call it after the commit: what was missed by a crash is caught up the next time.
    """
    known = _last_copied(copy)
    rows = session.scalars(select(Anchor).where(Anchor.seq > known).order_by(Anchor.seq)).all()
    with copy.open("a", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(line(row), sort_keys=True) + "\n")
    return len(rows)


def line(row: Anchor) -> dict[str, Any]:
    """An anchor as it stands in the second place."""
    told = {
        "seq": row.seq,
        "prev": row.prev.hex(),
        "root": row.root.hex(),
        "cases": row.cases,
        "at": row.at.isoformat(),
        "signature": row.signature.hex(),
    }
    return told if row.before is None else {**told, "before": row.before}


def copied(copy: Path) -> dict[int, dict[str, Any]]:
    """The lines of the second place by their number; one that is being written is none yet."""
    if not copy.exists():
        return {}
    written = copy.read_text("utf-8").rpartition("\n")[0]
    lines = (json.loads(one) for one in written.splitlines() if one.strip())
    return {one["seq"]: one for one in lines}


def _last_copied(copy: Path) -> int:
    """The number of its last line, without reading all that came before."""
    if not copy.exists():
        return 0
    with copy.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
        lines = [one for one in file.read().splitlines() if one.strip()]
    return int(json.loads(lines[-1])["seq"]) if lines else 0
