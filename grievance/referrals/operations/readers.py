"""Who of a company reads a packet: people whom the worker is told by name, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.referrals.operations.sealing import OpenPacket
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Reader:
    """Somebody of a company, as the worker is told of them."""

    id: UUID
    name: str = field(repr=False)
    task: str = field(repr=False)


def write(session: Session, kept: OpenPacket, readers: Iterable[Reader]) -> None:
    """Name in a draft who of the company reads it: frozen with it, so that a yes names them, too.
    Nobody is named by default. Refuses `frozen` afterwards."""
    packet = kept.packet
    if packet.state != "draft":
        raise Refused("frozen")
    named = sorted(readers, key=lambda one: one.id)
    if not named:
        return
    told = [{**asdict(one), "id": str(one.id)} for one in named]
    packet.readers = [one.id for one in named]
    packet.reader_names = kept.seal_json(Label.PACKET_READERS, packet.id, told)
    session.flush()


def readers_of(opened: OpenPacket) -> list[Reader]:
    """Whom the worker was told of."""
    packet = opened.packet
    if packet.reader_names is None:
        return []
    told = opened.open_json(Label.PACKET_READERS, packet.id, packet.reader_names)
    return [Reader(UUID(one["id"]), one["name"], one["task"]) for one in told]
