"""The guards of the state table: whether a verb holds for this case and this actor now.

The name of a guard is the code with which the verb is refused. Some ask the database, over the
session that the case was read in.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import object_session

from grievance.accounts.models import Person
from grievance.accounts.queries import absent
from grievance.accounts.roles import Permission
from grievance.cases import calls, checks, erasures, queries
from grievance.cases.actors import Actor
from grievance.cases.assigned import ALLOW, wish
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, FourEyes, Recusal, RemedyItem

Guard = Callable[[Case, Actor], bool]


def interpreter_allowed(case: Case, _actor: Actor) -> bool:
    """The worker lets an interpreter read what they wrote."""
    session = object_session(case)
    return bool(session and wish(session, case.id) == ALLOW)


def not_acknowledged(case: Case, _actor: Actor) -> bool:
    """Nobody told the worker yet that a person has read the report."""
    return case.acknowledged_at is None


def assigned(case: Case, _actor: Actor) -> bool:
    """Somebody answers for the case."""
    return case.assignee_id is not None


def comes_back(case: Case, _actor: Actor) -> bool:
    """It is no tip: somebody comes back to it and can answer."""
    return not case.one_way


def reissue_allowed(case: Case, _actor: Actor) -> bool:
    """The worker did not forbid at filing that a lost number is replaced."""
    return case.reissue_allowed


def not_taken(case: Case, actor: Actor) -> bool:
    """Nobody has the case, or who has it left, holds no key or is away without a deputy; or nobody
    has read it yet."""
    session = object_session(case)
    if case.state == "received" or case.assignee_id in (None, *actor.alone) or session is None:
        return True
    gone = absent(Permission.CASE_WORK).where(Person.id == case.assignee_id)
    return session.scalar(gone) is not None


def nothing_proposed(case: Case, _actor: Actor) -> bool:
    """No decision waits for a second person."""
    return not case.awaits_second


def proposed(case: Case, actor: Actor) -> bool:
    """A decision waits for a second person; that a day of ours is moved, for who proposed it or may
    give cases to people."""
    decides = "case.assign" in actor.can
    return case.awaits_second and (decides or asked_for(case, but=actor.person) != "extend")


def decline_proposed(case: Case, _actor: Actor) -> bool:
    """Somebody proposed to decline."""
    return asked_for(case) == "decline"


def may_extend(case: Case, actor: Actor) -> bool:
    """Who has the case, while nobody is in danger and nothing else waits for a second person."""
    return own_case(case, actor) and not case.danger and not case.awaits_second


def extend_proposed(case: Case, _actor: Actor) -> bool:
    """Somebody proposed a later day for a clock."""
    return asked_for(case) == "extend"


def close_proposed(case: Case, _actor: Actor) -> bool:
    """Somebody proposed to close."""
    return asked_for(case) == "close"


def erase_proposed(case: Case, _actor: Actor) -> bool:
    """Somebody proposed to erase the case."""
    return asked_for(case) == "erase"


def erasure_not_asked(case: Case, _actor: Actor) -> bool:
    """The worker has not asked yet that the case is erased."""
    session = object_session(case)
    return bool(session and erasures.asked(session, case.id) is None)


def erasure_to_stop(case: Case, actor: Actor) -> bool:
    """An erasure waits that the worker, or a member of their group, can stop: every one but that
    for which the time is over. It is no helper's report."""
    session = object_session(case) if actor.role != "helper" else None
    return bool(session and erasures.to_stop(session, case.id))


def open_or_wanted(case: Case, _actor: Actor) -> bool:
    """The case is open, or its worker waits for its erasure or for a call, or was not heard of
    after the end; or the clock of that runs: somebody is told rather than nobody."""
    session = object_session(case)
    if case.state in OPEN or session is None:
        return True
    if erasures.watched(session, case.id) or calls.open_call(session, case.id):
        return True
    return checks.running(session, case.id) is not None


def check_runs(case: Case, _actor: Actor) -> bool:
    """The worker of a case that is over is, or will be, asked how they are."""
    session = object_session(case)
    return bool(session and checks.running(session, case.id))


def open_or_checked(case: Case, actor: Actor) -> bool:
    """The case is open, or its worker is still asked how they are."""
    return case.state in OPEN or check_runs(case, actor)


def asked_for(case: Case, but: UUID | None = None) -> str:
    """What waits for a second person, unless it was proposed by one (`but`); empty for nothing."""
    session = object_session(case)
    if not case.awaits_second or session is None:
        return ""
    asked = [FourEyes.case_id == case.id, FourEyes.state == "asked"]
    if but:
        asked.append(FourEyes.asked_by != but)
    return session.scalar(select(FourEyes.verb).where(*asked)) or ""


def not_appealed(case: Case, _actor: Actor) -> bool:
    """The worker had no second look yet."""
    return case.appealed_at is None


def own_or_lead(case: Case, actor: Actor) -> bool:
    """Who has the case, or who may give cases to people."""
    mine = case.assignee_id == actor.person or "case.assign" in actor.can
    return case.assignee_id is not None and mine


def own_case(case: Case, actor: Actor) -> bool:
    """Who has the case, or is the deputy of who has it."""
    return case.assignee_id is not None and case.assignee_id in (actor.person, *actor.covers)


def escalated_to_them(case: Case, actor: Actor) -> bool:
    """An escalation waits that reached this actor: leads and directors any, who has the case or is
    the deputy of who has it (or everybody, while nobody has it, or who has it is away without one)
    only the first rung."""
    theirs = (None, actor.person, *actor.covers, *actor.alone)
    first = case.level == 1 and case.assignee_id in theirs
    return case.escalation_waits and ("case.assign" in actor.can or first)


def conflict_declared(case: Case, actor: Actor) -> bool:
    """A declared conflict of interest waits for the word of this person."""
    return any(may_agree(one, actor) for one in _declared(case))


def conflict_to_lift(case: Case, actor: Actor) -> bool:
    """There is a conflict of interest that this person can lift."""
    return any(may_lift(one, actor) for one in _declared(case))


def may_agree(found: Recusal, actor: Actor) -> bool:
    """Whether a declared conflict of interest waits for this person, who did not declare it."""
    return found.state == "asked" and found.by_id != actor.person


def may_lift(found: Recusal, actor: Actor) -> bool:
    """A director who neither declared it nor is its subject; who declared it, while it waits."""
    if found.by_id == actor.person:
        return found.state == "asked"
    return "case.lift" in actor.can and found.person_id != actor.person


def _declared(case: Case) -> list[Recusal]:
    session = object_session(case)
    return queries.declared(session, case.id) if session else []


def something_promised(case: Case, _actor: Actor) -> bool:
    """A remedy is written down as promised, or as offered with its day."""
    session = object_session(case)
    dated = and_(RemedyItem.state == "offered", RemedyItem.due_on.is_not(None))
    mine = (RemedyItem.case_id == case.id, or_(RemedyItem.state == "agreed", dated))
    return bool(session and session.scalar(select(RemedyItem.id).where(*mine).limit(1)))
