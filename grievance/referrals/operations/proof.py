"""What a body sends with an answer, as proof: sealed under the key of its packet, which the body,
the operator and the worker hold. The answer names each file and its digest, so that none is
changed, added or taken away beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.referrals.models import PacketFile
from grievance.referrals.operations.sealing import OpenPacket, file_row, meta_of
from grievance.referrals.operations.stored import KeptFile
from grievance.vault.errors import Tampered

NAMED = "proof"  # where an answer that was opened names its files


@dataclass(frozen=True)
class Proof:
    """A file that came with an answer: what it is called, its size in bytes, what opens it."""

    row: PacketFile
    name: str = field(repr=False)
    size: int
    key: str = field(repr=False)


def named(kept: Sequence[KeptFile]) -> dict[str, Any]:
    """How an answer names what comes with it, to be sealed with it."""
    return {NAMED: [[str(one.id), one.digest.hex()] for one in kept]} if kept else {}


def write(session: Session, opened: OpenPacket, answer: UUID, kept: Sequence[KeptFile]) -> None:
    """Keep what lies in the store with an answer that names it."""
    session.add_all(file_row(opened, one, place, answer) for place, one in enumerate(kept))
    session.flush()


def of_answer(
    session: Session, opened: OpenPacket, answer: UUID, told: Mapping[str, Any]
) -> list[Proof]:
    """What came with an answer that was opened, in order; `Tampered` when it is not what the answer
    names."""
    wanted = select(PacketFile).where(PacketFile.answer_id == answer)
    rows = list(session.scalars(wanted.order_by(PacketFile.place)))
    there = [[str(row.id), row.blob_digest.hex()] for row in rows]
    if there != told.get(NAMED, []):
        raise Tampered("proof")
    found = [(row, meta_of(opened, row)) for row in rows]
    return [Proof(row, meta["name"], meta["size"], meta["key"]) for row, meta in found]
