"""Packets: kept under a key of their own, frozen, opened by who holds that key, superseded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.referrals.digests import digest_of
from grievance.referrals.document import Document
from grievance.referrals.drafting import check_read
from grievance.referrals.models import Consent, Packet, PacketFile, PacketGrant, Referral
from grievance.referrals.operations.recalling import OURS
from grievance.referrals.operations.stored import KeptFile, put_file
from grievance.referrals.states import TABLE
from grievance.referrals.templates import SENT_IN
from grievance.refusals import Refused
from grievance.storage import Blobs
from grievance.vault import values
from grievance.vault.errors import Tampered
from grievance.vault.files import verify_and_open
from grievance.vault.grants import GrantInfo, open_grant, seal_grant
from grievance.vault.keys import key_check, new_key
from grievance.vault.labels import Label

PURPOSE = "packet"
_GENERATION = 1  # a packet has one key; a changed packet is another packet


class Sealer(Protocol):
    """Who seals words to a row of the case: an opened case."""

    def seal_json(self, label: Label, row: UUID | str, data: Any) -> bytes:
        """Seal JSON under the compartment that `label` belongs to."""


class Holder(Protocol):
    """Who may hold a packet's key: an organisation, a receipt, a recipient. `public` was vouched
    for by `check_public_key`."""

    @property
    def kind(self) -> str:
        """`organisation`, `receipt`, `recipient` or `link`."""

    @property
    def id(self) -> UUID:
        """Whose key it is."""

    @property
    def generation(self) -> int:
        """Of the holder's own key."""

    @property
    def public(self) -> bytes:
        """X25519, 32 bytes."""


@dataclass(frozen=True)
class FlatFile:
    """A flat copy (already cleaned and redacted) that goes with a packet; `source` is the file of
    the case that it was made of."""

    name: str = field(repr=False)
    mime: str
    data: bytes = field(repr=False)
    source: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Making:
    """What a packet is made of. `immigration` is the directory's code of the body, now."""

    case_id: UUID
    mechanism: str
    immigration: str
    document: Document = field(repr=False)
    files: Sequence[FlatFile] = field(default=(), repr=False)


@dataclass(frozen=True)
class OpenPacket:
    """A packet, its key and what it says. Whoever holds that key can seal words to it: the worker,
    the operator, and the body that got it."""

    packet: Packet
    key: bytes = field(repr=False)
    document: Document = field(repr=False)

    def seal_json(self, label: Label, row: UUID | str, data: Any) -> bytes:
        """Seal JSON to a row that belongs to this packet."""
        return values.seal_json(self.key, _place(label, self.packet, row), data)

    def open_json(self, label: Label, row: UUID | str, value: bytes) -> Any:
        """Open sealed JSON of such a row; `Tampered` when it was moved."""
        return values.open_json(self.key, _place(label, self.packet, row), value)


def _place(label: Label, packet: Packet, row: UUID | str) -> values.Place:
    return values.Place(label, packet.case_id, row, _GENERATION)


def _info(packet: Packet, holder: tuple[str, UUID, int]) -> GrantInfo:
    kind, holder_id, generation = holder
    return GrantInfo(
        case=packet.case_id,
        compartment_or_packet=packet.id,
        key_generation=_GENERATION,
        holder_kind=kind,
        holder_id=holder_id,
        holder_generation=generation,
        purpose=PURPOSE,
    )


def number_of(packet_id: UUID) -> str:
    """What a paper is called between a body and us: the start of the packet's random id."""
    return f"{packet_id.hex[:4]}-{packet_id.hex[4:8]}".upper()


def keep(
    session: Session, making: Making, holders: Iterable[Holder], blobs: Blobs, now: datetime
) -> OpenPacket:
    """Keep a draft under a new key, sealed to these holders: the operator, and every receipt of
    the worker, who reads it before saying yes. Helpers and members get none. The document gets the
    number that an answer quotes.

    Refused when the document was drafted for another body, or only for the worker to read, or
    while words of the worker stand in it that its reader does not read.
    """
    key, row = new_key(), uuid4()
    document = replace(making.document, number=number_of(row))
    check_read(document)
    if document.language not in SENT_IN:
        raise Refused("language")
    if document.mechanism != making.mechanism:
        raise Refused("recipient")
    packet = Packet(
        id=row,
        case_id=making.case_id,
        mechanism=making.mechanism,
        immigration=making.immigration,
        template=document.template,
        language=document.language,
        beside=document.beside,
        form=document.form,
        parts=list(document.parts),
        state="draft",
        key_check=key_check(key),
        made_at=now,
    )
    packet.content = values.seal_json(
        key, _place(Label.PACKET_CONTENT, packet, row), document.plain()
    )
    session.add(packet)
    session.flush()
    opened = OpenPacket(packet, key, document)
    for place, file in enumerate(making.files):
        kept = put_file(blobs, file.name, file.mime, file.data, file.source)
        session.add(file_row(opened, kept, place, None))
    for holder in holders:
        give(session, packet, key, holder)
    session.flush()
    return opened


def file_row(opened: OpenPacket, kept: KeptFile, place: int, answer: UUID | None) -> PacketFile:
    """The row of a file of this packet: its key and name are sealed under the packet's."""
    packet = opened.packet
    return PacketFile(
        id=kept.id,
        packet_id=packet.id,
        answer_id=answer,
        place=place,
        blob=kept.blob,
        blob_digest=kept.digest,
        meta=opened.seal_json(Label.PACKET_FILE, kept.id, kept.meta),
    )


def files_of(session: Session, packet: Packet) -> list[PacketFile]:
    """The copies that go with a packet, in order; nothing that came back with an answer."""
    mine = (PacketFile.packet_id == packet.id, PacketFile.answer_id.is_(None))
    wanted = select(PacketFile).where(*mine)
    return list(session.scalars(wanted.order_by(PacketFile.place)))


def freeze(session: Session, packet: Packet, now: datetime) -> bytes:
    """Make a draft final; its digest is what a consent names."""
    if packet.state != "draft":
        raise Refused("frozen")
    packet.digest = digest_of(packet, files_of(session, packet))
    packet.state, packet.frozen_at = "frozen", now
    session.flush()
    return packet.digest


def discard(session: Session, packet: Packet, blobs: Blobs) -> None:
    """Delete a draft that nobody was shown, its copies first."""
    if packet.state != "draft":
        raise Refused("frozen")
    for file in files_of(session, packet):
        blobs.delete(file.blob.hex)
        session.delete(file)
    for grant in session.scalars(select(PacketGrant).where(PacketGrant.packet_id == packet.id)):
        session.delete(grant)
    session.flush()
    session.delete(packet)
    session.flush()


def give(session: Session, packet: Packet, key: bytes, holder: Holder) -> PacketGrant:
    """Seal the packet's key to one more holder; Tampered for a key that is not the packet's."""
    if key_check(key) != packet.key_check:
        raise Tampered("packet key")
    grant = PacketGrant(
        case_id=packet.case_id,
        packet_id=packet.id,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_generation=holder.generation,
        box=seal_grant(
            holder.public, _info(packet, (holder.kind, holder.id, holder.generation)), key
        ),
    )
    session.add(grant)
    return grant


def reseal(session: Session, grant: PacketGrant, private: bytes, to: Holder) -> None:
    """Seal a grant anew to another generation of the same holder."""
    packet = session.get_one(Packet, grant.packet_id)
    was = _info(packet, (grant.holder_kind, grant.holder_id, grant.holder_generation))
    key = open_grant(private, was, grant.box)
    _move(grant, packet, key, to)


def give_anew(grant: PacketGrant, opened: OpenPacket, to: Holder) -> None:
    """Seal a grant whose own key nobody has any more to the newest key of the same holder. The row
    stays the same: whoever deletes it meanwhile deletes this, too."""
    _move(grant, opened.packet, opened.key, to)


def _move(grant: PacketGrant, packet: Packet, key: bytes, to: Holder) -> None:
    info = _info(packet, (grant.holder_kind, grant.holder_id, to.generation))
    grant.box = seal_grant(to.public, info, key)
    grant.holder_generation = to.generation


def open_packet(
    session: Session, packet: Packet, kind: str, holder_id: UUID, privates: dict[int, bytes]
) -> OpenPacket:
    """Open a packet for a holder whose private keys, by generation, are given.

    Refused `no_grant` without a grant; Tampered when content, key, files, form, parts or body are
    not those that were frozen.
    """
    grants = session.scalars(
        select(PacketGrant).where(
            PacketGrant.packet_id == packet.id,
            PacketGrant.holder_kind == kind,
            PacketGrant.holder_id == holder_id,
        )
    )
    grant = next((row for row in grants if row.holder_generation in privates), None)
    if grant is None:
        raise Refused("no_grant")
    info = _info(packet, (kind, holder_id, grant.holder_generation))
    key = open_grant(privates[grant.holder_generation], info, grant.box)
    if key_check(key) != packet.key_check:
        raise Tampered("packet key")
    if packet.digest is not None:
        check_digest(session, packet)
    content = values.open_json(key, _place(Label.PACKET_CONTENT, packet, packet.id), packet.content)
    return OpenPacket(packet, key, Document.from_plain(content))


def check_digest(session: Session, packet: Packet) -> None:
    """Tampered when a frozen packet is not what its digest names."""
    if packet.digest != digest_of(packet, files_of(session, packet)):
        raise Tampered("packet")


def open_file(opened: OpenPacket, file: PacketFile, blobs: Blobs) -> FlatFile:
    """A copy that goes with the packet; every chunk is verified before it is given out."""
    meta = meta_of(opened, file)
    with blobs.open(file.blob.hex) as sealed:
        data = b"".join(verify_and_open(bytes.fromhex(meta["key"]), sealed))
    return FlatFile(meta["name"], meta["mime"], data)


def sources(session: Session, opened: OpenPacket) -> set[UUID]:
    """The files of the case whose copies go with this packet."""
    kept = [meta_of(opened, file).get("source") for file in files_of(session, opened.packet)]
    return {UUID(source) for source in kept if source}


def meta_of(opened: OpenPacket, file: PacketFile) -> dict[str, Any]:
    """What a file of this packet is, and the key of its blob."""
    if file.packet_id != opened.packet.id:
        raise Refused("other_case")
    place = _place(Label.PACKET_FILE, opened.packet, file.id)
    found: dict[str, Any] = values.open_json(opened.key, place, file.meta)
    return found


def supersede(session: Session, old: Packet, new: Packet, now: datetime) -> list[Referral]:
    """Put a changed packet in the place of one that has not gone out.

    Whatever was agreed to the old one ends now and its recipient's keys go: its referrals stand at
    the proposal again, with the new packet. Refused for another case or body, and once the old one
    was delivered.
    """
    if (old.case_id, old.mechanism) != (new.case_id, new.mechanism) or old.id == new.id:
        raise Refused("recipient")
    if old.state != "frozen" or new.state != "frozen":
        raise Refused("superseded" if old.state == "superseded" else "not_frozen")
    found = list(session.scalars(select(Referral).where(Referral.packet_id == old.id)))
    if any(referral.delivered_at for referral in found):
        raise Refused("delivered")
    changed = [row for row in found if row.state in TABLE["supersede"][0]]
    for referral in changed:
        referral.state, referral.packet_id = TABLE["supersede"][1], new.id
        referral.consent_id = referral.consent_answer = None
        referral.last_news = now
    _end(session, old, now)
    old.state = "superseded"
    session.flush()
    return changed


def _end(session: Session, packet: Packet, now: datetime) -> None:
    yes = (Consent.packet_id == packet.id, Consent.answer == "yes", Consent.recalled_at.is_(None))
    for consent in session.scalars(select(Consent).where(*yes)):
        consent.recalled_at = now
    theirs = (PacketGrant.packet_id == packet.id, PacketGrant.holder_kind.not_in(OURS))
    for grant in session.scalars(select(PacketGrant).where(*theirs)):
        session.delete(grant)


def changed(session: Session, referral: Referral) -> str:
    """How far an earlier packet of this hand-over had come before another took its place: `asked`
    or `yes`; nothing where this is the first.

    Only one hand-over to a body runs at a time, so packets made since it was proposed are its own.
    """
    earlier = (
        select(Consent.answer)
        .select_from(Packet)
        .outerjoin(Consent, Consent.packet_id == Packet.id)
        .where(
            Packet.case_id == referral.case_id,
            Packet.mechanism == referral.mechanism,
            Packet.state == "superseded",
            Packet.made_at >= referral.proposed_at,
        )
    )
    found = session.scalars(earlier).all()
    return "yes" if "yes" in found else "asked" if found else ""
