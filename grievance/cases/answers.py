"""What a body said, opened: what staff wrote down with the key of the case, what the body wrote
itself over a reply link with that of its packet."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from grievance.cases.opening import OpenCase, Shut, open_packet
from grievance.referrals import queries
from grievance.referrals.answered import Stance, stance_in
from grievance.referrals.links import BodyWrote
from grievance.referrals.models import Packet, Referral, ReferralAnswer
from grievance.referrals.operations import linking, proof
from grievance.referrals.operations.proof import Proof
from grievance.referrals.operations.sealing import OpenPacket
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Heard:
    """One answer; `wrote` where it is the body's own hand. Without the key of the packet the words
    of such a one stay shut."""

    row: ReferralAnswer
    wrote: BodyWrote | None
    reference: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    opened: bool = True
    stance: Stance | None = None
    proof: tuple[Proof, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether nobody at the desk has read it yet."""
        return self.wrote is not None and self.wrote.read_at is None

    @property
    def for_worker(self) -> bool:
        """Whether the worker may read its words."""
        return self.wrote is None or bool(self.wrote.shown)


def heard(session: Session, opened: OpenCase, referral: Referral) -> list[Heard]:
    """All that the body of a hand-over said, oldest first."""
    written = linking.wrote(session, referral.id)
    paper = _paper(session, opened, referral) if written else None
    return [
        _by_them(session, row, written[row.id], paper) if row.id in written else _by_us(row, opened)
        for row in queries.answers_of(session, referral.id)
    ]


def proof_of(session: Session, opened: OpenCase) -> list[Proof]:
    """The files that came with answers, as far as a copy may hold them: the worker's what they may
    read, one of staff what somebody of them has read."""
    worker = opened.holder is not None and opened.holder.kind == "receipt"
    rows = queries.of_case(session, opened.case.id)
    said = [one for row in rows for one in heard(session, opened, row.referral)]
    told = [one for one in said if (one.for_worker if worker else not one.unread)]
    return [sent for one in told for sent in one.proof]


def _by_us(row: ReferralAnswer, opened: OpenCase) -> Heard:
    told = opened.open_json(Label.REFERRAL_ANSWER, row.id, row.content)
    return Heard(row, None, told["reference"], told["note"])


def _by_them(
    session: Session, row: ReferralAnswer, wrote: BodyWrote, paper: OpenPacket | None
) -> Heard:
    if paper is None:
        return Heard(row, wrote, opened=False)
    told = paper.open_json(Label.REFERRAL_ANSWER, row.id, row.content)
    sent = tuple(proof.of_answer(session, paper, row.id, told))
    return Heard(row, wrote, told["reference"], told["note"], True, stance_in(told), sent)


def _paper(session: Session, opened: OpenCase, referral: Referral) -> OpenPacket | None:
    if referral.packet_id is None:
        return None
    try:
        return open_packet(session, opened, session.get_one(Packet, referral.packet_id))
    except Shut:
        return None
