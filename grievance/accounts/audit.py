"""The audit chain: every act appends one event to the chain of its case or organisation.

The process that writes it vouches for it with a key that is not in the database, which the engine
carries (`vouching`). Verbs are a closed vocabulary; each names the codes its events carry: those of
this room here, those of other rooms in their own tables. Free words go into a sealed detail whose
hash alone is chained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Uuid, any_, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

import grievance.accounts.rows  # noqa: F401  what an event tells of an organisation
from grievance.accounts import named
from grievance.accounts.models import (
    Chain,
    Event,
    EventDetail,
    Organisation,
    ReadLog,
    UnanchoredStream,
)
from grievance.vault import chain, values
from grievance.vault.chain import canonical, event_hash
from grievance.vault.keyring import KeyRing

READS = "reads"  # the code under which an event chains the reads before it
READ_CHAIN, DIRECTORY = UUID(int=1), UUID(int=2)  # the two chains of their own
KINDS = {READ_CHAIN: "reads", DIRECTORY: "directory"}
BATCH = 10_000  # reads that one event chains at most
ADOPTED = "adopted"  # a chain from before begins to be vouched for
ERASED = "erased"  # the law asked for it: its rows are gone, and with `all` the case itself
_OPTION = "voucher"

# verb → the codes its events carry; a name that ends in "?" may be left out
VERBS: dict[str, tuple[str, ...]] = {
    "founded": ("person", "check"),
    "recovery_confirmed": ("generation",),
    "recovery_replaced": ("generation",),
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
    "reads_chained": (READS, "count"),
    "directory_loaded": (),
    ADOPTED: (),
    ERASED: (named.ROWS, "all"),
}


class Stream(Protocol):
    """A row that heads a chain: an organisation or a case, locked by the caller."""

    id: Any
    event_seq: Any
    event_head: Any
    event_mac: Any

    @property
    def stream_kind(self) -> str:
        """Which kind of chain it heads."""


# stream kind → the model whose rows head such chains; rooms to the right add theirs
STREAMS: dict[str, type[Any]] = {
    Organisation.stream_kind: Organisation,
    **dict.fromkeys(KINDS.values(), Chain),
}


class UnknownVerb(ValueError):
    """An event whose verb or codes are not of the vocabulary; names them, holds no values."""


class NoKey(RuntimeError):
    """This session cannot vouch for an event: its engine was made without `vouching`."""


@dataclass(frozen=True)
class Voucher:
    """A process's key for events, and whether it may read all that an event could name."""

    key: bytes = field(repr=False)
    reads_all: bool


def vouching(ring: KeyRing) -> dict[str, Voucher]:
    """The execution options of an engine over which events are written."""
    return {_OPTION: Voucher(ring.event_key, ring.kind != "worker")}


def vouching_with(event_key: bytes) -> dict[str, Voucher]:
    """The same for a command that has the key without a ring."""
    return {_OPTION: Voucher(event_key, reads_all=True)}


def _voucher(session: Session) -> Voucher:
    voucher: Voucher | None = session.connection().get_execution_options().get(_OPTION)
    if voucher is None:
        raise NoKey
    return voucher


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
    also: UUID | None = None,
    knows: tuple[str, ...] | None = None,
) -> Event:
    """Append one event to the chain of `stream`, whose row the caller holds locked.

    It names the rows that were written with it, under `stream` and under the chain `also`.
    `detail` is already sealed; draw `event_id` first when its place needs the event's id.
    `knows` are the codes of a verb from the table of another room. UnknownVerb when verb or codes
    are not of the vocabulary.
    """
    event_id, voucher = event_id or uuid4(), _voucher(session)
    codes = _checked(verb, codes or {}, VERBS.get(verb) if knows is None else knows) | _begin(
        session, stream, voucher
    )
    for name, told in named.take(session, stream, also).items():
        codes[name] = {**told, **codes.get(name, {})}
    detail_hash = values.digest(detail) if detail is not None else None
    seq = stream.event_seq + 1
    head = event_hash(
        stream.event_head, seq, at=now, verb=verb, actor=actor, codes=codes, detail_hash=detail_hash
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
    place = chain.Place(stream.stream_kind, stream.id, seq)
    event.mac = chain.event_mac(voucher.key, event_id, place, head)
    if seq == 1 or stream.event_mac is not None or named.WHOLE in codes:
        stream.event_mac = chain.head_mac(voucher.key, place, head)
    session.add(event)
    stream.event_seq, stream.event_head = seq, head
    session.flush()  # what follows points at the event
    named.taken(session, stream, also)
    if detail is not None:
        session.add(EventDetail(event_id=event_id, ciphertext=detail))
    _mark_moved(session, stream.id, seq, head)
    return event


def record_read(session: Session, stream_id: UUID, *, actor: str, now: datetime, what: str) -> None:
    """Note that a member of staff opened something of this stream; `what` is a code.

    The worker chains it within a minute: a page that did would wait for every other page.
    """
    read_id = uuid4()
    mac = chain.read_mac(_voucher(session).key, read_id, stream_id, actor, what, now)
    session.add(ReadLog(id=read_id, stream_id=stream_id, actor=actor, what=what, at=now, mac=mac))
    session.flush()


def chain_reads(session: Session, *, actor: str, now: datetime) -> int:
    """Append one event that chains the reads no event chains yet; how many. Worker only."""
    opened = select(ReadLog).where(ReadLog.chained_by.is_(None)).limit(BATCH)
    reads = list(session.scalars(opened.with_for_update(skip_locked=True)))
    if not reads:
        return 0
    codes = {READS: reads_digest(reads, streams=True), "count": len(reads)}
    head = own_chain(session, READ_CHAIN)
    event = record(session, head, "reads_chained", actor=actor, now=now, codes=codes)
    ids = literal([read.id for read in reads], ARRAY(Uuid))
    session.execute(update(ReadLog).where(ReadLog.id == any_(ids)).values(chained_by=event.id))
    return len(reads)


def own_chain(session: Session, chain_id: UUID) -> Chain:
    """The head of one of the chains of their own, locked; made when it is not there yet."""
    made = insert(Chain).values(
        id=chain_id, kind=KINDS[chain_id], event_seq=0, event_head=chain.START
    )
    session.execute(made.on_conflict_do_nothing())
    return session.get_one(Chain, chain_id, with_for_update=True, populate_existing=True)


def reads_digest(reads: list[ReadLog], *, streams: bool = False) -> str:
    """SHA-256 over reads in the order of their ids, as hex; with `streams` of what they are too."""
    rows = [
        [str(read.id), read.actor, read.what, read.at.isoformat(), str(read.stream_id)][
            : 5 if streams else 4
        ]
        for read in sorted(reads, key=lambda read: read.id)
    ]
    return hashlib.sha256(canonical(rows)).hexdigest()


def _checked(verb: str, codes: Mapping[str, Any], known: tuple[str, ...] | None) -> dict[str, Any]:
    if known is None:
        raise UnknownVerb(f"no such verb: {verb}")
    needed = {name for name in known if not name.endswith("?")}
    allowed = {name.rstrip("?") for name in known}
    given = set(codes)
    if not needed <= given <= allowed:
        raise UnknownVerb(f"{verb} with codes {sorted(given)}, wants {list(known)}")
    return {name: str(value) if isinstance(value, UUID) else value for name, value in codes.items()}


def _begin(session: Session, stream: Stream, voucher: Voucher) -> dict[str, Any]:
    """A chain from before there was a key, or from before events told what they tell today: its
    next event by web or command names what it lacks. The first one of all says how far it tells.

    The worker may not read what would be named.
    """
    reach = named.full_reach(type(stream))
    if not stream.event_seq:
        named.reached(stream)
        return {named.WHOLE: [0, reach]} if type(stream) in named.HEADED else {}
    after = named.reach_of(stream)
    if after >= reach or not voucher.reads_all:
        return {}
    named.take_all(session, stream, after)
    named.reached(stream)
    return {named.WHOLE: [after, reach]}


def lags(stream: Stream) -> bool:
    """Whether its events do not tell all of its rows yet: an act, or `audit adopt`, mends that."""
    return stream.event_seq > 0 and named.reach_of(stream) < named.full_reach(type(stream))


def lagging(session: Session) -> list[tuple[type[Any], UUID]]:
    """The chains that lag so, and had no act since."""
    found: list[tuple[type[Any], UUID]] = []
    for model in dict.fromkeys(STREAMS.values()):
        if model in named.HEADED:
            behind = model.event_reach < named.full_reach(model)
        else:
            behind = model.event_mac.is_(None)
        ids = select(model.id).where(model.event_seq > 0, behind)
        found += [(model, one) for one in session.scalars(ids)]
    return found


def _mark_moved(session: Session, stream_id: UUID, seq: int, head: bytes) -> None:
    moved = insert(UnanchoredStream).values(stream_id=stream_id, seq=seq, head=head)
    session.execute(
        moved.on_conflict_do_update(
            index_elements=[UnanchoredStream.stream_id], set_={"seq": seq, "head": head}
        )
    )
