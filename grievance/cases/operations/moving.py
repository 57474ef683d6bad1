"""`move`: the only writer of a case's state. It writes the event, and the clocks follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

import grievance.cases.named  # noqa: F401  what an event tells of these tables
from grievance.accounts import audit
from grievance.accounts.audit import Deed, Detail
from grievance.cases import erasures
from grievance.cases.actors import Actor
from grievance.cases.models import Case, FourEyes, Recusal
from grievance.cases.operations.progress import follow, standing
from grievance.cases.states import TABLE
from grievance.cases.stopped import over
from grievance.cases.transitions import RESUME, STANDING, TALKED
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines import stopping
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.refusals import Refused

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Conflict(Exception):
    """The case changed since the page was made; nothing was done."""


def _recused(case: Case, actor: Actor) -> bool:
    """The last of the nets: the loader gives a recused person no case, and no verb takes them."""
    session = object_session(case)
    found = session.get(Recusal, (case.id, actor.person)) if actor.person and session else None
    return found is not None and found.state == "stands"


def allowed(case: Case, verb: Verb, actor: Actor) -> bool:
    """Whether the table lets this actor do the verb now: buttons ask this."""
    row = TABLE[verb]
    fits = case.state in row.sources and row.who in actor.can
    return fits and (row.guard is None or row.guard(case, actor))


def verbs_for(case: Case, actor: Actor) -> list[Verb]:
    """What this actor can do now, in the order of the table."""
    return [verb for verb in TABLE if allowed(case, verb, actor)]


def check(case: Case, verb: Verb, actor: Actor, version: int | None = None) -> None:
    """Refuse before anything is written. `version` is that of the page the actor saw."""
    row = TABLE[verb]
    if row.who not in actor.can:
        raise Refused("actor")
    if _recused(case, actor):
        raise Refused("recused")
    if row.versioned and version is not None and version != case.version:
        raise Conflict
    if case.state not in row.sources:
        raise Refused("state")
    if row.guard and not row.guard(case, actor):
        raise Refused(row.guard.__name__)


def _target(session: Session, case: Case, verb: Verb) -> str:
    target = TABLE[verb].target
    if target == RESUME:
        return standing(session, case, case.resumes_to or case.state)
    if target == STANDING:
        return standing(session, case, case.state)
    if target == TALKED:
        return standing(session, case, "accepted")
    return target or case.state


class Acting(Protocol):
    """Who acts on which case, and when: an act, with keys or without."""

    @property
    def session(self) -> Session: ...
    @property
    def case(self) -> Case: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime: ...
    @property
    def at(self) -> datetime: ...


def lapse(act: Acting) -> None:
    """What somebody proposed is void, because the case moved on without it."""
    case = act.case
    if case.awaits_second:
        asked = (FourEyes.case_id == case.id, FourEyes.state == "asked")
        for one in act.session.scalars(select(FourEyes).where(*asked)):
            one.state = "lapsed"
        case.awaits_second = False


def lapse_ended(act: Acting) -> None:
    """A later day that was proposed for a clock which has ended meanwhile is void, too."""
    case = act.case
    if not case.awaits_second:
        return
    act.session.flush()
    still = [one.proposal_id for one in clocks.running(act.session, case.id) if one.proposal_id]
    asked = (FourEyes.case_id == case.id, FourEyes.state == "asked", FourEyes.verb == "extend")
    if act.session.scalar(select(FourEyes.id).where(*asked, FourEyes.id.not_in(still))):
        lapse(act)


def _outlasts(session: Session, case: Case) -> bool:
    """What waits is the worker's own wish: its notice would begin anew with every step."""
    row = erasures.proposed(session, case.id) if case.awaits_second else None
    return row is not None and row.ground in erasures.ASKED


def move(act: Acting, verb: Verb, codes: Mapping[str, Any], detail: Detail | None = None) -> None:
    """Do the state change of `verb` and append its event. The caller checked and locked the case.

    Codes are ours; no person's words may be among them.
    """
    session, case = act.session, act.case
    at = act.at
    target, before = _target(session, case, verb), case.state
    if target != case.state:
        case.resumes_to = case.state if target == "awaiting_worker" else None
        case.state, case.state_since = target, at
        if not _outlasts(session, case):
            lapse(act)
    row = TABLE[verb]
    if row.target in (RESUME, STANDING, TALKED) or row.promising:
        follow(session, case, before, at)
    session.flush()
    running = clocks.running(session, case.id)
    due, case.level = clocks.standing(running)
    case.next_due = due or NEVER
    case.escalation_waits = case.escalation_waits and case.level > 0
    named = {"state": target, **codes}
    knows = ("state", *row.codes)
    audit.record(session, case, Deed(verb, act.actor.name, at, named, detail, knows))
    _go_on(act, [one for one in running if over(case, one, verb)])


def _go_on(act: Acting, clocks_over: Sequence[Deadline]) -> None:
    """Clocks that stood still for what has come with this act, or while nobody was in danger."""
    for clock in clocks_over:
        if clock.paused_at:
            hours = operator_hours(act.session)
            stopping.go_on(clock, act.now, hours)
            due = local_day(clock.due_at, hours.zone).isoformat()
            move(act, Verb.CLOCK_RESUMES, {"clock": clock.kind, "on": due})
