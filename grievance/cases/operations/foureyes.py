"""A decision that two people take: one proposes it, another decides.

Where nobody else works on cases, or only whom they let in by themselves within a month, who
proposed may decide too, after 48 hours; of a no, an end and a deletion the worker is told that one
person decided.
Whether somebody else does is never changed by what the proposer did (`eyes`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grievance.accounts import quorum
from grievance.accounts.roles import Permission
from grievance.cases import queries
from grievance.cases.act import Act
from grievance.cases.models import Case, FourEyes
from grievance.cases.opening import OpenCase
from grievance.cases.operations import eyes, telling
from grievance.refusals import Refused
from grievance.vault.labels import Label

ALONE_WAITS = timedelta(hours=48)
DECIDES = {"extend": Permission.CASE_ASSIGN}  # who decides, where not all who propose do


def ask(act: Act, verb: str, content: Any) -> FourEyes:
    """Keep what is proposed, sealed among staff, and tell those who may decide it.

    The verb checks before and moves after.
    """
    row, case = uuid4(), act.case
    asked = FourEyes(
        id=row,
        case_id=case.id,
        verb=verb,
        state="asked",
        asked_by=act.actor.person,
        asked_at=act.now,
        key_generation=case.key_generation,
        content=act.opened.seal_json(Label.CASE_NOTE, row, content),
    )
    act.session.add(asked)
    case.awaits_second = True
    telling.staff_of_proposal(act, act.site, decides(verb))
    return asked


def decides(verb: str) -> Permission:
    """What somebody needs to decide what was proposed."""
    return DECIDES.get(verb, Permission.CASE_FOUR_EYES)


def content(opened: OpenCase, asked: FourEyes) -> Any:
    """What was proposed, for who is to decide it."""
    return opened.open_json(Label.CASE_NOTE, asked.id, asked.content)


def alone(session: Session, case: Case, asked: FourEyes, now: datetime) -> bool:
    """Whether nobody else could decide what this person proposed."""
    return not eyes.others(session, case, asked.asked_by, now, decides(asked.verb))


def waiting(act: Act) -> FourEyes:
    """What waits for a second person in this case; refuses `proposed` when nothing does."""
    asked = queries.proposal(act.session, act.case.id)
    if asked is None:
        raise Refused("proposed")
    return asked


def check_second(act: Act, asked: FourEyes, verb: str) -> bool:
    """Whether this person may decide this now, and if so whether one person decides then: who
    proposed, or somebody who counts as them, for one of the two let the other in by themselves.

    Refuses `proposer`, or `one_hand`, while somebody else works on cases, and `too_early` before 48
    hours have passed.
    """
    person = act.actor.person
    if asked.verb != verb:
        raise Refused("state")
    if person is None:
        raise Refused("actor")
    if why := refusal(act.session, act.case, asked, person, act.now):
        raise Refused(why)
    return quorum.one_hand(act.session, asked.asked_by, person, act.now)


def refusal(session: Session, case: Case, asked: FourEyes, person: UUID, now: datetime) -> str:
    """Why this person may not decide this now, as `check_second` refuses it; empty when they may.
    Pages ask it before they offer a button."""
    if not quorum.one_hand(session, asked.asked_by, person, now):
        return ""
    two = {asked.asked_by, person}
    if all(eyes.others(session, case, one, now, decides(asked.verb)) for one in two):
        return "proposer" if len(two) == 1 else "one_hand"
    return "too_early" if now < asked.asked_at + ALONE_WAITS else ""


def decide(act: Act, asked: FourEyes, state: str, *, alone: bool = False) -> None:
    """It is decided; `alone` says whether by one person."""
    asked.state, asked.decided_by, asked.decided_at = state, act.actor.person, act.now
    asked.alone, act.case.awaits_second = alone, False
