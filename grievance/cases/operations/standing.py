"""Where a case stands because of its hand-overs: at a body, or with us again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grievance.cases.models import Case
from grievance.cases.states import READ
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.referrals import queries as referrals


def standing(session: Session, case: Case, base: str) -> str:
    """With a mechanism while a body has something and may still answer. After the last one
    declined, fell silent, ended or was taken back, the case is ours again: accepted."""
    if base in READ and referrals.under_way(session, case.id):
        return "with_mechanism"
    return "accepted" if base == "with_mechanism" else base


def follow(session: Session, case: Case, before: str, now: datetime) -> None:
    """Let the clocks follow the hand-overs: one runs to the first day on which a body is asked
    again, and the worker hears of the next step when the case comes back to us.

    Nothing runs while the worker is asked something.
    """
    clocks.meet(session, case.id, ("chase",), now)
    if case.state == "awaiting_worker":
        return
    hours = operator_hours(session)
    if day := referrals.next_chase(session, case.id):
        clocks.start(session, case.id, "chase", now, hours, on=day)
    if case.state == "with_mechanism":
        clocks.meet(session, case.id, ("next_step",), now)
    if case.state == "accepted" and before != "accepted":
        clocks.start(session, case.id, "next_step", now, hours)
