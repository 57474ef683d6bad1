"""Which cases are to be erased: whose workers asked for it, and whose time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.queries import profile
from grievance.cases.lifecycle import OVER
from grievance.cases.models import Case, Erasure, FourEyes
from grievance.cases.queries import not_recused

NOTICE = timedelta(days=30)  # the worker reads it so long before, where they did not ask themselves


def asked(session: Session, case_id: UUID) -> Erasure | None:
    """What the worker asked for on their page, and did not take back."""
    mine = (Erasure.case_id == case_id, Erasure.proposal_id.is_(None), Erasure.ended_at.is_(None))
    return session.scalars(select(Erasure).where(*mine)).first()


def proposed(session: Session, case_id: UUID) -> Erasure | None:
    """What one of staff proposed and nobody decided yet."""
    found = select(Erasure).join(FourEyes, FourEyes.id == Erasure.proposal_id)
    return session.scalars(
        found.where(Erasure.case_id == case_id, FourEyes.state == "asked")
    ).first()


def to_stop(session: Session, case_id: UUID) -> list[Erasure]:
    """What waits of a case that its worker can stop."""
    found = (asked(session, case_id), proposed(session, case_id))
    return [one for one in found if one and one.ground != "retention"]


def end(session: Session, case_id: UUID, at: datetime) -> None:
    """The worker wants help again: what they asked for is void."""
    if standing := asked(session, case_id):
        standing.ended_at = at


def is_over(session: Session, case: Case, at: datetime) -> bool:
    """Whether the operator's time for keeping a case that is over has run out by then."""
    told = profile(session)
    days = told.keeps_days if told else None
    return days is not None and case.state in OVER and case.state_since + timedelta(days=days) <= at


@dataclass(frozen=True)
class Due:
    """A case that is over and past its time; `proposed` when somebody proposed to erase it."""

    case: Case
    until: datetime
    proposed: bool


def due(session: Session, now: datetime, person: UUID | None = None) -> list[Due]:
    """The cases whose time is over, the longest first; as far as `person` may know of them."""
    told = profile(session)
    if told is None or told.keeps_days is None:
        return []
    kept = timedelta(days=told.keeps_days)
    found = select(Case).where(Case.state.in_(OVER), Case.state_since <= now - kept)
    if person:
        found = found.where(not_recused(person))
    rows = session.scalars(found.order_by(Case.state_since, Case.id)).all()
    waits = select(FourEyes.case_id).where(FourEyes.verb == "erase", FourEyes.state == "asked")
    proposed_of = set(session.scalars(waits))
    return [Due(case, case.state_since + kept, case.id in proposed_of) for case in rows]


def calling(session: Session, person: UUID, limit: int = 100) -> list[Case]:
    """Cases whose workers asked for it, then those in which a colleague proposed it: whether they
    are over or not."""
    waits = select(FourEyes.case_id).where(FourEyes.verb == "erase", FourEyes.state == "asked")
    own = waits.where(FourEyes.asked_by == person)
    wants = select(Erasure.case_id).where(Erasure.proposal_id.is_(None), Erasure.ended_at.is_(None))
    called = or_(Case.id.in_(wants), Case.id.in_(waits))
    chosen = select(Case).where(and_(called, Case.id.not_in(own)), not_recused(person))
    first = Case.id.in_(wants).desc()  # what staff propose waits thirty days, many at a time
    return list(session.scalars(chosen.order_by(first, Case.next_due, Case.id).limit(limit)))


def erased_by(session: Session, reference: str, actor: str) -> bool:
    """Whether this actor erased the case that had this reference."""
    erased = (Event.verb == "erase", Event.actor == actor, Event.codes["all"].as_boolean())
    gone = select(Event.stream_id).where(Event.stream_kind == Case.stream_kind, *erased)
    named = Event.codes["row"]["reference"].astext == reference
    found = select(Event.id).where(Event.stream_id.in_(gone), named)
    return session.scalar(found.limit(1)) is not None
