"""What lies on the desk of a body with an account: sealed to its organisation, or to people of a
company, laid there, and what its own people keep beside it: who has it, the next day, a note."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grievance.accounts.companies import RESPONDENT
from grievance.accounts.keys import RECIPIENT
from grievance.referrals.links import DeskItem
from grievance.referrals.models import Packet, PacketGrant, Referral
from grievance.referrals.operations import sealing
from grievance.referrals.operations.sealing import Holder, OpenPacket
from grievance.referrals.states import SENT
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Kept:
    """What the people of a body write beside it for themselves."""

    person_id: UUID | None
    due_on: date | None
    note: str = field(default="", repr=False)


def seal(session: Session, opened: OpenPacket, to: Holder) -> None:
    """Seal the packet's key to a body's organisation or one of a company's people, to the newest of
    its keys. An older one of the same holder ends: nobody may be left who holds it."""
    mine = (
        PacketGrant.packet_id == opened.packet.id,
        PacketGrant.holder_kind == to.kind,
        PacketGrant.holder_id == to.id,
    )
    if is_sealed(session, opened.packet, to):
        return
    session.execute(delete(PacketGrant).where(*mine))
    sealing.give(session, opened.packet, opened.key, to)
    session.flush()


def is_sealed(session: Session, packet: Packet, to: Holder) -> bool:
    """Whether the holder can open the packet with the newest of their keys."""
    found = select(PacketGrant.id).where(
        PacketGrant.packet_id == packet.id,
        PacketGrant.holder_kind == to.kind,
        PacketGrant.holder_id == to.id,
        PacketGrant.holder_generation == to.generation,
    )
    return session.scalar(found) is not None


def drop_keys(session: Session, today: date) -> None:
    """Take their key from all that lies on a desk though its time is over. It opens nothing before
    that either: this only makes it lasting."""
    over = select(Referral.packet_id).where(Referral.ends_on < today)
    on_desks = PacketGrant.holder_kind.in_((RECIPIENT, RESPONDENT))
    theirs = (on_desks, PacketGrant.packet_id.in_(over))
    session.execute(delete(PacketGrant).where(*theirs))


@dataclass(frozen=True)
class Recipients:
    """Who opens a packet on a desk: an organisation, by its own key or those of named people."""

    organisation_id: UUID
    holders: tuple[Holder, ...]


def seal_all(session: Session, opened: OpenPacket, to: Recipients) -> None:
    """Seal the packet's key to each of them."""
    for holder in to.holders:
        seal(session, opened, holder)


def lay(
    session: Session, opened: OpenPacket, referral: Referral, to: Recipients, now: datetime
) -> DeskItem:
    """Lay what went out on the desk of its body, sealed to who reads it there if it was not.
    Refuses `not_now` before it went out and once it was taken back."""
    if referral.state not in SENT or referral.packet_id != opened.packet.id:
        raise Refused("not_now")
    seal_all(session, opened, to)
    item = session.get(DeskItem, referral.id)
    if item is None:
        item = DeskItem(
            referral_id=referral.id,
            case_id=referral.case_id,
            organisation_id=to.organisation_id,
            laid_at=now,
        )
        session.add(item)
    session.flush()
    return item


def keep(session: Session, opened: OpenPacket, item: DeskItem, kept: Kept) -> None:
    """Write down who of the body has it, their next day and their note, under the packet's key."""
    note = kept.note.strip()
    item.person_id, item.due_on = kept.person_id, kept.due_on
    sealed = opened.seal_json(Label.DESK_ITEM_NOTE, item.referral_id, note) if note else None
    item.note = sealed
    session.flush()


def note_of(opened: OpenPacket, item: DeskItem) -> str:
    """Their note, opened."""
    if item.note is None:
        return ""
    return str(opened.open_json(Label.DESK_ITEM_NOTE, item.referral_id, item.note))
