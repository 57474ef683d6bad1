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
from grievance.vault.chain import canonical
from grievance.vault.keyring import KeyRing

READS = "reads"  # the code under which an event chains the reads before it
READ_CHAIN, DIRECTORY = UUID(int=1), UUID(int=2)  # the two chains of their own
KINDS = {READ_CHAIN: "reads", DIRECTORY: "directory"}
BATCH = 10_000  # reads that one event chains at most
ADOPTED = "adopted"  # a chain from before begins to be vouched for
ERASED = "erase"  # the law asked for it: its rows are gone, and with `all` the case itself
_OPTION = "voucher"

# verb → the codes its events carry; a name that ends in "?" may be left out
VERBS: dict[str, tuple[str, ...]] = {
    "founded": ("person", "check", "generation?"),
    "recovery_confirmed": ("generation",),
    "recovery_replaced": ("generation",),
    "recovery_used": ("person", "generation", "role?"),
    "way_back_offered": ("person",),
    "way_back_refused": ("person",),
    "invited": ("person", "role"),
    "joined": ("person", "role"),
    "invitation_revoked": ("person", "kind"),
    "role_changed": ("person", "role", "before"),
    "member_renamed": ("person",),
    "address_offered": ("person",),
    "address_changed": ("person",),
    "key_requested": ("person", "reason"),
    "key_approved": ("person", "generation"),
    "key_refused": ("person",),
    "key_rotated": ("generation", "check"),
    "member_removed": ("person",),
    "partner_added": ("mechanism", "vetted_by"),
    "partner_key_confirmed": ("generation",),
    "company_checked": ("number_by", "spoken_by"),
    "respondent_heard": ("person", "generation"),
    "interpreter_heard": ("person", "generation"),
    "partner_closed": ("mechanism",),
    "away": ("person", "first", "last", "deputy?"),
    "back": ("person",),
    "letter_retried": ("letter",),
    "reset_offered": ("person",),
    "member_reset": ("person",),
    "password_changed": (),
    "code_asked": (),
    "codes_wrong": (),
    "factor_required": ("roles",),
    "identity_folded": ("roles",),
    "sessions_ended": ("person",),
    "factor_offered": ("person",),
    "factor_set": ("person", "kind"),
    "factor_removed": ("person", "kind"),
    "passkey_set": ("person", "passkey"),
    "passkey_renamed": ("person", "passkey"),
    "passkey_removed": ("person", "passkey"),
    "passkey_copied": ("person",),
    "recovery_codes_made": ("person",),
    "recovery_code_used": ("person",),
    "signed_in": (),
    "signed_out": (),
    "stepped_up": (),
    "profile_changed": ("version",),
    "days_closed": ("first", "last", "reason"),
    "days_opened": ("first", "last", "reason"),
    "holidays_changed": ("country",),
    "reads_chained": (READS, "count"),
    "directory_loaded": (),
    "desk_registered": ("mechanism",),
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


@dataclass(frozen=True)
class Detail:
    """Words that go with an event, sealed to it: `event` is the event's id, drawn first."""

    event: UUID
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class Deed:
    """What somebody did, and when, as an event will tell it. `knows` are the codes that a verb
    from the table of another room carries."""

    verb: str
    actor: str
    at: datetime
    codes: Mapping[str, Any] = field(default_factory=dict)
    detail: Detail | None = None
    knows: tuple[str, ...] | None = None

    @property
    def known(self) -> tuple[str, ...] | None:
        """The codes of its verb; None for a verb that nobody knows."""
        return VERBS.get(self.verb) if self.knows is None else self.knows


def record(session: Session, stream: Stream, deed: Deed, also: UUID | None = None) -> Event:
    """Append one event to the chain of `stream`, whose row the caller holds locked.

    It names the rows that were written with it, under `stream` and under the chain `also`.
    UnknownVerb when verb or codes are not of the vocabulary.
    """
    voucher, detail = _voucher(session), deed.detail
    codes = _checked(deed) | _begin(session, stream, voucher)
    for name, told in named.take(session, stream, also).items():
        codes[name] = {**told, **codes.get(name, {})}
    event = Event(
        id=detail.event if detail else uuid4(),
        stream_kind=stream.stream_kind,
        stream_id=stream.id,
        seq=stream.event_seq + 1,
        at=deed.at,
        verb=deed.verb,
        actor=deed.actor,
        codes=codes,
        detail_hash=values.digest(detail.sealed) if detail else None,
    )
    _append(stream, event, voucher)
    session.add(event)
    session.flush()  # what follows points at the event
    named.taken(session, stream, also)
    if detail:
        session.add(EventDetail(event_id=event.id, ciphertext=detail.sealed))
    _mark_moved(session, stream.id, event.seq, event.hash)
    return event


def _append(stream: Stream, event: Event, voucher: Voucher) -> None:
    """Let the event follow the chain's head, and be its head from here on."""
    told = chain.Told(event.at, event.verb, event.actor, event.codes, event.detail_hash)
    event.hash = head = chain.event_hash(stream.event_head, event.seq, told)
    place = chain.Place(stream.stream_kind, stream.id, event.seq)
    event.mac = chain.event_mac(voucher.key, event.id, place, head)
    if event.seq == 1 or stream.event_mac is not None or named.WHOLE in event.codes:
        stream.event_mac = chain.head_mac(voucher.key, place, head)
    stream.event_seq, stream.event_head = event.seq, head


def record_read(session: Session, stream_id: UUID, *, actor: str, now: datetime, what: str) -> None:
    """Note that a member of staff opened something of this stream; `what` is a code.

    The worker chains it within a minute: a page that did would wait for every other page.
    """
    read = chain.Read(uuid4(), stream_id, actor, what, now)
    mac = chain.read_mac(_voucher(session).key, read)
    session.add(ReadLog(id=read.id, stream_id=stream_id, actor=actor, what=what, at=now, mac=mac))
    session.flush()


def chain_reads(session: Session, *, actor: str, now: datetime) -> int:
    """Append one event that chains the reads no event chains yet; how many. Worker only."""
    opened = select(ReadLog).where(ReadLog.chained_by.is_(None)).limit(BATCH)
    reads = list(session.scalars(opened.with_for_update(skip_locked=True)))
    if not reads:
        return 0
    codes = {READS: reads_digest(reads, streams=True), "count": len(reads)}
    head = own_chain(session, READ_CHAIN)
    event = record(session, head, Deed("reads_chained", actor, now, codes))
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


def _checked(deed: Deed) -> dict[str, Any]:
    verb, codes, known = deed.verb, deed.codes, deed.known
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
