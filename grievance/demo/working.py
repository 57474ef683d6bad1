"""What is done to a case that stays in the house: reading, writing, deciding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.cases import records
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import Message
from grievance.cases.operations import (
    adding,
    deciding,
    diary,
    escalating,
    handling,
    interpreting,
    receipts,
    replying,
)
from grievance.cases.operations.deciding import Declining
from grievance.cases.operations.diary import Kept
from grievance.cases.operations.handling import Translating
from grievance.cases.operations.interpreting import Giving
from grievance.cases.operations.replying import Sent
from grievance.cases.wages import Month
from grievance.clock import add_months
from grievance.deadlines.advising import advise
from grievance.demo.script import Step
from grievance.demo.stage import Stage
from grievance.directory.queries import facts_for_routing
from grievance.questions.bank import shipped
from grievance.questions.profile import profile_of
from grievance.routing.explain import Result
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules

Do = Callable[[Stage, Step], object]


def _take(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    audit.record_read(act.session, act.case.id, actor=act.actor.name, now=act.now, what="case")
    handling.take(act)


def _triage(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    given = step.given
    found = handling.Triage(given["severity"], given["issues"], given["danger"])
    handling.triage(act, found)


def _assign(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    handling.assign(act, stage.cast[step.given["to"]].id)


def _accept(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    handling.accept(act)


def _see(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    escalating.acknowledge_escalation(act)


def _writes(verb: Callable[[Act, Written], Message]) -> Do:
    def write(stage: Stage, step: Step) -> None:
        act = stage.by_staff(step)
        verb(act, stage.written(step))

    return write


def _note(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    handling.note(act, stage.written(step))


def _translate(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    passage = step.given["of"]
    if passage == "message":
        passage = str(_last_message(stage).id)
    handling.translate(act, Translating(passage, stage.written(step)))


def _allow_interpreter(stage: Stage, step: Step) -> None:
    interpreting.allow_interpreter(stage.by_number(step))


def _give_passages(stage: Stage, step: Step) -> None:
    given, to = step.given, stage.cast[step.given["to"]].id
    giving = Giving(given["of"], to, given["language"], step.day("until"), given["about"])
    interpreting.give_passages(stage.by_staff(step), giving)


def _last_message(stage: Stage) -> Message:
    return stage.session.scalars(
        select(Message)
        .where(Message.case_id == stage.case.id, Message.thread == "worker")
        .order_by(Message.seq.desc())
        .limit(1)
    ).one()


def _say(stage: Stage, step: Step) -> None:
    act, stored = stage.by_number(step), stage.papers(step.given.get("files", []))
    replying.say(act, Sent(stage.written(step), stored))


def advice(session: Session, profile: Mapping[str, Any], day: date) -> Result:
    """What routing says to a profile on that day."""
    facts, rules = facts_for_routing(session), shipped_rules()
    return advise(parse(profile, tuple(facts.issues), rules.limitation_codes), rules, facts, day)


def _add(stage: Stage, step: Step) -> None:
    act = stage.by_number(step)
    session, bank = stage.session, shipped()
    told = {"files": "given"}
    for part in ("answers", "identity"):
        told |= records.read(session, act.opened, part)
    told.pop("contact")
    added = adding.added_to(
        bank,
        told,
        step.given["answers"],
        lambda after: advice(session, profile_of(bank, "file", after), step.local_day),
    )
    adding.add(act, added)


def _pay(stage: Stage, step: Step) -> None:
    given, this = step.given, step.local_day.replace(day=1)
    month = Month(given.get("minutes"), given["owed"], given["paid"])
    kept = Kept(add_months(this, -given["back"]), month, "JPY", given["rule"], given["lag"])
    diary.keep_wages(stage.by_number(step), kept)


def _withdraw(stage: Stage, step: Step) -> None:
    replying.withdraw(stage.by_number(step))


def _reissue(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    receipts.ask_reissue(act, step.text)
    stage.session.flush()
    again = stage.keys.pop("again")
    receipts.reissue(replace(act, actor=stage.cast[step.given["second"]].actor), again)
    stage.keys["worker"] = again


def _propose_decline(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    found = Declining(step.given["reason"], step.given["door"], stage.written(step))
    deciding.propose_decline(act, found)


def _decline(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    deciding.decline(act)


def _of_worker(verb: Callable[[Act, Written], None]) -> Do:
    def write(stage: Stage, step: Step) -> None:
        verb(stage.by_number(step), stage.written(step))

    return write


STEPS: Mapping[str, Do] = {
    "add": _add,
    "take": _take,
    "triage": _triage,
    "assign": _assign,
    "acknowledge": _writes(handling.acknowledge),
    "ask": _writes(handling.ask_worker),
    "tell": _writes(handling.tell_worker),
    "note": _note,
    "translate": _translate,
    "allow-interpreter": _allow_interpreter,
    "give-passages": _give_passages,
    "accept": _accept,
    "see": _see,
    "say": _say,
    "pay": _pay,
    "withdraw": _withdraw,
    "reissue": _reissue,
    "propose-decline": _propose_decline,
    "decline": _decline,
    "appeal": _of_worker(deciding.appeal),
    "reopen": _of_worker(deciding.worker_reopens),
}
