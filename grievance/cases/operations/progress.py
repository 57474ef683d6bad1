"""Where a case stands because of hand-overs and promises, and which clocks run for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.cases.lifecycle import OVER, PROMISED
from grievance.cases.models import AWAITED, Case, Feedback, RemedyItem
from grievance.clock import end_of_day, local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.referrals import queries as referrals

MOVES = ("in_review", "accepted", "with_mechanism")


def standing(session: Session, case: Case, base: str) -> str:
    """With a mechanism while a body has something and may still answer. After the last one
    declined, fell silent, ended or was taken back, the case is ours again: accepted. Talks go on
    while a body has the case; what was promised stays promised."""
    if base not in (*MOVES, "in_dialogue"):
        return base
    if referrals.under_way(session, case.id):
        return "with_mechanism" if base in MOVES else base
    return "accepted" if base in ("with_mechanism", "in_dialogue") else base


def follow(session: Session, case: Case, before: str, now: datetime) -> None:
    """Let the clocks follow the hand-overs and the promises: one runs to the first day on which a
    body is asked again, one to the first day on which something promised should be there, and the
    worker hears of the next step when the case comes back to us.

    While the worker is asked something only what others owe runs, and nothing when it is over.
    """
    clocks.meet(session, case.id, ("chase",), now)
    if case.state in OVER:
        return
    hours = operator_hours(session)
    if day := referrals.next_chase(session, case.id):
        clocks.start_until(session, case.id, "chase", now, end_of_day(day, hours.zone))
    if case.state == "awaiting_worker":
        return
    if case.state == "with_mechanism":
        clocks.meet(session, case.id, ("next_step",), now)
    if case.state == "in_dialogue" or (case.state == "accepted" and before != "accepted"):
        clocks.start(session, case.id, "next_step", now, hours)
    _watch(session, case, now, hours)


def _watch(session: Session, case: Case, now: datetime, hours: Hours) -> None:
    """The clocks of what was promised: until it is there, and thirty days on."""
    day = first_promise(session, case) if case.state in PROMISED else None
    if day is None and case.state == "remedy_agreed":
        day = local_day(case.state_since, hours.zone) + timedelta(days=clocks.REMEDY_DAYS)
    if day:
        _promised_until(session, case, end_of_day(day, hours.zone), now)
    else:
        clocks.meet(session, case.id, ("remedy",), now)
    if case.state == "remedy_monitored" and not signed_off(session, case):
        clocks.start(session, case.id, "follow_up", now, hours)
    else:
        clocks.meet(session, case.id, ("follow_up",), now)


def _promised_until(session: Session, case: Case, ends: datetime, now: datetime) -> None:
    """Run the clock of a promise to this moment; one that runs to it already keeps its rung."""
    due = [one.due_at for one in clocks.running(session, case.id) if one.kind == "remedy"]
    if ends not in due:
        clocks.meet(session, case.id, ("remedy",), now)
        clocks.start_until(session, case.id, "remedy", now, ends)


def signed_off(session: Session, case: Case) -> bool:
    """Whether the worker's yes to closing still holds: then nobody asks them again."""
    mine = (Feedback.case_id == case.id, Feedback.kind == "sign_off", Feedback.state == "given")
    return session.scalar(select(Feedback.id).where(*mine).limit(1)) is not None


def first_promise(session: Session, case: Case) -> date | None:
    """The first day on which something that was promised should be there and is not."""
    mine = (RemedyItem.case_id == case.id, RemedyItem.state.in_(AWAITED))
    return session.scalar(select(func.min(RemedyItem.due_on)).where(*mine))
