"""Call-backs: that a worker who wants to be called is to hear of news by telephone, one for each
case at a time.

What it is about stands here as kinds, no word of it; the number, the safe times and what must
never be said lie in the sealed identity. Tries that reached nobody are those of the case
(`cases.models.Attempt`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.cases.deputies import whose
from grievance.cases.models import Attempt, Case
from grievance.cases.queries import not_recused
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.model import Base, identifier

CLOCK = "call"
NEWS = (
    "message", "question", "consent", "decision", "remedy", "body", "corrected", "number",
    "erasure", "late", "arrived", "check", "law",
)  # fmt: skip
# What a worker's own number did: who holds it may not be them, and their coming back says nothing.
OF_THE_NUMBER = ("number", "erasure")
REACHED = ("reached", "came")  # they heard of it: on the telephone, or read it themselves
FRUITLESS = ("no_answer", "somebody", "wrong")
RESULTS = (*REACHED, *FRUITLESS)
MOST_DAYS = 3  # on so many days nobody was reached: the leads hear of it
LISTED = 200


class CallBack(Base):
    """One call that is to be made: of what kinds of news, since when. It ends when the worker was
    reached, came by themselves, or wants no call any more: the event of that tells which."""

    __tablename__ = "call_back"
    __table_args__ = (
        Index(
            "uq_call_back_open", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String(12)), info={"holds": "code"})
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def wanted(contact: Mapping[str, Any]) -> bool:
    """Whether this is a worker who wants to be called, and where."""
    return contact.get("way") == "phone" and bool(contact.get("value"))


def open_call(session: Session, case_id: UUID) -> CallBack | None:
    """The call that is to be made in a case."""
    mine = (CallBack.case_id == case_id, CallBack.ended_at.is_(None))
    return session.scalars(select(CallBack).where(*mine)).one_or_none()


def make(session: Session, case: Case, kind: str, now: datetime) -> None:
    """A call is due from here; where one is due already, its news joins that one."""
    call = open_call(session, case.id)
    if call is None:
        session.add(CallBack(case_id=case.id, kinds=[kind], made_at=now))
        clocks.start(session, case.id, CLOCK, now, operator_hours(session))
    elif kind not in call.kinds:
        call.kinds = [*call.kinds, kind]
    session.flush()


def end(session: Session, call: CallBack, at: datetime) -> None:
    """Nobody has to call any more."""
    call.ended_at = at
    clocks.meet(session, call.case_id, (CLOCK,), at)
    session.flush()


def came(session: Session, case_id: UUID, at: datetime) -> None:
    """The worker did something on their page, where the news stands. What their number itself did
    is told all the same: somebody else may hold it."""
    call = open_call(session, case_id)
    if call and not set(call.kinds) & set(OF_THE_NUMBER):
        end(session, call, at)


def moved(session: Session, case_id: UUID, contact: Mapping[str, Any], at: datetime) -> None:
    """The worker may be reached otherwise: nobody calls whoever wants no call any more."""
    call = open_call(session, case_id)
    if call and not wanted(contact):
        end(session, call, at)


def fruitless_days(session: Session, call: CallBack) -> list[date]:
    """The days since then on which somebody called and did not reach them."""
    mine = (Attempt.case_id == call.case_id, Attempt.way == "phone", Attempt.at >= call.made_at)
    return sorted(set(session.scalars(select(Attempt.on).where(*mine))))


def listed(session: Session, person: UUID) -> Sequence[tuple[CallBack, Case, datetime]]:
    """The calls of all cases that are there for this person, each with when it is due, the first of
    them first; 200 at most."""
    due = (Deadline.kind == CLOCK, Deadline.met_at.is_(None), Deadline.stopped_at.is_(None))
    chosen = (
        select(CallBack, Case, Deadline.due_at)
        .join(Case, Case.id == CallBack.case_id)
        .join(Deadline, Deadline.case_id == CallBack.case_id)
        .where(CallBack.ended_at.is_(None), not_recused(person), *due)
        .order_by(Deadline.due_at, CallBack.id)
    )
    return [(call, case, at) for call, case, at in session.execute(chosen.limit(LISTED))]


def waiting(session: Session, person: UUID, now: datetime) -> int:
    """How many of them are this person's to make today, or anybody's."""
    own = whose(session, person, now)
    chosen = select(func.count()).select_from(CallBack).join(Case, Case.id == CallBack.case_id)
    mine = (not_recused(person), own.theirs | own.nobodys)
    return session.scalar(chosen.where(CallBack.ended_at.is_(None), *mine)) or 0


def tries(session: Session, cases: Sequence[UUID]) -> dict[UUID, int]:
    """How often somebody called in each of these cases since a call is due, and reached nobody."""
    chosen = (
        select(CallBack.case_id, func.count(Attempt.id))
        .join(Attempt, Attempt.case_id == CallBack.case_id)
        .where(CallBack.case_id.in_(cases), CallBack.ended_at.is_(None))
        .where(Attempt.way == "phone", Attempt.at >= CallBack.made_at)
        .group_by(CallBack.case_id)
    )
    return {row[0]: row[1] for row in session.execute(chosen)}
