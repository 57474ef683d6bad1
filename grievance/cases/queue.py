"""The lists that the desk works from: what calls for one person today, and the queue of all cases.

Today shows the beginning of each list and how long it is; the queue, narrowed to that list, shows
all of it. Nothing sealed is read. Counts are exact up to `COUNT_LIMIT`, then "1,000+".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, text, tuple_
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.cases import late_passages, own_reminders
from grievance.cases.deputies import Whose, whose
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, CaseVisit, Erasure, FourEyes, Recusal
from grievance.cases.ordering import FALLING, day_of_law, order_of, place_after
from grievance.cases.queries import not_recused
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines import keeping
from grievance.deadlines.models import LimitationDate
from grievance.deadlines.queries import operator_hours, standing_still
from grievance.model import of_list
from grievance.referrals.links import BodyWrote
from grievance.referrals.models import UNTOLD, Referral
from grievance.referrals.states import LIVE

PAGE = 50
SHOWN = 10  # of each list, on Today
COUNT_LIMIT = 1000
DUE_WITHIN = timedelta(days=2)
SILENT_FOR = timedelta(days=14)  # of a worker who was asked
AGES = {"7": timedelta(days=7), "30": timedelta(days=30), "90": timedelta(days=90)}
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Seer:
    """Who looks at lists, and when; `leads` also sees what climbed above the first rung."""

    session: Session
    person: UUID
    now: datetime
    leads: bool = False

    @cached_property
    def own(self) -> Whose:
        """What is theirs to see to today, and what is nobody's."""
        return whose(self.session, self.person, self.now)

    @property
    def theirs(self) -> Condition:
        """Theirs, and nobody's."""
        return self.own.theirs | self.own.nobodys


def _danger(_seer: Seer) -> Condition:
    """Danger that nobody answered."""
    return and_(Case.danger.expression, Case.first_answer_at.is_(None))


def _escalated(seer: Seer) -> Condition:
    """Escalations that reached this person."""
    first = and_(Case.level == 1, seer.theirs)
    return and_(Case.escalation_waits.expression, first | (Case.level > 1) if seer.leads else first)


def _passed(seer: Seer) -> Condition:
    """Cases that a colleague passed on, until this person looks at them."""
    passed = (Event.stream_id == Case.id, Event.verb == Verb.PASS_ON, Event.seq > _looked(seer))
    return and_(seer.own.theirs, select(Event.id).where(*passed).exists())


def _reminded(seer: Seer) -> Condition:
    """Cases in which a reminder of theirs has come."""
    today = local_day(seer.now, operator_hours(seer.session).zone)
    return own_reminders.reminded(seer.own, seer.person, today)


def _interpreted(seer: Seer) -> Condition:
    """An interpreter has a passage whose day is over."""
    today = local_day(seer.now, operator_hours(seer.session).zone)
    return and_(Case.id.in_(late_passages.late(today)), seer.theirs)


def _answered(seer: Seer) -> Condition:
    """Workers who wrote and wait."""
    return and_(Case.worker_waits.expression, seer.theirs)


def _body(seer: Seer) -> Condition:
    """A body wrote over its reply link what nobody has read."""
    unread = select(BodyWrote.case_id).where(BodyWrote.read_at.is_(None))
    return and_(Case.id.in_(unread), seer.theirs)


def _second(seer: Seer) -> Condition:
    """What a colleague proposed, or declared of another."""
    mine = FourEyes.asked_by == seer.person
    not_mine = mine if seer.leads else or_(mine, FourEyes.verb == "extend")
    own = select(FourEyes.case_id).where(FourEyes.state == "asked", not_mine)
    said = select(Recusal.case_id).where(Recusal.state == "asked", Recusal.by_id != seer.person)
    return or_(and_(Case.awaits_second.expression, Case.id.not_in(own)), Case.id.in_(said))


def _wanted() -> Condition:
    """Their workers asked that they are erased, or told us so and nobody proposes it now."""
    left = Erasure.proposal_id.in_(select(FourEyes.id).where(FourEyes.state == "left"))
    asked = (or_(Erasure.proposal_id.is_(None), left), Erasure.ended_at.is_(None))
    return Case.id.in_(select(Erasure.case_id).where(*asked))


def _erase(seer: Seer) -> Condition:
    """Cases to be erased: as their workers asked, or as a colleague proposes."""
    waits = select(FourEyes.case_id).where(FourEyes.verb == "erase", FourEyes.state == "asked")
    own = waits.where(FourEyes.asked_by == seer.person)
    return and_(or_(_wanted(), Case.id.in_(waits)), Case.id.not_in(own))


def _tell(seer: Seer) -> Condition:
    """A body had something that was taken back and was not told so."""
    return and_(Case.id.in_(select(Referral.case_id).where(text(UNTOLD))), seer.theirs)


def _law(seer: Seer) -> Condition:
    """A right may end within 60 days."""
    return and_(Case.id.in_(keeping.ending_soon(seer.now)), seer.theirs)


def _due(seer: Seer) -> Condition:
    """Theirs, late or due within two days."""
    return and_(Case.next_due < seer.now + DUE_WITHIN, seer.own.theirs)


def _stopped(seer: Seer) -> Condition:
    """A clock of theirs stands still."""
    return and_(Case.id.in_(standing_still()), seer.own.theirs)


def _silent(seer: Seer) -> Condition:
    """A worker was asked, and nothing has happened for two weeks."""
    last = (Event.stream_id == Case.id, Event.seq == Case.event_seq)
    long_ago = select(Event.id).where(*last, Event.at < seer.now - SILENT_FOR).exists()
    return and_(Case.state == "awaiting_worker", seer.theirs, long_ago)


def _mine(seer: Seer) -> Condition:
    """All that is theirs to see to."""
    return seer.own.theirs


def _unassigned(seer: Seer) -> Condition:
    """Nobody has it."""
    return seer.own.nobodys


def _news(seer: Seer) -> Condition:
    """Theirs, in which something happened since this person last looked."""
    return and_(seer.own.theirs, Case.event_seq > _looked(seer))


def _looked(seer: Seer) -> ColumnElement[int]:
    """The last event of the case that this person had seen; 0 of one they never opened."""
    looked = and_(CaseVisit.case_id == Case.id, CaseVisit.person_id == seer.person)
    # also inside the condition on its events: of this very case, not of any they ever opened
    seen = select(CaseVisit.seq).where(looked).correlate(Case)
    return func.coalesce(seen.scalar_subquery(), 0)


LISTS: Mapping[str, Callable[[Seer], Condition]] = {
    "danger": _danger,
    "escalated": _escalated,
    "passed": _passed,
    "reminded": _reminded,
    "answered": _answered,
    "body": _body,
    "interpreted": _interpreted,
    "second": _second,
    "erase": _erase,
    "tell": _tell,
    "law": _law,
    "due": _due,
    "stopped": _stopped,
    "silent": _silent,
    "mine": _mine,
    "unassigned": _unassigned,
    "news": _news,
}
# These show cases that are over, too: somebody wants one deleted, or has to be told of it.
ALSO_OVER = ("escalated", "reminded", "body", "erase", "tell", "due")
of_list(ALSO_OVER, LISTS)


@dataclass(frozen=True)
class Part:
    """The beginning of a list, and how many cases are in it."""

    cases: Sequence[Case]
    count: int


def today(seer: Seer, limit: int = SHOWN) -> dict[str, Part]:
    """The beginning of every list, each by what is due first; of the law's days the next one first,
    and what a worker asked to be erased before what staff propose."""
    return {name: _part(seer, name, limit) for name in LISTS}


def _part(seer: Seer, name: str, limit: int) -> Part:
    chosen = select(Case).where(*_conditions(seer, Filters(today=name)))
    first: tuple[Any, ...] = ()
    if name == "law":
        first = (day_of_law(seer.now),)
    elif name == "erase":
        first = (_wanted().desc(),)
    ordered = chosen.order_by(*first, Case.next_due, Case.id).limit(limit)
    return Part(seer.session.scalars(ordered).all(), _counted(seer.session, chosen))


def calling(seer: Seer, limit: int = 99) -> int:
    """How many cases call for this person: danger nobody answered, workers who wait; counted up to
    `limit` of each."""
    lists = (select(Case).where(*_conditions(seer, Filters(today=one))) for one in _CALLING)
    return sum(_counted(seer.session, chosen, limit) for chosen in lists)


_CALLING = ("danger", "answered")


@dataclass(frozen=True)
class Filters:
    """What the queue shows, and in which order. Every value is a code, or empty for all of them.
    `today` is a list of Today, `person` who has it, `body` who has a hand-over that goes on."""

    today: str = ""
    state: str = ""
    issue: str = ""
    severity: str = ""
    language: str = ""
    region: str = ""
    age: str = ""
    person: str = ""
    body: str = ""
    sort: str = ""
    mine: bool = False
    unassigned: bool = False
    waits: bool = False
    danger: bool = False
    late: bool = False
    escalated: bool = False
    needs_translation: bool = False
    law: bool = False

    @property
    def given(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters(sort=self.sort)


def _conditions(seer: Seer, filters: Filters) -> list[Condition]:
    found = [not_recused(seer.person)]
    if filters.state:
        found.append(Case.state == filters.state)
    elif filters.today not in ALSO_OVER:
        found.append(Case.state.in_(OPEN))
    for column, wanted in (
        (Case.severity, filters.severity),
        (Case.language, filters.language),
        (Case.region, filters.region),
    ):
        if wanted:
            found.append(column == wanted)
    if filters.today:
        found.append(LISTS[filters.today](seer))
    if filters.issue:
        found.append(Case.issues.contains([filters.issue]))
    if filters.age:
        found.append(Case.filed_at < seer.now - AGES[filters.age])
    if filters.person:
        found.append(Case.assignee_id == UUID(filters.person))
    if filters.body:
        goes_on = (Referral.mechanism == filters.body, Referral.state.in_(LIVE))
        found.append(Case.id.in_(select(Referral.case_id).where(*goes_on)))
    ticks: Mapping[str, Callable[[], Condition]] = {
        "mine": lambda: seer.own.theirs,
        "unassigned": lambda: seer.own.nobodys,
        "waits": lambda: Case.worker_waits.expression,
        "danger": lambda: Case.danger.expression,
        "late": lambda: Case.next_due < seer.now,
        "escalated": lambda: Case.level > 0,
        "needs_translation": lambda: Case.needs_translation.expression,
        "law": lambda: Case.id.in_(keeping.ending_soon(seer.now)),
    }
    return found + [condition() for name, condition in ticks.items() if getattr(filters, name)]


@dataclass(frozen=True)
class Slice:
    """One page of the queue: its cases, where the next begins, before what the previous ends."""

    cases: Sequence[Case]
    next_place: list[Any] | None = None
    previous_place: list[Any] | None = None


def days_of_law(seer: Seer, today: date) -> list[tuple[str, date]]:
    """The days of the law that are still to come in this person's open cases, the next first, each
    with the reference of its case."""
    mine = (not_recused(seer.person), Case.state.in_(OPEN), seer.own.theirs)
    chosen = (
        select(Case.reference, LimitationDate.latest_safe)
        .join(LimitationDate, LimitationDate.case_id == Case.id)
        .where(*mine, LimitationDate.latest_safe >= today)
        .order_by(LimitationDate.latest_safe, Case.reference)
    )
    return [(reference, day) for reference, day in seer.session.execute(chosen)]


def queue(
    seer: Seer, filters: Filters, place: list[Any] | None = None, back: bool = False
) -> Slice:
    """A page of cases by what is due first, or in the order that is asked for; `place` says the
    order, and the values and the id of the last case of the page before, or (`back`) of the first
    one of the page after. One of another order is none."""
    order = order_of(filters.sort, seer.now)
    keys = [key for key, _read in order]
    placed = place if place and place[0] == filters.sort and len(place) == len(order) + 2 else None
    query, back = _narrowed(seer, filters).add_columns(*keys), back and placed is not None
    falls = (filters.sort in FALLING) != back
    if placed:
        told = zip(placed[1:-1], order, strict=True)
        after = [literal(read(str(value))) for value, (_key, read) in told]
        here, there = tuple_(*keys, Case.id), tuple_(*after, literal(UUID(str(placed[-1]))))
        query = query.where(here < there if falls else here > there)
    by = [one.desc() if falls else one for one in (*keys, Case.id)]
    rows = seer.session.execute(query.order_by(*by).limit(PAGE + 1)).all()
    more, shown = len(rows) > PAGE, list(rows[:PAGE])
    if back and not more:
        return queue(seer, filters)  # the first page, whole
    if back:
        shown.reverse()
    cases = [row[0] for row in shown]
    return Slice(
        cases,
        place_after(filters.sort, shown[-1]) if back or more else None,
        place_after(filters.sort, shown[0]) if placed and shown else None,
    )


def _narrowed(seer: Seer, filters: Filters) -> Select[Case]:
    query = select(Case).where(*_conditions(seer, filters))
    if not filters.issue or _counted(seer.session, query) > COUNT_LIMIT:
        return query
    # PostgreSQL cannot tell that few have it, and would walk the whole queue for them
    few = query.with_only_columns(Case.id).cte().prefix_with("MATERIALIZED")
    return select(Case).where(Case.id.in_(select(few.c.id)))


def count(seer: Seer, filters: Filters) -> int:
    """How many cases a filter holds; one more than `COUNT_LIMIT` means "more than that"."""
    return _counted(seer.session, select(Case).where(*_conditions(seer, filters)))


def _counted(session: Session, chosen: Select[Case], limit: int | None = None) -> int:
    most = COUNT_LIMIT + 1 if limit is None else limit
    some = chosen.with_only_columns(Case.id).limit(most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0
