"""A worker who wants to be called was called: what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grievance.cases import calls
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import Attempt
from grievance.cases.verbs import Verb
from grievance.deadlines import operations as clocks
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Called:
    """What came of a call, and what was said or happened, for staff; it may be empty where nobody
    was reached."""

    result: str
    written: Written = field(repr=False)


def record_call(act: Act, called: Called) -> None:
    """Write down that somebody called. Reached, or come by themselves, the worker knows: the call
    is made. Otherwise it is due again two working days on, and counts as a try to reach them; after
    three such days, or where the number is nobody's, the leads hear of it at once.

    A repeat of the same form writes nothing. Refuses `state` where no call is due, `result` for
    another, and `words` where the worker was reached and nothing says what they were told.
    """
    form = called.written.form_id
    if act.sent(form) or act.session.get(Attempt, form):
        return
    act.check(Verb.RECORD_CALL)
    call = calls.open_call(act.session, act.case.id)
    if call is None:
        raise Refused("state")
    if called.result not in calls.RESULTS:
        raise Refused("result")
    if called.result == "reached" and not called.written.text.strip():
        raise Refused("words")
    codes: dict[str, Any] = {}
    if called.result in calls.REACHED:
        if called.written.text.strip():
            codes["message"] = act.write("staff", Verb.RECORD_CALL, called.written).id
        calls.end(act.session, call, act.at)
    else:
        codes["attempt"] = _tried(act, called).id
        _again(act, call, called.result)
    act.move(Verb.RECORD_CALL, result=called.result, **codes)


def _tried(act: Act, called: Called) -> Attempt:
    case, form = act.case, called.written.form_id
    row = Attempt(
        id=form,
        case_id=case.id,
        way="phone",
        on=act.today,
        person_id=act.actor.person,
        key_generation=case.key_generation,
        note=act.opened.seal_text(Label.ATTEMPT_NOTE, form, called.written.text),
        at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    return row


def _again(act: Act, call: calls.CallBack, result: str) -> None:
    if result == "wrong" or len(calls.fruitless_days(act.session, call)) >= calls.MOST_DAYS:
        act.start(calls.CLOCK)
        clocks.lift(act.session, act.case.id, calls.CLOCK, act.now)
        return
    act.meet(calls.CLOCK)
    act.start(calls.CLOCK)
