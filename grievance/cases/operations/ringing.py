"""A worker who wants to be called: that a planned call is due, and what came of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grievance.cases import calls, checks
from grievance.cases.act import Act, JobAct
from grievance.cases.lifecycle import OPEN
from grievance.cases.messages import Written
from grievance.cases.models import Attempt, Feedback
from grievance.cases.operations import addressing, aftercare, watching
from grievance.cases.operations.aftercare import CheckIn
from grievance.cases.operations.remedying import Arrival
from grievance.cases.planned_calls import LAW, PROMISED
from grievance.cases.verbs import Verb
from grievance.deadlines import operations as clocks
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Called:
    """What came of a call, and what was said or happened, for staff; it may be empty where nobody
    was reached, or there is an `answer` to what was asked on it."""

    result: str
    written: Written = field(repr=False)
    answer: CheckIn | Arrival | None = None


def call_due(act: JobAct, kind: str) -> None:
    """The day of a planned call has come: it is due, or joins the one that is. The caller has
    claimed it. Refuses `state` for a case that is over, but for a closed one whose worker is
    asked how they are."""
    act.check(Verb.CALL_DUE)
    calls.make(act.session, act.case, kind, act.now)
    act.move(Verb.CALL_DUE, kind=kind)


def still(act: JobAct, kind: str) -> bool:
    """Whether a planned call is to be made: the promise was not kept meanwhile, the case is not
    over, and no backup brought back how to reach them."""
    case = act.case
    if addressing.may_be_old(act.session, case.id):
        return False
    if kind in PROMISED.values():
        late = [one for one in clocks.running(act.session, case.id) if one.due_at <= act.now]
        return any(PROMISED.get(one.kind) == kind for one in late)
    if kind == LAW:
        return case.state in OPEN
    return case.state == "closed" and checks.running(act.session, case.id) is not None


def record_call(act: Act, called: Called) -> None:
    """Write down that somebody called. Reached, or come by themselves, the worker knows: the call
    is made. Otherwise it is due again two working days on, and counts as a try to reach them; after
    three such days, or where the number is nobody's, the leads hear of it at once. An answer to
    what was asked on it is written down first, as if it stood alone.

    A repeat of the same form writes nothing. Refuses `state` where no call is due, `result` for
    another, or for an answer of somebody who was not reached, and `words` where the worker was
    reached and nothing says what they were told.
    """
    if _kept(act, called):
        return
    act.check(Verb.RECORD_CALL)
    call = calls.open_call(act.session, act.case.id)
    if call is None:
        raise Refused("state")
    if called.result not in calls.RESULTS:
        raise Refused("result")
    if called.answer and called.result != "reached":
        raise Refused("result")
    if called.result == "reached" and not (called.answer or called.written.text.strip()):
        raise Refused("words")
    if called.answer:
        _answered(act, called.answer)
    codes: dict[str, Any] = {}
    if called.result in calls.REACHED:
        if called.written.text.strip():
            codes["message"] = act.write("staff", Verb.RECORD_CALL, called.written).id
        calls.end(act.session, call, act.at)
    else:
        codes["attempt"] = _tried(act, called).id
        _again(act, call, called.result)
    act.move(Verb.RECORD_CALL, result=called.result, **codes)


def _kept(act: Act, called: Called) -> bool:
    form = called.written.form_id
    return bool(act.sent(form) or act.session.get(Attempt, form) or act.session.get(Feedback, form))


def _answered(act: Act, said: CheckIn | Arrival) -> None:
    if isinstance(said, Arrival):
        watching.record_news(act, said)
    elif said.worried:
        aftercare.record_worry(act, said)
    else:
        aftercare.record_well(act, said)


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
