"""Finding cases: the queue, what is due today, one case for one person. Nothing sealed is read.

Filters and counts use what stands in clear. Counts are exact up to `COUNT_LIMIT`, then "1,000+".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, ReadLog
from grievance.cases.deputies import Whose, nobodys, whose
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, CaseVisit, DuplicateLink, FourEyes, Recusal
from grievance.deadlines import keeping
from grievance.referrals.links import BodyWrote
from grievance.referrals.models import UNTOLD, Referral

PAGE = 50
COUNT_LIMIT = 1000


@dataclass(frozen=True)
class Filters:
    """What the queue shows. Every value is a code; an empty one does not filter."""

    state: str = ""
    issue: str = ""
    severity: str = ""
    language: str = ""
    region: str = ""
    age: str = ""
    mine: bool = False
    unassigned: bool = False
    waits: bool = False
    danger: bool = False
    needs_translation: bool = False
    law: bool = False

    @property
    def given(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters()


def not_recused(person: UUID) -> ColumnElement[bool]:
    """Cases that are there for this person: none in which they have a conflict of interest."""
    mine = (Recusal.person_id == person, Recusal.state == "stands")
    return Case.id.not_in(select(Recusal.case_id).where(*mine))


def recused(session: Session, case_id: UUID) -> set[UUID]:
    """Who may neither open this case nor be told of it."""
    stands = (Recusal.case_id == case_id, Recusal.state == "stands")
    return set(session.scalars(select(Recusal.person_id).where(*stands)))


def recusals(session: Session, person: UUID) -> set[UUID]:
    """The cases that are not there for this person."""
    stands = (Recusal.person_id == person, Recusal.state == "stands")
    return set(session.scalars(select(Recusal.case_id).where(*stands)))


def declared(session: Session, case_id: UUID) -> list[Recusal]:
    """The conflicts of interest that somebody declared of somebody else, oldest first."""
    mine = (Recusal.case_id == case_id, Recusal.by_id != Recusal.person_id)
    return list(session.scalars(select(Recusal).where(*mine).order_by(Recusal.at)))


def references(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What staff call these cases."""
    rows = session.execute(select(Case.id, Case.reference).where(Case.id.in_(case_ids)))
    return {row.id: row.reference for row in rows}


AGES = {"7": timedelta(days=7), "30": timedelta(days=30), "90": timedelta(days=90)}


def _conditions(
    session: Session, filters: Filters, person: UUID, now: datetime
) -> list[ColumnElement[bool]]:
    state = Case.state == filters.state if filters.state else Case.state.in_(OPEN)
    found: list[ColumnElement[bool]] = [state, not_recused(person)]
    for column, wanted in (
        (Case.severity, filters.severity),
        (Case.language, filters.language),
        (Case.region, filters.region),
    ):
        if wanted:
            found.append(column == wanted)
    asked: list[tuple[bool, ColumnElement[bool]]] = [
        (bool(filters.issue), Case.issues.contains([filters.issue])),
        (bool(filters.age), Case.filed_at < now - AGES.get(filters.age, timedelta(days=36500))),
        (filters.mine, whose(session, person, now).theirs if filters.mine else true()),
        (filters.waits, Case.worker_waits.expression),
        (filters.danger, Case.danger.expression),
        (filters.needs_translation, Case.needs_translation.expression),
        (filters.law, Case.id.in_(keeping.ending_soon(now))),
    ]
    if filters.unassigned:
        found.append(nobodys(session, now))
    return found + [condition for wants, condition in asked if wants]


@dataclass(frozen=True)
class Slice:
    """One page of the queue: its cases, and where the next begins."""

    cases: Sequence[Case]
    next_place: list[Any] | None = None


def queue(
    session: Session, filters: Filters, person: UUID, now: datetime, place: list[Any] | None = None
) -> Slice:
    """Cases by what is due first; `place` is (due, id) of the last case of the page before."""
    conditions = _conditions(session, filters, person, now)
    query = select(Case).where(*conditions)
    if filters.issue and count(session, filters, person, now) <= COUNT_LIMIT:
        # PostgreSQL cannot tell that few have it, and would walk the whole queue for them
        few = select(Case.id).where(*conditions).cte().prefix_with("MATERIALIZED")
        query = select(Case).where(Case.id.in_(select(few.c.id)))
    if place:
        after = (datetime.fromisoformat(str(place[0])), UUID(str(place[1])))
        query = query.where(tuple_(Case.next_due, Case.id) > tuple_(*after))
    rows = list(session.scalars(query.order_by(Case.next_due, Case.id).limit(PAGE + 1)))
    shown = rows[:PAGE]
    more = len(rows) > PAGE
    last = [shown[-1].next_due.isoformat(), str(shown[-1].id)] if more else None
    return Slice(shown, last)


def count(session: Session, filters: Filters, person: UUID, now: datetime) -> int:
    """How many cases a filter holds; one more than `COUNT_LIMIT` means "more than that"."""
    some = select(Case.id).where(*_conditions(session, filters, person, now)).limit(COUNT_LIMIT + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


@dataclass(frozen=True)
class Today:
    """What a handler should see first, each list by what is due first."""

    danger: Sequence[Case] = field(default_factory=list)
    escalated: Sequence[Case] = field(default_factory=list)
    answered: Sequence[Case] = field(default_factory=list)
    due: Sequence[Case] = field(default_factory=list)
    second: Sequence[Case] = field(default_factory=list)
    unassigned: Sequence[Case] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)


DUE_WITHIN = timedelta(days=2)
_DANGER: list[ColumnElement[bool]] = [Case.danger.expression, Case.first_answer_at.is_(None)]


Condition = ColumnElement[bool]


def _answered(whose: Whose) -> list[Condition]:
    return [Case.worker_waits.expression, whose.theirs | whose.nobodys]


def _escalated(whose: Whose, *, leads: bool) -> list[Condition]:
    first = and_(Case.level == 1, whose.theirs | whose.nobodys)
    return [Case.escalation_waits.expression, first | (Case.level > 1) if leads else first]


def _second(person: UUID) -> list[ColumnElement[bool]]:
    own = select(FourEyes.case_id).where(FourEyes.state == "asked", FourEyes.asked_by == person)
    said = select(Recusal.case_id).where(Recusal.state == "asked", Recusal.by_id != person)
    waits = and_(Case.awaits_second.expression, Case.id.not_in(own))
    return [or_(waits, Case.id.in_(said))]


def today(
    session: Session, person: UUID, now: datetime, limit: int = 10, *, leads: bool = False
) -> Today:
    """Danger that nobody answered, escalations that reached this person (`leads` also see those
    above the first rung), workers who answered, what a colleague proposed, what falls due within
    two days, cases that nobody has; with the size of each list. Of cases that are over what is
    overdue or falls due is shown, too: the worker may want one deleted."""
    own = whose(session, person, now)
    groups: dict[str, list[Condition]] = {
        "danger": _DANGER,
        "escalated": _escalated(own, leads=leads),
        "answered": _answered(own),
        "due": [Case.next_due < now + DUE_WITHIN, own.theirs],
        "second": _second(person),
        "unassigned": [own.nobodys],
    }
    lists: dict[str, list[Case]] = {}
    counts: dict[str, int] = {}
    for name, conditions in groups.items():
        also_over = () if name in ("escalated", "due") else (Case.state.in_(OPEN),)
        chosen = select(Case).where(*also_over, not_recused(person), *conditions)
        lists[name] = list(session.scalars(chosen.order_by(Case.next_due, Case.id).limit(limit)))
        some = chosen.with_only_columns(Case.id).limit(COUNT_LIMIT + 1)
        counts[name] = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return Today(**lists, counts=counts)


def to_tell(session: Session, person: UUID, now: datetime, limit: int = 10) -> list[Case]:
    """Cases of which a body had something that was taken back and was not told so: this person's
    and nobody's, whether they are over or not."""
    untold = select(Referral.case_id).where(text(UNTOLD))
    own = whose(session, person, now)
    mine = own.theirs | own.nobodys
    chosen = select(Case).where(Case.id.in_(untold), mine, not_recused(person))
    return list(session.scalars(chosen.order_by(Case.next_due, Case.id).limit(limit)))


def body_wrote(session: Session, person: UUID, now: datetime, limit: int = 10) -> list[Case]:
    """Cases in which a body wrote over its reply link what nobody has read: this person's and
    nobody's, whether they are over or not."""
    unread = select(BodyWrote.case_id).where(BodyWrote.read_at.is_(None))
    own = whose(session, person, now)
    mine = own.theirs | own.nobodys
    chosen = select(Case).where(Case.id.in_(unread), mine, not_recused(person))
    return list(session.scalars(chosen.order_by(Case.next_due, Case.id).limit(limit)))


def openings(session: Session, case_id: UUID, referral_id: UUID) -> list[datetime]:
    """When the body of a hand-over came in over its reply link, oldest first."""
    of_case = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    opened = (Event.verb == "body_opened", Event.codes["referral"].astext == str(referral_id))
    return list(session.scalars(select(Event.at).where(*of_case, *opened).order_by(Event.seq)))


def law_soon(session: Session, person: UUID, now: datetime, limit: int = 10) -> list[Case]:
    """This person's open cases and nobody's in which a right may end within 60 days, the next
    first."""
    near = keeping.nearest(now).subquery()
    own = whose(session, person, now)
    mine = own.theirs | own.nobodys
    chosen = select(Case).join(near, near.c.case_id == Case.id)
    chosen = chosen.where(Case.state.in_(OPEN), mine, not_recused(person))
    return list(session.scalars(chosen.order_by(near.c.day, Case.id).limit(limit)))


def for_reading(session: Session, reference: str, person: UUID) -> Case | None:
    """The case of a reference as a member of staff may see it: any of the operator's in which
    they have no conflict of interest."""
    mine = (Case.reference == reference, not_recused(person))
    return session.scalars(select(Case).where(*mine)).first()


def for_change(session: Session, reference: str, person: UUID) -> Case | None:
    """The same case, locked until the end of the transaction."""
    return session.scalars(
        select(Case)
        .where(Case.reference == reference, not_recused(person))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def timeline(session: Session, case_id: UUID) -> list[Event]:
    """Every event of a case, oldest first."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.stream_kind == "case", Event.stream_id == case_id)
            .order_by(Event.seq)
        )
    )


def readers(session: Session, case_id: UUID) -> list[tuple[str, datetime]]:
    """Who has opened the case and when first, by actor: a worker may see it."""
    rows = session.execute(
        select(ReadLog.actor, func.min(ReadLog.at))
        .where(ReadLog.stream_id == case_id)
        .group_by(ReadLog.actor)
        .order_by(func.min(ReadLog.at))
    )
    return [(actor, at) for actor, at in rows]


def visit(session: Session, case: Case, person: UUID, now: datetime) -> int:
    """The last event that this person had seen of the case, 0 at first; they look at it now."""
    mine = (CaseVisit.case_id == case.id, CaseVisit.person_id == person)
    before = session.scalar(select(CaseVisit.seq).where(*mine))
    looked = {"at": now, "seq": case.event_seq}
    session.execute(
        insert(CaseVisit)
        .values(case_id=case.id, person_id=person, **looked)
        .on_conflict_do_update(index_elements=["case_id", "person_id"], set_=looked)
    )
    return before or 0


def events_since(session: Session, case_id: UUID, seq: int) -> list[Event]:
    """What happened to a case after an event: for the page that says somebody was faster."""
    return [event for event in timeline(session, case_id) if event.seq > seq]


def news(session: Session, person: UUID, now: datetime, limit: int = 10) -> list[Case]:
    """This person's open cases in which something happened since they last looked."""
    seen = and_(CaseVisit.case_id == Case.id, CaseVisit.person_id == person)
    return list(
        session.scalars(
            select(Case)
            .outerjoin(CaseVisit, seen)
            .where(
                whose(session, person, now).theirs,
                Case.state.in_(OPEN),
                not_recused(person),
                Case.event_seq > func.coalesce(CaseVisit.seq, 0),
            )
            .order_by(Case.next_due, Case.id)
            .limit(limit)
        )
    )


def calling(session: Session, person: UUID, now: datetime, limit: int = 99) -> int:
    """How many cases call for this person: danger nobody answered, workers who wait; counted up
    to `limit` of each."""
    found = 0
    for conditions in (_DANGER, _answered(whose(session, person, now))):
        mine = (Case.state.in_(OPEN), not_recused(person), *conditions)
        some = select(Case.id).where(*mine).limit(limit)
        found += session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return found


def proposal(session: Session, case_id: UUID) -> FourEyes | None:
    """The decision that somebody proposed and nobody took yet."""
    return session.scalars(
        select(FourEyes).where(FourEyes.case_id == case_id, FourEyes.state == "asked")
    ).first()


def proposers(session: Session, case_id: UUID) -> set[UUID]:
    """Who proposed a decision against the worker that was taken."""
    mine = (FourEyes.case_id == case_id, FourEyes.state == "approved")
    return set(session.scalars(select(FourEyes.asked_by).where(*mine)))


def deciders(session: Session, case_id: UUID) -> set[UUID]:
    """Who proposed or took a decision against the worker: somebody else reads their appeal."""
    rows = session.execute(
        select(FourEyes.asked_by, FourEyes.decided_by).where(
            FourEyes.case_id == case_id, FourEyes.state == "approved"
        )
    )
    return {person for row in rows for person in row if person}


def duplicates(session: Session, case_id: UUID, person: UUID) -> list[Case]:
    """The cases linked to this one as the same matter, as far as this person may know of them."""
    pairs = (
        select(DuplicateLink.other_id).where(DuplicateLink.case_id == case_id),
        select(DuplicateLink.case_id).where(DuplicateLink.other_id == case_id),
    )
    linked = Case.id.in_(pairs[0]) | Case.id.in_(pairs[1])
    return list(
        session.scalars(select(Case).where(linked, not_recused(person)).order_by(Case.reference))
    )


def caseload(session: Session, of: UUID, person: UUID) -> list[str]:
    """The references of everything open that somebody has, as far as `person` may know of it."""
    mine = (Case.assignee_id == of, Case.state.in_(OPEN), not_recused(person))
    return list(
        session.scalars(select(Case.reference).where(*mine).order_by(Case.next_due, Case.id))
    )
