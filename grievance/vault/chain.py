"""The hash chain of events and the signed anchors over its heads; checking needs no secret."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.keys import mac
from grievance.vault.labels import Derive

START = bytes(32)  # what the first event of a chain follows


@dataclass(frozen=True)
class Told:
    """What an event tells: when who did what. `at` must know its zone; `codes` holds codes, whole
    numbers, booleans, lists and mappings of them, no fractions (they have no one spelling).
    `detail_hash` is that of the sealed detail."""

    at: datetime
    verb: str
    actor: str
    codes: Mapping[str, Any]
    detail_hash: bytes | None


def event_hash(prev: bytes, seq: int, told: Told) -> bytes:
    """SHA-256 over the previous hash and the canonical JSON of one event."""
    if len(prev) != len(START):
        raise ValueError("an event follows a hash of 32 bytes")
    fields = {
        "seq": seq,
        "at": _instant(told.at),
        "verb": told.verb,
        "actor": told.actor,
        "codes": dict(told.codes),
        "detail": told.detail_hash.hex() if told.detail_hash is not None else None,
    }
    return hashlib.sha256(prev + canonical(fields)).digest()


@dataclass(frozen=True)
class Place:
    """Where an event stands: the kind and id of its chain, and its number there."""

    kind: str
    stream: UUID
    seq: int


def event_mac(key: bytes, event_id: UUID, place: Place, hashed: bytes) -> bytes:
    """Vouch for one event in its place, under a key that lies outside the database."""
    at = (place.kind, place.stream, place.seq)
    return mac(key, frame(Derive.EVENT, event_id, *at, hashed))


def head_mac(key: bytes, place: Place, head: bytes) -> bytes:
    """Vouch for the end of a chain. Only the row that heads it holds this, and each event writes
    over it: who cuts the last event off has nothing to put in its place."""
    return mac(key, frame(Derive.EVENT_HEAD, place.kind, place.stream, place.seq, head))


@dataclass(frozen=True)
class Read:
    """A line of the read log: who opened what of which chain, and when; `what` is a code."""

    id: UUID
    stream: UUID
    actor: str
    what: str
    at: datetime


def read_mac(key: bytes, read: Read) -> bytes:
    """Vouch for one line of the read log."""
    told = (read.id, read.stream, read.actor, read.what, _instant(read.at))
    return mac(key, frame(Derive.READ, *told))


def canonical(data: Any) -> bytes:
    """JSON with one spelling: sorted text keys, no spaces, UTF-8. TypeError for fractions."""
    _refuse_fractions(data)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def heads_root(heads: Mapping[UUID, bytes]) -> bytes:
    """One hash over the heads of many chains, in the order of their ids."""
    ordered = sorted(heads.items(), key=lambda item: item[0].bytes)
    parts = [part for stream, head in ordered for part in (stream, head)]
    return hashlib.sha256(frame(Derive.HEADS, *parts)).digest()


@dataclass(frozen=True)
class Anchor:
    """What the worker signs: the changed heads, how many cases exist, the anchor before, and how
    many events nobody vouches for, because they are from before there was a key for it."""

    seq: int
    prev: bytes  # `hash()` of the anchor before, START for the first
    root: bytes  # `heads_root` of the heads that changed
    cases: int
    at: datetime
    before: int | None = None  # None: signed before they were counted

    def message(self) -> bytes:
        """The bytes that are signed."""
        told = (self.seq, self.prev, self.root, self.cases, _instant(self.at))
        if self.before is None:
            return frame(Derive.ANCHOR, *told)
        return frame(Derive.ANCHOR_COUNTED, *told, self.before)

    def hash(self) -> bytes:
        """What the next anchor follows."""
        return hashlib.sha256(self.message()).digest()


def sign_anchor(key: bytes, anchor: Anchor) -> bytes:
    """Ed25519 signature with the raw private key, which only the worker process holds."""
    return Ed25519PrivateKey.from_private_bytes(key).sign(anchor.message())


def verify_anchor(public: bytes, anchor: Anchor, signature: bytes) -> None:
    """Tampered unless the anchor was signed by the holder of the private half."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, anchor.message())
    except (InvalidSignature, ValueError):
        raise Tampered("anchor") from None


def _instant(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a time in a chain knows its zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _refuse_fractions(data: Any) -> None:
    if isinstance(data, Mapping):
        for key, value in data.items():
            if not isinstance(key, str):
                raise TypeError("canonical JSON has text keys")
            _refuse_fractions(value)
    elif isinstance(data, list | tuple):
        for value in data:
            _refuse_fractions(value)
    elif not isinstance(data, str | int | None):
        raise TypeError("canonical JSON holds codes and whole numbers")
