"""An opened case: its row and the keys that one holder has of it.

A member of staff opens it with the organisation's key, a worker with the key of a receipt. What a
holder has no key for stays shut: asking for it is a `Shut`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.models import COMPARTMENTS, RECEIPT_ROLES, Case, CaseGrant, CaseKey, Receipt
from grievance.model import complete, some_of
from grievance.referrals.models import Packet, PacketGrant
from grievance.referrals.operations import sealing
from grievance.referrals.operations.sealing import OpenPacket
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.errors import Tampered, VaultError
from grievance.vault.grants import GrantInfo, open_grant, seal_grant
from grievance.vault.keys import Holder, key_check, new_key
from grievance.vault.labels import Label

PURPOSE = "case"
COMPARTMENT_OF = {
    Label.CASE_ANSWERS: "story",
    Label.CASE_DECISION: "story",
    Label.CASE_WAGES: "story",
    Label.MESSAGE_BODY: "story",
    Label.PASSAGE_TRANSLATION: "story",
    Label.ASSIGNED_KEY: "story",
    Label.CONSENT_WORDS: "story",
    Label.REFERRAL_NOTE: "story",
    Label.REFERRAL_ANSWER: "story",
    Label.FILE_META: "story",
    Label.REMEDY_FACTS: "story",
    Label.FEEDBACK_WORDS: "story",
    Label.OUTCOME_WORDS: "story",
    Label.CORRECTION_STORY: "story",
    Label.CASE_IDENTITY: "identity",
    Label.CORRECTION_IDENTITY: "identity",
    Label.CASE_PROFILE: "identity",
    Label.NOTE_OPENING: "identity",  # a helper gets no note
    Label.CASE_SUGGESTION: "identity",  # it repeats the profile: nationality, status
    Label.STAFF_MESSAGE: "internal",
    Label.CORRECTION_INTERNAL: "internal",
    Label.CASE_NOTE: "internal",
    Label.OWN_REMINDER: "internal",
    Label.ATTEMPT_NOTE: "internal",
    Label.EVENT_DETAIL: "internal",
}
some_of(COMPARTMENT_OF, Label)
RECEIPT_HOLDS = {"worker": ("story", "identity"), "helper": ("story",), "member": ("story",)}
complete(RECEIPT_HOLDS, RECEIPT_ROLES)


class Shut(VaultError):
    """The holder has no key to this compartment."""


@dataclass(frozen=True)
class OpenCase:
    """A case and the keys its reader holds, by compartment; with the reader's own private keys, by
    generation, which open packets."""

    case: Case
    keys: Mapping[str, bytes] = field(repr=False)
    holder: Holder | None = None
    privates: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    def holds(self, compartment: str) -> bool:
        """Whether the reader may open this compartment."""
        return compartment in self.keys

    def without(self, compartment: str) -> OpenCase:
        """The same for a page that must not show one of them."""
        held = {name: key for name, key in self.keys.items() if name != compartment}
        return replace(self, keys=held)

    def _key(self, label: Label) -> bytes:
        compartment = COMPARTMENT_OF[label]
        if compartment not in self.keys:
            raise Shut(compartment)
        return self.keys[compartment]

    def _place(self, label: Label, row: UUID | str) -> values.Place:
        return values.Place(label, self.case.id, row, self.case.key_generation)

    def seal_text(self, label: Label, row: UUID | str, text: str) -> bytes:
        """Seal a text to its row under the compartment that `label` belongs to."""
        return values.seal_text(self._key(label), self._place(label, row), text)

    def open_text(self, label: Label, row: UUID | str, value: bytes) -> str:
        """Open a text of a row; `Shut` without the key, `Tampered` when it was moved."""
        return values.open_text(self._key(label), self._place(label, row), value)

    def seal_json(self, label: Label, row: UUID | str, data: Any) -> bytes:
        """Seal anything JSON can hold."""
        return values.seal_json(self._key(label), self._place(label, row), data)

    def open_json(self, label: Label, row: UUID | str, value: bytes) -> Any:
        """Open sealed JSON of a row."""
        return values.open_json(self._key(label), self._place(label, row), value)


def receipt_holder(receipt: Receipt) -> Holder:
    """A receipt as holder of what is sealed to it; its public key is not checked here."""
    return Holder("receipt", receipt.id, 1, receipt.public_key)


def _info(case_id: UUID, compartment: str, generation: int, holder: Holder) -> GrantInfo:
    return GrantInfo(
        case=case_id,
        compartment_or_packet=compartment,
        key_generation=generation,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_generation=holder.generation,
        purpose=PURPOSE,
    )


def new_case_keys(session: Session, case: Case) -> OpenCase:
    """Draw the three keys of a new case and keep their checks."""
    opened = OpenCase(case, {compartment: new_key() for compartment in COMPARTMENTS})
    for compartment, key in opened.keys.items():
        session.add(
            CaseKey(
                case_id=case.id,
                compartment=compartment,
                generation=case.key_generation,
                check=key_check(key),
            )
        )
    return opened


def grant(
    session: Session, opened: OpenCase, holder: Holder, compartments: tuple[str, ...]
) -> None:
    """Seal these compartments' keys to a holder; `Shut` for one the giver does not hold."""
    for compartment in compartments:
        if compartment not in opened.keys:
            raise Shut(compartment)
        info = _info(opened.case.id, compartment, opened.case.key_generation, holder)
        session.add(
            CaseGrant(
                case_id=opened.case.id,
                compartment=compartment,
                key_generation=opened.case.key_generation,
                holder_kind=holder.kind,
                holder_id=holder.id,
                holder_generation=holder.generation,
                purpose=PURPOSE,
                box=seal_grant(holder.public, info, opened.keys[compartment]),
            )
        )


def _open(session: Session, case: Case, holder: Holder, privates: Mapping[int, bytes]) -> OpenCase:
    grants = session.scalars(
        select(CaseGrant).where(
            CaseGrant.case_id == case.id,
            CaseGrant.key_generation == case.key_generation,
            CaseGrant.holder_kind == holder.kind,
            CaseGrant.holder_id == holder.id,
        )
    )
    checks = {
        row.compartment: row.check
        for row in session.scalars(
            select(CaseKey).where(
                CaseKey.case_id == case.id, CaseKey.generation == case.key_generation
            )
        )
    }
    keys: dict[str, bytes] = {}
    for row in grants:
        private = privates.get(row.holder_generation)
        if private is None:
            continue
        of_row = Holder(holder.kind, holder.id, row.holder_generation, b"")
        info = _info(case.id, row.compartment, case.key_generation, of_row)
        key = open_grant(private, info, row.box)
        if checks.get(row.compartment) != key_check(key):
            raise Tampered("key check")
        keys[row.compartment] = key
    return OpenCase(case, keys, holder, privates)


def open_for_organisation(
    session: Session, case: Case, organisation: UUID, privates: Mapping[int, bytes]
) -> OpenCase:
    """Open a case for a member: `privates` are the organisation's private keys by generation."""
    return _open(session, case, Holder("organisation", organisation, 0, b""), privates)


def open_for_receipt(session: Session, case: Case, receipt: Receipt, private: bytes) -> OpenCase:
    """Open a case for the holder of a receipt."""
    return _open(session, case, receipt_holder(receipt), {1: private})


def reseal(row: CaseGrant, private: bytes, to: Holder) -> None:
    """Seal a grant anew to another generation of the same holder."""
    was = Holder(row.holder_kind, row.holder_id, row.holder_generation, b"")
    before = _info(row.case_id, row.compartment, row.key_generation, was)
    key = open_grant(private, before, row.box)
    row.box = seal_grant(
        to.public, _info(row.case_id, row.compartment, row.key_generation, to), key
    )
    row.holder_generation = to.generation


def open_packet(session: Session, opened: OpenCase, packet: Packet) -> OpenPacket:
    """A packet of this case with the reader's own key; `Shut` where they hold none."""
    holder = opened.holder
    if holder is None or packet.case_id != opened.case.id:
        raise Shut("packet")
    try:
        return sealing.open_packet(session, packet, holder.kind, holder.id, dict(opened.privates))
    except Refused as refused:
        raise Shut("packet") from refused


def packets_held(session: Session, opened: OpenCase) -> list[OpenPacket]:
    """Every packet of the case that its reader holds the key of."""
    if opened.holder is None:
        return []
    mine = select(PacketGrant.packet_id).where(
        PacketGrant.holder_kind == opened.holder.kind, PacketGrant.holder_id == opened.holder.id
    )
    wanted = select(Packet).where(Packet.case_id == opened.case.id, Packet.id.in_(mine))
    return [open_packet(session, opened, packet) for packet in session.scalars(wanted)]


def give_packets(session: Session, held: Iterable[OpenPacket], holder: Holder) -> None:
    """Seal the keys of these packets to one more holder: a changed or newly issued receipt."""
    for one in held:
        sealing.give(session, one.packet, one.key, holder)
