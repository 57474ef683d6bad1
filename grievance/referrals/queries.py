"""Reading hand-overs: those of a case, the outbound board, and how bodies answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from grievance.referrals.models import Consent, Packet, PacketFile, Referral, ReferralAnswer
from grievance.referrals.states import SENT, UNDER_WAY

FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class ReferralRow:
    """A hand-over with its packet and the answer to the asking, as far as there are."""

    referral: Referral
    packet: Packet | None
    consent: Consent | None


@dataclass(frozen=True)
class Board:
    """What the outbound board shows. `chase_by` keeps those to be chased by that day, `without`
    leaves out cases that the reader may not know of, `after` is the last row's (chase, id)."""

    mechanism: str = ""
    state: str = ""
    owner_id: UUID | None = None
    chase_by: date | None = None
    without: Collection[UUID] = ()
    after: tuple[date, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True)
class Figures:
    """How a body answers: hand-overs that reached it, those answered, silent now, declined, and
    the median days from delivery to its first answer (None without one)."""

    mechanism: str
    sent: int
    answered: int
    silent: int
    declined: int
    median_days: float | None


def get(session: Session, case_id: UUID, referral_id: UUID) -> Referral | None:
    """A hand-over of this case, locked for the transaction; None for one of another."""
    wanted = select(Referral).where(Referral.id == referral_id, Referral.case_id == case_id)
    return session.scalars(wanted.with_for_update()).one_or_none()


def packet(session: Session, case_id: UUID, packet_id: UUID) -> Packet | None:
    """A packet of this case; None for one of another."""
    wanted = select(Packet).where(Packet.id == packet_id, Packet.case_id == case_id)
    return session.scalars(wanted).one_or_none()


def packet_file(session: Session, packet_id: UUID, file_id: UUID) -> PacketFile | None:
    """A copy of this packet; None for one of another, and for what came back with an answer."""
    mine = (PacketFile.packet_id == packet_id, PacketFile.answer_id.is_(None))
    wanted = select(PacketFile).where(PacketFile.id == file_id, *mine)
    return session.scalars(wanted).one_or_none()


def _together() -> Select[Referral, Packet, Consent]:
    return (
        select(Referral, Packet, Consent)
        .outerjoin(Packet, Packet.id == Referral.packet_id)
        .outerjoin(Consent, Consent.id == Referral.consent_id)
    )


def of_case(session: Session, case_id: UUID) -> list[ReferralRow]:
    """Every hand-over of a case, oldest first: the worker sees the same list as the handler."""
    wanted = _together().where(Referral.case_id == case_id)
    rows = session.execute(wanted.order_by(Referral.proposed_at, Referral.id))
    return [ReferralRow(row[0], row[1], row[2]) for row in rows]


def had_it(session: Session, case_id: UUID) -> set[str]:
    """The bodies to which something of the case went out."""
    went = (Referral.case_id == case_id, Referral.delivered_on.is_not(None))
    return set(session.scalars(select(Referral.mechanism).where(*went)))


def answers_of(session: Session, referral_id: UUID) -> list[ReferralAnswer]:
    """What the body said, oldest first."""
    wanted = select(ReferralAnswer).where(ReferralAnswer.referral_id == referral_id)
    return list(session.scalars(wanted.order_by(ReferralAnswer.at, ReferralAnswer.id)))


def under_way(session: Session, case_id: UUID) -> int:
    """How many hand-overs a body has, has not ended and has not met with silence: above zero the
    case is with a mechanism."""
    wanted = select(func.count()).where(
        Referral.case_id == case_id, Referral.state.in_(UNDER_WAY), Referral.state != "silent"
    )
    return session.scalar(wanted) or 0


def next_chase(session: Session, case_id: UUID) -> date | None:
    """The first day on which a body that has something of this case is to be asked again."""
    wanted = select(func.min(Referral.next_chase)).where(
        Referral.case_id == case_id, Referral.state.in_(UNDER_WAY)
    )
    return session.scalar(wanted)


def let_pass(referral: Referral, today: date) -> bool:
    """Whether a body that has something let the day for its next word pass."""
    day = referral.next_chase
    return referral.state in UNDER_WAY and day is not None and day < today


def _chase() -> ColumnElement[date]:
    return func.coalesce(Referral.next_chase, FAR)


def board_key(referral: Referral) -> tuple[date, UUID]:
    """Where a row stands on the board, for `Board.after`."""
    return referral.next_chase or FAR, referral.id


def board(session: Session, wanted: Board) -> list[ReferralRow]:
    """The outbound board, the next to be chased first; those without a day come last."""
    rows = _together()
    if wanted.mechanism:
        rows = rows.where(Referral.mechanism == wanted.mechanism)
    if wanted.state:
        rows = rows.where(Referral.state == wanted.state)
    if wanted.owner_id:
        rows = rows.where(Referral.owner_id == wanted.owner_id)
    if wanted.chase_by:
        rows = rows.where(Referral.next_chase <= wanted.chase_by)
    if wanted.without:
        rows = rows.where(Referral.case_id.not_in(wanted.without))
    if wanted.after:
        rows = rows.where(tuple_(_chase(), Referral.id) > wanted.after)
    rows = rows.order_by(_chase(), Referral.id).limit(wanted.limit)
    return [ReferralRow(row[0], row[1], row[2]) for row in session.execute(rows)]


def figures(session: Session, without: Collection[UUID] = ()) -> list[Figures]:
    """How each body answers, by its code."""
    first = func.least(
        Referral.acknowledged_on, Referral.accepted_on, Referral.declined_on, Referral.outcome_on
    )
    rows = (
        select(
            Referral.mechanism,
            func.count(),
            func.count(first),
            func.count(case((Referral.state == "silent", 1))),
            func.count(case((Referral.state == "declined", 1))),
            func.percentile_cont(0.5).within_group(first - Referral.delivered_on),
        )
        .where(Referral.delivered_on.is_not(None), Referral.state.in_((*SENT, "recalled")))
        .group_by(Referral.mechanism)
        .order_by(Referral.mechanism)
    )
    if without:
        rows = rows.where(Referral.case_id.not_in(without))
    return [
        Figures(name, sent, answered, silent, declined, None if days is None else float(days))
        for name, sent, answered, silent, declined, days in session.execute(rows)
    ]
