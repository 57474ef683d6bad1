"""Reading what lies on the desk of a body with an account: its board and its figures. Nothing
sealed is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    any_,
    case,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from grievance.accounts.companies import Respondent
from grievance.referrals.links import DeskItem
from grievance.referrals.models import Packet, Referral
from grievance.referrals.queries import FAR
from grievance.referrals.states import UNDER_WAY
from grievance.referrals.templates import book

FIRST = date(1, 1, 1)  # what calls for them before everything else: it was taken back


@dataclass(frozen=True)
class Laid:
    """A hand-over on the desk of a body, and the day on which somebody looks at it next."""

    item: DeskItem
    referral: Referral
    next_day: date

    def over(self, today: date) -> bool:
        """Whether nobody of them may open it any more: taken back, or the yes has ended."""
        ends = self.referral.ends_on
        return self.referral.state == "recalled" or ends is None or ends < today

    def late(self, today: date) -> bool:
        """Whether that day has come."""
        return not self.over(today) and self.next_day <= today


@dataclass(frozen=True)
class Whose:
    """Whose desk it is: an organisation's, or within a company that of `reader`, who sees nothing
    but what they were named for, not even that there is more."""

    organisation_id: UUID
    reader: UUID | None


@dataclass(frozen=True)
class Wanted:
    """What of the board of an organisation is shown. `person_id` keeps what one of them has, `late`
    what is due by today; `after` is the last row's (next day, id)."""

    whose: Whose
    today: date
    state: str = ""
    person_id: UUID | None = None
    late: bool = False
    after: tuple[date, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True)
class Figures:
    """How an organisation answers: under way, of these late; all that ever lay on its desk, those
    answered; of them in time, and those whose time ended without an answer or before it; the median
    days from the handing over to the first answer and to the outcome (None without one)."""

    under_way: int
    late: int
    all: int
    answered: int
    in_time: int
    too_late: int
    median_days: float | None
    outcome_days: float | None


def _goes_on(today: date) -> ColumnElement[bool]:
    return and_(Referral.state != "recalled", Referral.ends_on >= today)


def _next(today: date) -> ColumnElement[date]:
    """What was taken back comes first until they said that they stopped; what is over, last."""
    untold = and_(Referral.state == "recalled", Referral.told_on.is_(None))
    theirs = func.coalesce(DeskItem.due_on, Referral.next_chase, FAR)
    return case((untold, FIRST), (_goes_on(today), theirs), else_=FAR)


def _named() -> ColumnElement[bool]:
    """Of somebody of a company and a packet: it names them, and for what they do there now. Who
    left and was asked anew, to come back, is not who the worker was told of."""
    return and_(
        Respondent.person_id == any_(Packet.readers), Respondent.asked_at <= Packet.frozen_at
    )


def _theirs(whose: Whose) -> ColumnElement[bool]:
    here = DeskItem.organisation_id == whose.organisation_id
    if whose.reader is None:
        return here
    named = (
        select(Packet.id)
        .join(Respondent, _named())
        .where(
            Respondent.person_id == whose.reader,
            Respondent.organisation_id == whose.organisation_id,
        )
    )
    return and_(here, Referral.packet_id.in_(named))


def _of(whose: Whose, today: date) -> Select[DeskItem, Referral, date]:
    return (
        select(DeskItem, Referral, _next(today))
        .join(Referral, Referral.id == DeskItem.referral_id)
        .where(_theirs(whose))
    )


def find(session: Session, whose: Whose, referral_id: UUID, today: date) -> Laid | None:
    """A hand-over on this very desk; None for one of another, and for one that does not lie
    there."""
    wanted = _of(whose, today).where(DeskItem.referral_id == referral_id)
    found = session.execute(wanted.execution_options(populate_existing=True)).one_or_none()
    return Laid(*found) if found else None


def board(session: Session, wanted: Wanted) -> list[Laid]:
    """What lies on the desk of an organisation, the next to be looked at first."""
    rows, day = _of(wanted.whose, wanted.today), _next(wanted.today)
    if wanted.state:
        rows = rows.where(Referral.state == wanted.state)
    if wanted.person_id:
        rows = rows.where(DeskItem.person_id == wanted.person_id)
    if wanted.late:
        rows = rows.where(day <= wanted.today)
    if wanted.after:
        rows = rows.where(tuple_(day, Referral.id) > wanted.after)
    rows = rows.order_by(day, Referral.id).limit(wanted.limit)
    return [Laid(*row) for row in session.execute(rows)]


def _due() -> ColumnElement[date | None]:
    """Until when the first answer is in time: as many days after the handing over as the kind of
    document gives a body."""
    days = {name: one.acknowledge_days for name, one in book().templates.items()}
    return Referral.delivered_on + case(days, value=Packet.template)


def figures(session: Session, whose: Whose, today: date) -> Figures:
    """How an organisation answers what lies on its desk here; of a company's what they read. What
    was taken back before an answer is neither in time nor late."""
    first = func.least(
        Referral.acknowledged_on, Referral.accepted_on, Referral.declined_on, Referral.outcome_on
    )
    unanswered = and_(first.is_(None), _goes_on(today), _due() < today)
    open_ = and_(Referral.state.in_(UNDER_WAY), _goes_on(today))
    late = and_(open_, _next(today) < today)
    row = session.execute(
        select(
            func.count(case((open_, 1))),
            func.count(case((late, 1))),
            func.count(),
            func.count(first),
            func.count(case((first <= _due(), 1))),
            func.count(case((or_(first > _due(), unanswered), 1))),
            func.percentile_cont(0.5).within_group(first - Referral.delivered_on),
            func.percentile_cont(0.5).within_group(Referral.outcome_on - Referral.delivered_on),
        )
        .select_from(DeskItem)
        .join(Referral, Referral.id == DeskItem.referral_id)
        .join(Packet, Packet.id == Referral.packet_id)
        .where(_theirs(whose))
    ).one()
    medians = (None if days is None else float(days) for days in row[6:])
    return Figures(*row[:6], *medians)


def readers(session: Session, organisation_id: UUID, packet_id: UUID) -> set[UUID]:
    """Who of a company finds a paper on their desk: they were named for what they do there now."""
    there = (Packet.id == packet_id, Respondent.organisation_id == organisation_id)
    return set(session.scalars(select(Respondent.person_id).join(Packet, _named()).where(*there)))


def desks_of(session: Session, referrals: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The organisations on whose desks these hand-overs lie, and who of a company has it on theirs:
    not who was named and left, or came back to something else."""
    wanted = (
        select(DeskItem.organisation_id, DeskItem.referral_id, Referral.packet_id)
        .join(Referral, Referral.id == DeskItem.referral_id)
        .where(DeskItem.referral_id.in_(referrals))
        .order_by(DeskItem.organisation_id, DeskItem.referral_id)
    )
    found: dict[UUID, set[UUID]] = {}
    for organisation_id, _referral, packet_id in session.execute(wanted).all():
        theirs = found.setdefault(organisation_id, set())
        theirs |= readers(session, organisation_id, packet_id) if packet_id else set()
    return found


def ended(session: Session, today: date) -> list[UUID]:
    """The hand-overs that lie on a desk though their time is over, whose people were not told."""
    wanted = (
        select(DeskItem.referral_id)
        .join(Referral, Referral.id == DeskItem.referral_id)
        .where(Referral.ends_on < today, Referral.state != "recalled", _untold())
        .order_by(DeskItem.referral_id)
    )
    return list(session.scalars(wanted))


def claim(session: Session, referral_id: UUID, now: datetime) -> tuple[UUID, UUID] | None:
    """The case and the organisation of one of these, told from now on; None where another job has
    it, or had."""
    mine = (DeskItem.referral_id == referral_id, _untold())
    wanted = select(DeskItem.case_id, DeskItem.organisation_id).where(*mine)
    found = session.execute(wanted.with_for_update(skip_locked=True)).one_or_none()
    if found is None:
        return None
    session.execute(update(DeskItem).where(*mine).values(stopped_at=now))
    return found.case_id, found.organisation_id


def _untold() -> ColumnElement[bool]:
    return DeskItem.stopped_at.is_(None)
