"""Which cases are to be erased: whose workers asked for it, and whose time is over; and the clock
that runs while a worker waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.named import HEAD
from grievance.accounts.queries import profile
from grievance.cases.lifecycle import OVER
from grievance.cases.models import Case, Erasure, FourEyes, Receipt
from grievance.cases.queries import not_recused
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours

ASKED = ("worker", "told")  # the worker's own wish: it needs no case that is over
NOTICE = timedelta(days=30)  # the worker reads it so long before, where they did not ask themselves


def asked(session: Session, case_id: UUID) -> Erasure | None:
    """What the worker asked for on their page, and did not take back."""
    mine = (Erasure.case_id == case_id, Erasure.proposal_id.is_(None), Erasure.ended_at.is_(None))
    return session.scalars(select(Erasure).where(*mine)).first()


def proposed(session: Session, case_id: UUID) -> Erasure | None:
    """What one of staff proposed, nobody decided yet, and the worker did not stop."""
    found = select(Erasure).join(FourEyes, FourEyes.id == Erasure.proposal_id)
    mine = (Erasure.case_id == case_id, FourEyes.state == "asked", Erasure.ended_at.is_(None))
    return session.scalars(found.where(*mine)).first()


def left(session: Session, case_id: UUID) -> Erasure | None:
    """What the worker told us, and who proposed it may not work on the case any more: a colleague
    proposes it again, and its days run on meanwhile."""
    found = select(Erasure).join(FourEyes, FourEyes.id == Erasure.proposal_id)
    mine = (Erasure.case_id == case_id, FourEyes.state == "left", Erasure.ended_at.is_(None))
    return session.scalars(found.where(*mine).order_by(Erasure.asked_at.desc())).first()


def wanted(session: Session, case_id: UUID) -> Erasure | None:
    """What the worker wants: as they asked on their page, or told us, which one of staff proposed.
    No step of the case makes it void."""
    rows = (asked(session, case_id), proposed(session, case_id), left(session, case_id))
    return next((one for one in rows if one and one.ground in ASKED), None)


def watched(session: Session, case_id: UUID) -> bool:
    """Whether the clock of a wish runs."""
    return any(one.kind == "erasure" for one in clocks.running(session, case_id))


def leave(session: Session, asked: FourEyes, at: datetime) -> None:
    """Who proposed this has nothing to do with the case any more: it lapsed, but not the wish of
    the worker that they wrote down. The caller writes an event after it."""
    mine = (Erasure.proposal_id == asked.id, Erasure.ground == "told", Erasure.ended_at.is_(None))
    if session.scalars(select(Erasure.id).where(*mine)).first():
        asked.state = "left"
        session.flush()
    watch(session, asked.case_id, at)


def not_told(session: Session, asked: FourEyes, at: datetime) -> bool:
    """A second person said no to this proposal: what it says that the worker told us is void.
    Whether the worker has to hear of that, for nothing else of theirs stands."""
    mine = (Erasure.proposal_id == asked.id, Erasure.ground == "told", Erasure.ended_at.is_(None))
    row = session.scalars(select(Erasure).where(*mine)).first()
    if row:
        row.ended_at = at
    watch(session, asked.case_id, at)
    return row is not None and wanted(session, asked.case_id) is None


def is_shared(session: Session, case_id: UUID) -> bool:
    """Whether the report is that of a group: further members hold a number for it."""
    mine = (Receipt.case_id == case_id, Receipt.role == "member", Receipt.state == "active")
    return session.scalar(select(Receipt.id).where(*mine).limit(1)) is not None


def promised(row: Erasure, hours: Hours) -> datetime:
    """By when the worker reads that it is done."""
    return clocks.due("erasure", row.from_at, hours)


def gone_by(day: date, backup_days: int) -> date:
    """By when no backup holds a case that is erased on this day: one made just before it lives as
    long as backups do, and goes in the night after."""
    return day + timedelta(days=backup_days + 1)


def watch(session: Session, case_id: UUID, at: datetime) -> None:
    """Let the clock follow what the worker wants: it runs to the day they were told, and is met
    when nothing is wanted any more. The caller writes an event after it."""
    row = wanted(session, case_id)
    ends = promised(row, operator_hours(session)) if row else None
    if any(
        one.kind == "erasure" and one.due_at == ends for one in clocks.running(session, case_id)
    ):
        return
    clocks.meet(session, case_id, ("erasure",), at)
    if ends:
        clocks.start_until(session, case_id, "erasure", at, ends)


def to_stop(session: Session, case_id: UUID) -> list[Erasure]:
    """What waits of a case that its worker can stop."""
    found = (asked(session, case_id), proposed(session, case_id), left(session, case_id))
    return [one for one in found if one and one.ground != "retention"]


def end(session: Session, case_id: UUID, at: datetime) -> None:
    """The worker wants help again: what they asked for is void, and what they told us."""
    for one in to_stop(session, case_id):
        if one.ground in ASKED:
            one.ended_at = at
    watch(session, case_id, at)


def is_over(session: Session, case: Case, at: datetime) -> bool:
    """Whether the operator's time for keeping a case that is over has run out by then."""
    told = profile(session)
    days = told.keeps_days if told else None
    return days is not None and case.state in OVER and case.state_since + timedelta(days=days) <= at


def unwatched(session: Session, now: datetime) -> list[UUID]:
    """The cases of wishes that are late and have no clock: they were asked before there was one."""
    runs = select(Deadline.case_id).where(
        Deadline.kind == "erasure", Deadline.met_at.is_(None), Deadline.stopped_at.is_(None)
    )
    waits = or_(Erasure.proposal_id.is_(None), FourEyes.state.in_(("asked", "left")))
    found = select(Erasure).outerjoin(FourEyes, FourEyes.id == Erasure.proposal_id)
    mine = (Erasure.ground.in_(ASKED), Erasure.ended_at.is_(None), Erasure.from_at < now, waits)
    rows = session.scalars(found.where(*mine, Erasure.case_id.not_in(runs))).all()
    hours = operator_hours(session) if rows else Hours({})
    return sorted({one.case_id for one in rows if promised(one, hours) < now})


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


@dataclass(frozen=True)
class InBackups:
    """A case that is erased and may still stand in a backup: when it was, and until when."""

    reference: str
    ground: str
    at: datetime
    gone_by: date


def in_backups(session: Session, today: date, limit: int = 200) -> list[InBackups]:
    """The cases that were erased and that a backup may hold yet, the newest first."""
    until = Event.codes["gone_by"].astext
    gone = (Event.stream_kind == Case.stream_kind, Event.verb == "erase", until >= str(today))
    found = select(Event).where(*gone, Event.codes["all"].as_boolean())
    events = session.scalars(found.order_by(Event.at.desc()).limit(limit)).all()
    named = Event.codes[HEAD]["reference"].astext
    chains = (Event.stream_id.in_([one.stream_id for one in events]), named.is_not(None))
    found_names = session.execute(select(Event.stream_id, named).where(*chains))
    references: dict[UUID, str] = {row[0]: row[1] for row in found_names}
    return [
        InBackups(
            references.get(one.stream_id, ""),
            one.codes["ground"],
            one.at,
            date.fromisoformat(one.codes["gone_by"]),
        )
        for one in events
    ]


def erased_by(session: Session, reference: str, actor: str) -> bool:
    """Whether this actor erased the case that had this reference."""
    erased = (Event.verb == "erase", Event.actor == actor, Event.codes["all"].as_boolean())
    gone = select(Event.stream_id).where(Event.stream_kind == Case.stream_kind, *erased)
    named = Event.codes[HEAD]["reference"].astext == reference
    found = select(Event.id).where(Event.stream_id.in_(gone), named)
    return session.scalar(found.limit(1)) is not None
