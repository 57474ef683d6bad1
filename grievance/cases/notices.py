"""What staff are told of cases: a list for each of them, from which their letters are made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.cases.assigned import LIVE, Assigned
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import NOTICES, Case, Notice, Recusal
from grievance.clock import to_the_hour
from grievance.model import some_of

KEPT = timedelta(days=60)
GOES_ON = Case.state.in_(OPEN)
_IN_HANDS = select(Assigned.id).where(
    Assigned.case_id == Case.id, Assigned.person_id == Notice.person_id, Assigned.state.in_(LIVE)
)
# What need not be told any more once this does not hold. Of a case that is over a worker may still
# want it deleted: what they and a body write, what waits for a second person and what is overdue
# are told whatever its state.
STILL: dict[str, ColumnElement[bool]] = {
    "danger": GOES_ON,
    "new_case": and_(GOES_ON, Case.assignee_id.is_(None)),
    "freed": and_(GOES_ON, Case.assignee_id.is_(None)),
    "assigned": GOES_ON,
    "came_back": GOES_ON,
    "limit_near": GOES_ON,
    "passage_given": and_(GOES_ON, _IN_HANDS.correlate(Case, Notice).exists()),
    "passage_back": GOES_ON,
    "escalated": Case.escalation_waits.expression,
    "second_asked": Case.awaits_second.expression,
}
some_of(STILL, NOTICES)


@dataclass(frozen=True)
class Told:
    """When something is told, and whether a letter of its own tells it at once."""

    now: datetime
    by_letter: bool = False


def note(session: Session, case: UUID, kind: str, people: Iterable[UUID], told: Told) -> None:
    """Put something of a case on the lists of these people. What stands there unread already is
    new again: it is told once more, not twice."""
    told_at = told.now if told.by_letter else None
    row = {"case_id": case, "kind": kind, "at": to_the_hour(told.now), "told_at": told_at}
    rows = [{"id": uuid4(), "person_id": one, **row} for one in sorted(set(people))]
    if rows:
        put = insert(Notice)
        own, unread = ["person_id", "kind", "case_id"], text("read_at IS NULL")
        new = {name: put.excluded[name] for name in ("at", "told_at")}
        put = put.on_conflict_do_update(index_elements=own, index_where=unread, set_=new)
        session.execute(put, rows)


def forget_untold(session: Session, case: UUID, kind: str, people: Collection[UUID]) -> set[UUID]:
    """Take something of a case off the lists of those who neither read it nor had it in a letter;
    answers who they are."""
    mine = (Notice.case_id == case, Notice.kind == kind, Notice.person_id.in_(people))
    gone = delete(Notice).where(*mine, Notice.read_at.is_(None), Notice.told_at.is_(None))
    unsynced = {"synchronize_session": False}
    return set(session.scalars(gone.returning(Notice.person_id), execution_options=unsynced))


def unread_of(session: Session, person: UUID, kind: str) -> int:
    """Of how many cases something of this kind stands unread on a list; whoever asks reads their
    own, and it may be of cases that they see no more."""
    mine = (Notice.person_id == person, Notice.kind == kind, Notice.read_at.is_(None))
    return session.scalar(select(func.count()).select_from(Notice).where(*mine)) or 0


def seen(session: Session, case: UUID, person: UUID, now: datetime) -> None:
    """Somebody looks at the case: nothing of it is new to them."""
    _read(session, now, Notice.case_id == case, Notice.person_id == person)


def seen_all(session: Session, person: UUID, now: datetime) -> None:
    """Somebody has read their whole list."""
    _read(session, now, Notice.person_id == person)


def unread(session: Session, person: UUID) -> int:
    """How much of a list nobody has looked at, as far as this person may know of the cases."""
    return session.scalar(_of(person, func.count()).where(Notice.read_at.is_(None))) or 0


def latest(session: Session, person: UUID, limit: int = 100) -> list[tuple[Notice, str]]:
    """A person's list, the newest first, each with the reference of its case."""
    found = _of(person, Notice, Case.reference).order_by(Notice.at.desc(), Notice.id)
    return [(row, reference) for row, reference in session.execute(found.limit(limit))]


def _of(person: UUID, *columns: Any) -> Select[Any]:
    out = select(Recusal.case_id).where(Recusal.person_id == person, Recusal.state == "stands")
    chosen = select(*columns).select_from(Notice).join(Case, Case.id == Notice.case_id)
    return chosen.where(Notice.person_id == person, Notice.case_id.not_in(out))


def _read(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    """In one order, so that two who read do not wait for each other."""
    open_ = select(Notice.id).where(*which, Notice.read_at.is_(None)).order_by(Notice.id)
    session.execute(
        update(Notice).where(Notice.id.in_(open_.with_for_update())).values(read_at=now),
        execution_options={"synchronize_session": False},
    )


def take_untold(
    session: Session, people: Collection[UUID], now: datetime
) -> dict[UUID, dict[str, int]]:
    """How much each of these people was not told yet, by kind; from now on it is told.

    Not what they have read since or what was done since (`STILL`), nor of a case in which they have
    a conflict of interest. What is being written down at this moment waits for the next time.
    """
    free = select(Notice.id).where(Notice.person_id.in_(people), Notice.told_at.is_(None))
    rows = session.scalars(free.with_for_update(skip_locked=True)).all()
    out = select(Recusal.person_id).where(
        Recusal.case_id == Notice.case_id,
        Recusal.person_id == Notice.person_id,
        Recusal.state == "stands",
    )
    counted = session.execute(
        select(Notice.person_id, Notice.kind, func.count())
        .join(Case, Case.id == Notice.case_id)
        .where(Notice.id.in_(rows), Notice.read_at.is_(None), ~out.exists())
        .where(*(or_(Notice.kind != kind, still) for kind, still in STILL.items()))
        .group_by(Notice.person_id, Notice.kind)
    )
    found: dict[UUID, dict[str, int]] = {}
    for person, kind, count in counted:
        found.setdefault(person, {})[kind] = count
    session.execute(update(Notice).where(Notice.id.in_(rows)).values(told_at=now))
    return found


def purge(session: Session, now: datetime) -> int:
    """Delete what is older than 60 days; answers how many."""
    old = delete(Notice).where(Notice.at < now - KEPT).returning(Notice.id)
    return len(session.scalars(old, execution_options={"synchronize_session": False}).all())
