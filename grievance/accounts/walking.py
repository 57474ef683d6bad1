"""Walking chains and anchors, wherever they come from: the database, or an export without it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from grievance.accounts import named
from grievance.accounts.audit import ERASED, STREAMS
from grievance.vault import chain
from grievance.vault.errors import Tampered
from grievance.vault.keyring import job_event_key

ANCHORS = "anchors"  # how a broken anchor is named in a report


@dataclass
class Report:
    """What `flask audit verify` prints. `broken` are places, `wrong` says what is wrong there;
    `before` counts events from before there was a key for them, which only anchors prove;
    `vouched` says whether the others were checked with that key; `to_adopt` counts the chains whose
    events do not tell all of their rows yet: their next act, or `flask audit adopt`, mends that."""

    streams: int = 0
    events: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)
    anchors: int = 0
    head: str = ""
    before: int = 0
    vouched: bool = False
    to_adopt: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def fault(self, stream: object, seq: int, what: str) -> None:
        """Name a broken place and what of it, once each."""
        place = {"stream": str(stream), "seq": seq}
        if place not in self.broken:
            self.broken.append(place)
        if {**place, "what": what} not in self.wrong:
            self.wrong.append({**place, "what": what})

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Link(Protocol):
    """An event, as a row or out of an export."""

    @property
    def id(self) -> UUID: ...
    @property
    def stream_kind(self) -> str: ...
    @property
    def stream_id(self) -> UUID: ...
    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def verb(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def codes(self) -> dict[str, Any]: ...
    @property
    def detail_hash(self) -> bytes | None: ...
    @property
    def hash(self) -> bytes: ...
    @property
    def mac(self) -> bytes | None: ...


@dataclass(frozen=True)
class Keys:
    """What events are vouched for with: the web's key, and the worker's that follows from it."""

    event: bytes = field(repr=False)

    def vouches(self, actor: str, mac: bytes, made: Callable[[bytes], bytes]) -> bool:
        """Whether `mac` is what one of the keys makes; the worker's counts for jobs only."""
        keys = [self.event] + [job_event_key(self.event)] * actor.startswith("job:")
        return any(hmac.compare_digest(made(key), mac) for key in keys)


@dataclass
class Walked:
    """One chain as far as it was walked, and what its events say of the rows under it."""

    kind: str
    stream: UUID
    seq: int = 0
    head: bytes = chain.START
    actor: str = ""
    vouched: bool = False  # an event of it carries an authentication
    begun: int = 0  # how far its events tell its rows, from one on that named all there was
    erased: bool = False
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> chain.Place:
        """Where it ends."""
        return chain.Place(self.kind, self.stream, self.seq)


def step(walked: Walked, link: Link, report: Report, keys: Keys | None) -> None:
    """Check one event against the chain before it, and go on to it."""
    model = STREAMS.get(link.stream_kind)
    heading = named.HEADED.get(model) if model else None
    report.events += 1
    place = chain.Place(link.stream_kind, link.stream_id, link.seq)
    if link.seq != walked.seq + 1 or link.hash != _hash(link, walked.head):
        report.fault(link.stream_id, link.seq, "event")
    if link.mac is None:
        report.before += 1
        if walked.vouched:
            report.fault(link.stream_id, link.seq, "authentication")
    elif keys and not keys.vouches(
        link.actor, link.mac, lambda key: chain.event_mac(key, link.id, place, link.hash)
    ):
        report.fault(link.stream_id, link.seq, "authentication")
    whole = _whole(link, heading)
    if whole and walked.begun > whole[0]:
        report.fault(link.stream_id, link.seq, "begun again")
    _learn(walked, link, heading, whole)
    walked.seq, walked.head, walked.actor = link.seq, link.hash, link.actor


def _hash(link: Link, prev: bytes) -> bytes:
    try:
        told = chain.Told(link.at, link.verb, link.actor, link.codes, link.detail_hash)
        return chain.event_hash(prev, link.seq, told)
    except (TypeError, ValueError):  # codes that no event of ours ever had
        return b""


def _whole(link: Link, heading: named.Heading | None) -> tuple[int, int] | None:
    """How far its chain reached, and reaches, with an event that names what it lacked."""
    codes = link.codes if isinstance(link.codes, dict) else {}
    told = codes.get(named.WHOLE)
    if isinstance(told, list) and len(told) == 2 and all(type(one) is int for one in told):
        return told[0], told[1]
    if link.mac is None or not (told or link.seq == 1):
        return None
    # where the head's columns are missing, it was before events told them and the rows
    return (0, 1) if heading is None or isinstance(codes.get(named.HEAD), dict) else None


def _learn(
    walked: Walked, link: Link, heading: named.Heading | None, whole: tuple[int, int] | None
) -> None:
    codes = link.codes if isinstance(link.codes, dict) else {}
    rows, columns = codes.get(named.ROWS), codes.get(named.HEAD)
    if isinstance(rows, dict):
        walked.rows |= {key: (str(mark), link.seq) for key, mark in rows.items()}
    if isinstance(columns, dict):
        walked.columns |= columns
    elif link.mac is None:
        earlier = heading.earlier if heading else ()
        walked.columns |= {name: codes[name] for name in earlier if name in codes}
    if link.mac is not None:
        walked.vouched = True
        if whole and walked.begun >= whole[0]:
            walked.begun = max(walked.begun, whole[1])
    if link.verb == ERASED and codes.get("all"):
        walked.erased = True


@dataclass(frozen=True)
class Signed:
    """An anchor: what was signed, the heads it names, the signature."""

    facts: chain.Anchor
    heads: Mapping[UUID, tuple[int, bytes]]
    signature: bytes


# Which events of these places there are: their hashes by stream and number.
Standing = Callable[[Mapping[UUID, tuple[int, bytes]]], Mapping[tuple[UUID, int], bytes]]


def walk_anchors(
    anchors: Iterable[Signed], report: Report, public: bytes | None, standing: Standing
) -> tuple[chain.Anchor | None, dict[UUID, int]]:
    """Check every anchor against the one before and the events; the last one, and how far each
    chain is anchored."""
    last: chain.Anchor | None = None
    reached: dict[UUID, int] = {}
    for anchor in anchors:
        facts = anchor.facts
        if not (_follows(facts, last) and _is_signed(anchor, public) and _has_root(anchor)):
            report.fault(ANCHORS, facts.seq, "anchor")
        found = standing(anchor.heads)
        for stream, (seq, head) in anchor.heads.items():
            if found.get((stream, seq)) != head:
                report.fault(stream, seq, "anchored event")
            reached[stream] = max(seq, reached.get(stream, 0))
        last = facts
        report.anchors += 1
    report.head = last.hash().hex() if last else ""
    if last and last.before is not None and report.before > last.before:
        report.fault(ANCHORS, last.seq, "events without authentication")
    return last, reached


def _follows(facts: chain.Anchor, last: chain.Anchor | None) -> bool:
    if last is None:
        return facts.seq == 1 and facts.prev == chain.START
    fewer = last.before is None or (facts.before is not None and facts.before <= last.before)
    chained = facts.seq == last.seq + 1 and facts.prev == last.hash()
    return chained and facts.cases >= last.cases and fewer


def _is_signed(anchor: Signed, public: bytes | None) -> bool:
    try:
        if public is not None:
            chain.verify_anchor(public, anchor.facts, anchor.signature)
    except Tampered:
        return False
    return True


def _has_root(anchor: Signed) -> bool:
    heads = {stream: head for stream, (_, head) in anchor.heads.items()}
    return chain.heads_root(heads) == anchor.facts.root
