"""`move`: the only writer of a case's state. It writes the event, and the clocks follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, object_session

import grievance.cases.named  # noqa: F401  what an event tells of these tables
from grievance.accounts import audit
from grievance.cases import queries
from grievance.cases.actors import Actor
from grievance.cases.models import Case, FourEyes, Recusal, RemedyItem
from grievance.cases.operations.standing import follow, standing
from grievance.cases.states import RESUME, STANDING, TABLE, TALKED, Verb
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks

# Verbs after which other days are due, beside those that follow the hand-overs.
PROMISING = (
    Verb.OPEN_DIALOGUE, Verb.RECORD_REMEDY, Verb.AGREE_REMEDY, Verb.REMEDY_NEWS,
    Verb.CONFIRM_REMEDY, Verb.CONFIRM_FOR_WORKER,
)  # fmt: skip
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
        Verb.WORKER_ADDS: ("state", "issues", "severity", "value", "identity"),
        Verb.CHANGE_CONTACT: ("state", "value"),
        Verb.CHANGE_RECEIPT: ("state", "receipt", "retired"),
        Verb.WITHDRAW: ("state",),
        Verb.PROPOSE_DECLINE: ("state", "proposal"),
        Verb.DECLINE: ("state", "proposal", "message", "alone"),
        Verb.SEND_BACK: ("state", "proposal", "message"),
        Verb.UNASSIGN: ("state", "before"),
        Verb.LINK_DUPLICATE: ("state", "other"),
        Verb.RECUSE: ("state", "person"),
        Verb.DECLARE_CONFLICT: ("state", "person"),
        Verb.AGREE_CONFLICT: ("state", "person", "declared"),
        Verb.LIFT_CONFLICT: ("state", "person"),
        Verb.REOPEN: ("state",),
        Verb.APPEAL: ("state", "message?", "assignee?"),
        Verb.WORKER_REOPENS: ("state", "message?"),
        Verb.ESCALATE: ("state", "clock", "level", "assignee?"),
        Verb.ACKNOWLEDGE_ESCALATION: ("state", "level"),
        Verb.REFER: (
            "state",
            "referral",
            "packet",
            "digest",
            "check",
            "mechanism",
            "purpose",
            "form",
            "ends",
            "parts",
            "replaced?",
        ),
        Verb.RECORD_CONSENT: ("state", "referral", "packet", "digest", "consent", "answer"),
        Verb.DELIVER: ("state", "referral", "by", "channel"),
        Verb.REFERRAL_NEWS: ("state", "referral", "kind", "answer", "value", "file?"),
        Verb.REFERRAL_OVER: ("state", "referral", "kind", "answer?", "value?", "level?", "file?"),
        Verb.CHASE: ("state", "referral"),
        Verb.RECALL_FOR_WORKER: ("state", "mechanism", "referrals", "grants"),
        Verb.CONSENT_GIVEN: (
            "state",
            "referral",
            "packet",
            "digest",
            "consent",
            "given_by",
            "warned",
        ),
        Verb.CONSENT_REFUSED: ("state", "referral", "packet", "digest", "consent", "given_by"),
        Verb.RECALL: ("state", "mechanism", "referrals", "grants"),
        Verb.TELL_BODY: ("state", "referral"),
        Verb.OPEN_DIALOGUE: ("state", "message"),
        Verb.NO_AGREEMENT: ("state", "message"),
        Verb.RECORD_REMEDY: ("state", "item", "kind", "stands", "value"),
        Verb.AGREE_REMEDY: ("state", "message", "items"),
        Verb.CONFIRM_FOR_WORKER: ("state", "items", "values?"),
        Verb.BREACH_FOR_WORKER: ("state", "items"),
        Verb.REMEDY_NEWS: ("state", "items", "feedback", "given_by", "values?"),
        Verb.CONFIRM_REMEDY: ("state", "items", "feedback", "given_by", "values?"),
        Verb.REMEDY_BREACHED: ("state", "items", "feedback", "given_by", "values?"),
        Verb.SIGN_OFF: ("state", "feedback", "given_by"),
        Verb.RECORD_SIGN_OFF: ("state", "feedback", "given_by"),
        Verb.TRY_TO_REACH: ("state", "attempt", "way", "value"),
        Verb.PROPOSE_CLOSE: ("state", "proposal"),
        Verb.CLOSE: ("state", "proposal", "message", "alone", "outcome", "by"),
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


def _guard(case: Case, guard: str, actor: Actor) -> bool:
    if guard in ASKED:
        return ASKED[guard](case)
    if guard in CONFLICTS:
        return _declared(CONFLICTS[guard], case, actor)
    holds = {
        "": True,
        "not_acknowledged": case.acknowledged_at is None,
        "assigned": case.assignee_id is not None,
        "comes_back": not case.one_way,
        "reissue_allowed": case.reissue_allowed,
        "not_taken": case.state == "received" or case.assignee_id is None,
        "nothing_proposed": not case.awaits_second,
        "proposed": case.awaits_second,
        "not_appealed": case.appealed_at is None,
        "own_or_lead": case.assignee_id is not None
        and (case.assignee_id == actor.person or "case.assign" in actor.can),
        "escalated_to_them": case.escalation_waits and _told(case, actor),
    }
    return holds[guard]


def may_agree(found: Recusal, actor: Actor) -> bool:
    """Whether a declared conflict of interest waits for this person, who did not declare it."""
    return found.state == "asked" and found.by_id != actor.person


def may_lift(found: Recusal, actor: Actor) -> bool:
    """A director who neither declared it nor is its subject; who declared it, while it waits."""
    if found.by_id == actor.person:
        return found.state == "asked"
    return "case.lift" in actor.can and found.person_id != actor.person


def _declared(may: Callable[[Recusal, Actor], bool], case: Case, actor: Actor) -> bool:
    session = object_session(case)
    return any(may(one, actor) for one in queries.declared(session, case.id)) if session else False


CONFLICTS = {"conflict_declared": may_agree, "conflict_to_lift": may_lift}


def proposed(case: Case) -> str:
    """What waits for a second person."""
    session = object_session(case)
    if not case.awaits_second or session is None:
        return ""
    asked = (FourEyes.case_id == case.id, FourEyes.state == "asked")
    return session.scalar(select(FourEyes.verb).where(*asked)) or ""


def _something_promised(case: Case) -> bool:
    """Whether a remedy is written down as promised, or as offered with its day."""
    session = object_session(case)
    dated = and_(RemedyItem.state == "offered", RemedyItem.due_on.is_not(None))
    mine = (RemedyItem.case_id == case.id, or_(RemedyItem.state == "agreed", dated))
    return bool(session and session.scalar(select(RemedyItem.id).where(*mine).limit(1)))


# Guards that have to ask the database.
ASKED: Mapping[str, Callable[[Case], bool]] = {
    "decline_proposed": lambda case: proposed(case) == "decline",
    "close_proposed": lambda case: proposed(case) == "close",
    "something_promised": _something_promised,
}


def _told(case: Case, actor: Actor) -> bool:
    """Whether an escalation reached this actor: leads and directors any, who has the case (or
    everybody, while nobody has it) only the first rung."""
    if "case.assign" in actor.can:
        return True
    return case.level == 1 and case.assignee_id in (None, actor.person)


def _recused(case: Case, actor: Actor) -> bool:
    """The last of the nets: the loader gives a recused person no case, and no verb takes them."""
    session = object_session(case)
    found = session.get(Recusal, (case.id, actor.person)) if actor.person and session else None
    return found is not None and found.state == "stands"


def allowed(case: Case, verb: Verb, actor: Actor) -> bool:
    """Whether the table lets this actor do the verb now: buttons ask this."""
    row = TABLE[verb]
    return case.state in row.sources and row.who in actor.can and _guard(case, row.guard, actor)


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
    if version is not None and version != case.version:
        raise Conflict
    if case.state not in row.sources:
        raise Refused("state")
    if not _guard(case, row.guard, actor):
        raise Refused(row.guard)


def _target(session: Session, case: Case, verb: Verb) -> str:
    target = TABLE[verb].target
    if target == RESUME:
        return standing(session, case, case.resumes_to or case.state)
    if target == STANDING:
        return standing(session, case, case.state)
    if target == TALKED:
        return standing(session, case, "accepted")
    return target or case.state


def lapse(session: Session, case: Case) -> None:
    """What somebody proposed is void, because the case moved on without it."""
    if case.awaits_second:
        asked = (FourEyes.case_id == case.id, FourEyes.state == "asked")
        session.execute(update(FourEyes).where(*asked).values(state="lapsed"))
        case.awaits_second = False


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
    target, before = _target(session, case, verb), case.state
    if target != case.state:
        case.resumes_to = case.state if target == "awaiting_worker" else None
        case.state, case.state_since = target, at
        lapse(session, case)
    if TABLE[verb].target in (RESUME, STANDING, TALKED) or verb in PROMISING:
        follow(session, case, before, at)
    due, case.level = clocks.standing(session, case.id)
    case.next_due = due or NEVER
    case.escalation_waits = case.escalation_waits and case.level > 0
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
