"""Passing a case on: who has it gives it to a colleague, with a note among staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from grievance.accounts.absences import away
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import Message
from grievance.cases.operations import eyes, handling, telling
from grievance.cases.verbs import Verb
from grievance.refusals import Refused


@dataclass(frozen=True)
class Passed:
    """To whom a case goes, and what they need to know."""

    person: UUID
    written: Written = field(repr=False)


def pass_on(act: Act, passed: Passed) -> Message:
    """Give a case that one has, or looks after as a deputy, to a colleague, with a note that only
    staff read.

    Refuses `assignee` for who does not work on cases, holds no key or has a conflict of interest in
    this one, and for who has it already; `colleague_away` for who is away; `hears_own` for who
    proposed what the worker asks to look at again.
    """
    if before := act.sent(passed.written.form_id):
        return before
    act.check(Verb.PASS_ON)
    session, case, to = act.session, act.case, passed.person
    there = {one.id for one in handling.workers(session, case)}
    if to not in there - {act.actor.person, case.assignee_id}:
        raise Refused("assignee")
    if to in away(session, act.now):
        raise Refused("colleague_away")
    if eyes.barred(session, case, to, act.now):
        raise Refused("hears_own")
    message = act.write("staff", Verb.PASS_ON, passed.written)
    case.assignee_id = to
    telling.staff_of_assigned(session, act.site, case, act.now)
    act.move(Verb.PASS_ON, assignee=to, message=message.id)
    return message
