"""The record of acts outside the database: written as JSON, and proved there without a secret.

An export holds codes only: every event, every anchor, and the public key. Whoever has the public
key from somewhere else needs nothing more to tell that no event was changed up to the last anchor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import anchors
from grievance.accounts.models import Anchor, Event
from grievance.accounts.walking import Report, Signed, Walked, step, walk_anchors
from grievance.vault import chain


@dataclass(frozen=True)
class Told:
    """An event out of an export."""

    id: UUID
    stream_kind: str
    stream_id: UUID
    seq: int
    at: datetime
    verb: str
    actor: str
    codes: dict[str, Any]
    detail_hash: bytes | None
    hash: bytes
    mac: bytes | None

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """From its line; KeyError, TypeError or ValueError when it is none."""
        values: dict[str, Any] = {one.name: facts[one.name] for one in fields(cls)}
        values |= {name: UUID(facts[name]) for name in ("id", "stream_id")}
        values |= {name: _bytes(facts[name]) for name in ("detail_hash", "hash", "mac")}
        return cls(**{**values, "at": datetime.fromisoformat(facts["at"])})


def events(session: Session) -> Iterator[dict[str, Any]]:
    """Every event, chain by chain."""
    found = select(Event).order_by(Event.stream_id, Event.seq)
    for row in session.scalars(found.execution_options(yield_per=1000)):
        yield {
            **{name: str(getattr(row, name)) for name in ("id", "stream_id")},
            **{name: _hex(getattr(row, name)) for name in ("detail_hash", "hash", "mac")},
            **{n: getattr(row, n) for n in ("stream_kind", "seq", "verb", "actor", "codes")},
            "at": row.at.isoformat(),
        }


def signatures(session: Session) -> Iterator[dict[str, Any]]:
    """Every anchor, with the heads that it is over."""
    for row in session.scalars(select(Anchor).order_by(Anchor.seq)):
        yield {**anchors.line(row), "heads": row.heads}


def prove(export: Mapping[str, Any], public: bytes) -> Report:
    """Walk what an export holds; KeyError, TypeError or ValueError when it is none."""
    report = Report()
    hashes: dict[tuple[UUID, int], bytes] = {}
    ends: dict[UUID, Walked] = {}
    for line in export["chains"]:
        link = Told.read(line)
        walked = ends.setdefault(link.stream_id, Walked(link.stream_kind, link.stream_id))
        step(walked, link, report, None)
        walked.rows, walked.columns = {}, {}
        hashes[link.stream_id, link.seq] = link.hash
    report.streams = len(ends)
    walk_anchors((_signed(one) for one in export["anchored"]), report, public, lambda _: hashes)
    return report


def _signed(line: Mapping[str, Any]) -> Signed:
    facts = chain.Anchor(
        seq=line["seq"],
        prev=bytes.fromhex(line["prev"]),
        root=bytes.fromhex(line["root"]),
        cases=line["cases"],
        at=datetime.fromisoformat(line["at"]),
        before=line.get("before"),
    )
    heads = {UUID(one): (seq, bytes.fromhex(head)) for one, (seq, head) in line["heads"].items()}
    return Signed(facts, heads, bytes.fromhex(line["signature"]))


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)
