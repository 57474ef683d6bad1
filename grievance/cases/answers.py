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
from grievance.referrals.operations import linking
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
        _heard(row, written.get(row.id), paper if row.id in written else opened)
        for row in queries.answers_of(session, referral.id)
    ]


def _heard(
    row: ReferralAnswer, wrote: BodyWrote | None, key: OpenPacket | OpenCase | None
) -> Heard:
    if key is None:
        return Heard(row, wrote, opened=False)
    told = key.open_json(Label.REFERRAL_ANSWER, row.id, row.content)
    return Heard(row, wrote, told["reference"], told["note"], stance=stance_in(told))


def _paper(session: Session, opened: OpenCase, referral: Referral) -> OpenPacket | None:
    if referral.packet_id is None:
        return None
    try:
        return open_packet(session, opened, session.get_one(Packet, referral.packet_id))
    except Shut:
        return None
