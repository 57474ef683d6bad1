"""What makes it good again: talks, what is promised, what arrives, and the end of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4

from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.operations import closing, remedying
from grievance.cases.operations.closing import Closing, SignOff, Tried
from grievance.cases.operations.remedying import Agreement, Arrival, Heard, Remedy
from grievance.cases.operations.sums import AMOUNTS, Facts
from grievance.demo.script import Step
from grievance.demo.stage import Stage
from grievance.demo.working import Do


def _talks(verb: Callable[[Act, Written], object]) -> Do:
    def write(stage: Stage, step: Step) -> None:
        act = stage.by_staff(step)
        verb(act, stage.written(step))

    return write


def _remedy(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    given = step.given
    amounts = {name: given[name] for name in AMOUNTS if name in given}
    facts = Facts(given["words"], given.get("source", ""), "JPY" if amounts else "", **amounts)
    file = stage.paper(step, act)
    remedy = Remedy(
        given["kind"],
        given["stands"],
        facts,
        step.day("due") if "due" in given else None,
        step.day("arrived") if "arrived" in given else None,
        file.id if file else None,
        stage.items.setdefault(given["item"], uuid4()),
    )
    remedying.record(act, remedy)


def _agree(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    remedying.agree_remedy(act, Agreement(step.given["how"], stage.written(step)))


def _report(stage: Stage, step: Step) -> None:
    came = {stage.items[name]: said for name, said in step.given["came"].items()}
    said = Arrival(came, step.given.get("reprisal"), _words(stage, step))
    remedying.report(stage.by_number(step), said)


def _words(stage: Stage, step: Step) -> Written:
    return Written(step.given.get("text", ""), stage.case.language, uuid4())


def _confirm(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    remedying.confirm_for_worker(act, Heard(step.given["how"]))


def _breach(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    remedying.breach_for_worker(act, step.given["how"])


def _sign_off(stage: Stage, step: Step) -> None:
    """By the worker's own number; or by telephone, taken down by staff who read it back."""
    given = step.given
    said = SignOff(given.get("rating"), given.get("reprisal"), _words(stage, step))
    if step.by == "worker":
        closing.sign_off(stage.by_number(step), said)
        return
    act = stage.by_staff(step)
    closing.record_sign_off(act, said)


def _try(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    tried = Tried(step.given["way"], step.local_day, step.text)
    closing.try_to_reach(act, tried)


def _propose_close(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    closing.propose_close(act, Closing(step.given["result"], stage.written(step)))


def _close(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    closing.close(act)


STEPS: Mapping[str, Do] = {
    "talks": _talks(remedying.open_dialogue),
    "no-agreement": _talks(remedying.no_agreement),
    "remedy": _remedy,
    "agree": _agree,
    "report": _report,
    "arrived": _confirm,
    "broken": _breach,
    "sign-off": _sign_off,
    "try": _try,
    "propose-close": _propose_close,
    "close": _close,
}
