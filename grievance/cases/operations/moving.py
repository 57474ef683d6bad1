"""`move`: the only writer of a case's state. It writes the event, and the clocks follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.states import RESUME, TABLE, Verb
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks

NEVER = datetime(9999, 12, 31, tzinfo=UTC)

audit.STREAMS[Case.stream_kind] = Case
audit.VERBS.update(
    {
        "filed": ("language", "channel", "issues", "severity", "danger", "keys", "receipts"),
        Verb.TAKE: ("state",),
        Verb.ASSIGN: ("state", "assignee"),
        Verb.TRIAGE: ("state", "severity", "issues", "danger"),
        Verb.ACKNOWLEDGE: ("state", "message"),
        Verb.ASK_WORKER: ("state", "message"),
        Verb.TELL_WORKER: ("state", "message"),
        Verb.NOTE: ("state", "message"),
        Verb.TRANSLATE: ("state", "passage", "language", "value"),
        Verb.ACCEPT: ("state",),
        Verb.ASK_REISSUE: ("state",),
        Verb.REISSUE: ("state", "receipt", "retired"),
        Verb.OPEN_ORIGINAL: ("state", "file"),
        Verb.WORKER_ANSWERS: ("state", "message", "role", "files"),
        Verb.WORKER_WRITES: ("state", "message", "role", "files"),
        Verb.CHANGE_CONTACT: ("state", "value"),
        Verb.CHANGE_RECEIPT: ("state", "receipt", "retired"),
        Verb.WITHDRAW: ("state",),
    }
)


class Refused(Exception):
    """The verb may not be done; `why` is a code: `state`, `actor`, or the name of a guard."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Conflict(Exception):
    """The case changed since the page was made; nothing was done."""


@dataclass(frozen=True)
class Detail:
    """Words that go with an event, sealed to it: `event` is the event's id."""

    event: UUID
    sealed: bytes = field(repr=False)


def _guard(case: Case, guard: str) -> bool:
    holds = {
        "": True,
        "not_acknowledged": case.acknowledged_at is None,
        "assigned": case.assignee_id is not None,
        "reissue_allowed": case.reissue_allowed,
    }
    return holds[guard]


def allowed(case: Case, verb: Verb, actor: Actor) -> bool:
    """Whether the table lets this actor do the verb now: buttons ask this."""
    row = TABLE[verb]
    return case.state in row.sources and row.who in actor.can and _guard(case, row.guard)


def verbs_for(case: Case, actor: Actor) -> list[Verb]:
    """What this actor can do now, in the order of the table."""
    return [verb for verb in TABLE if allowed(case, verb, actor)]


def check(case: Case, verb: Verb, actor: Actor, version: int | None = None) -> None:
    """Refuse before anything is written. `version` is that of the page the actor saw."""
    row = TABLE[verb]
    if row.who not in actor.can:
        raise Refused("actor")
    if version is not None and version != case.version:
        raise Conflict
    if case.state not in row.sources:
        raise Refused("state")
    if not _guard(case, row.guard):
        raise Refused(row.guard)


def _target(case: Case, verb: Verb) -> str:
    target = TABLE[verb].target
    if target == RESUME:
        return case.resumes_to or "in_review"
    return target or case.state


def move(
    session: Session,
    case: Case,
    verb: Verb,
    actor: Actor,
    now: datetime,
    codes: Mapping[str, Any] | None = None,
    *,
    detail: Detail | None = None,
) -> None:
    """Do the state change of `verb` and append its event. The caller checked and locked the case.

    What a worker does is stamped to the hour. Codes are ours; no person's words may be among them.
    """
    at = to_the_hour(now) if actor.receipt else now
    target = _target(case, verb)
    if target != case.state:
        case.resumes_to = case.state if target == "awaiting_worker" else None
        case.state, case.state_since = target, at
    case.next_due = clocks.next_due(session, case.id) or NEVER
    named = {"state": target, **(codes or {})}
    audit.record(
        session,
        case,
        verb,
        actor=actor.name,
        now=at,
        codes=named,
        detail=detail.sealed if detail else None,
        event_id=detail.event if detail else None,
    )
