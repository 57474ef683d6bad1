"""The recall ledger: what was taken back, written down outside the database.

A backup knows nothing of what happened after it was made. Put back, it would hand out again what a
worker took back, let a retired number open the case, write to an address that the worker took away,
and show the case to somebody who must not see it.
So the worker process keeps codes of such acts in a file beside the copy of the anchors, and a
restore does them again. Marks between the acts say up to which anchor everything is in it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, cast, func, literal, or_, select, union
from sqlalchemy.orm import Session

from grievance.accounts.models import Anchor, Event, UnanchoredStream
from grievance.cases.models import Case
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import to_the_hour
from grievance.storage.folder import sync
from grievance.vault import ledger as lines
from grievance.vault.keyring import KeyRing

FILE = "recalls.jsonl"  # in the data folder, beside the copy of the anchors
REPLAYED = "replayed"  # stands before what was done again, and says which event that was
MARK = "anchor"  # the key by which a mark is told from an act
KINDS = "kinds"  # on a mark: the verbs that are in the file up to there
# what is kept → the codes of its event that doing it again needs
ACTS: dict[str, tuple[str, ...]] = {
    verb: row.ledger for verb, row in TABLE.items() if row.ledger is not None
}


@dataclass(frozen=True)
class Act:
    """One act: the event of the case that it stands for, by its place and hash, and its codes."""

    case: str
    seq: int
    event: str
    verb: str
    hour: str
    codes: dict[str, Any]

    @property
    def case_id(self) -> UUID:
        """The case it was done to."""
        return UUID(self.case)


@dataclass(frozen=True)
class Ledger:
    """What stands in the file: acts in the order they were kept, and marks."""

    acts: list[Act]
    marks: list[dict[str, Any]]


def keep(session: Session, ring: KeyRing, path: Path) -> int:
    """Append what was taken back since the last run; how many acts. Worker only.

    May be killed or run twice at any time: a line that was torn off is dropped and written again,
    and nothing is written that stands there. What it answered for is on the disk.
    """
    with _locked(path) as file:
        data = file.read()
        before = lines.whole(data)
        if before != data:
            file.truncate(len(before))
        mark = _mark(session, before)
        newest = session.scalars(select(Anchor).order_by(Anchor.seq.desc()).limit(1)).first()
        events = _since(session, mark)
        there = _events(before) if events else frozenset()
        new: list[dict[str, Any]] = [
            asdict(_act(event)) for event in events if event.hash.hex() not in there
        ]
        acts = len(new)
        if newest and newest.seq > mark:
            new.append(_marked(newest))
        file.seek(0, os.SEEK_END)
        file.write(lines.signed(ring.anchor_private, before, new))
        file.flush()
        os.fsync(file.fileno())
    return acts


def read(public: bytes, data: bytes) -> Ledger:
    """The ledger out of the bytes of its file; `vault.ledger.Forged` when a line does not hold."""
    acts, marks = [], []
    for facts in lines.read(public, data):
        if MARK in facts:
            marks.append(facts)
        else:
            acts.append(Act(**facts))
    return Ledger(acts, marks)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file, made when it is missing, for one process at a time."""
    fresh = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if fresh:
            sync(path.parent)
        yield file


def _events(before: bytes) -> frozenset[str]:
    facts = (json.loads(line) for line in before.splitlines())
    return frozenset(one["event"] for one in facts if "event" in one)


def _mark(session: Session, before: bytes) -> int:
    """The newest marked anchor that this database has too; 0 when there is none.

    After a restore the newest marks are those of a history that is no more. A mark of a release
    that kept fewer kinds of acts counts for nothing: what it left out lies before it.
    """
    for line in reversed(before.splitlines()):
        facts = json.loads(line)
        if not set(ACTS) <= set(facts.get(KINDS, ())):
            continue
        known = session.get(Anchor, facts[MARK]) if MARK in facts else None
        if known and _marked(known)["of"] == facts["of"]:
            return known.seq
    return 0


def _marked(anchor: Anchor) -> dict[str, Any]:
    of, at = anchor.signature.hex(), anchor.at.isoformat()
    return {MARK: anchor.seq, "of": of, "at": at, KINDS: sorted(ACTS)}


def _since(session: Session, mark: int) -> Sequence[Event]:
    """The acts of every case that moved after this anchor. Without a mark, all there ever were."""
    found = (
        select(Event)
        .where(Event.stream_kind == Case.stream_kind, Event.verb.in_(ACTS))
        # of asking only what ended an earlier yes, of correcting only how the worker is reached
        .where(or_(Event.verb != Verb.REFER, Event.codes.has_key("replaced")))
        .where(or_(Event.verb != Verb.STATE_FACTS, Event.codes.has_key("contact")))
        .where(or_(Event.verb != Verb.ERASE, Event.codes["all"].as_boolean()))
        .order_by(Event.stream_id, Event.seq)
    )
    if mark:
        moved = literal(list(_moved(session, mark)), ARRAY(Uuid))
        found = found.where(Event.stream_id == any_(moved))
    return session.scalars(found).all()


def _moved(session: Session, mark: int) -> Sequence[UUID]:
    """A chain that moved is either not anchored yet or named by a later anchor: no time is
    compared, for a worker's acts are stamped to the hour. By their ids few events are looked at."""
    anchored = cast(func.jsonb_object_keys(Anchor.heads), Uuid)
    moved = union(select(UnanchoredStream.stream_id), select(anchored).where(Anchor.seq > mark))
    return session.scalars(moved).all()


def _act(event: Event) -> Act:
    codes = {name: event.codes[name] for name in ACTS[event.verb]}
    if event.verb in (Verb.RECUSE, Verb.AGREE_CONFLICT):
        codes["by"] = event.actor
    return Act(
        case=str(event.stream_id),
        seq=event.seq,
        event=event.hash.hex(),
        verb=event.verb,
        hour=to_the_hour(event.at).isoformat(),
        codes=codes,
    )
