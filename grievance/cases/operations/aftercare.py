"""After the end: the worker of a closed case says whether they are safe, were punished, and still
have what was promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from grievance.cases import checks, erasures
from grievance.cases.act import Act
from grievance.cases.lifecycle import SAFE, STAYED
from grievance.cases.messages import Written
from grievance.cases.models import Feedback
from grievance.cases.operations import telling
from grievance.cases.operations.deciding import begin_again
from grievance.cases.operations.feedback import keep_feedback, waits
from grievance.cases.verbs import Verb
from grievance.clock import local_day, to_the_hour
from grievance.refusals import Refused


@dataclass(frozen=True)
class CheckIn:
    """How the worker of a closed case is: `safe` or not, whether anybody did something against them
    or their family, None where they would rather not say, how much of the remedy is still there,
    None where none was promised; whether they want to be asked `again`, and words, which may be
    empty. `on` is the day on which they said it to staff."""

    safe: str
    reprisal: bool | None
    written: Written = field(repr=False)
    stayed: str | None = None
    again: bool = True
    on: date | None = None

    @property
    def worried(self) -> bool:
        """Something is wrong: a person has to see to it."""
        return self.safe != "yes" or bool(self.reprisal) or self.stayed in ("part", "no")


def check_in(act: Act, said: CheckIn) -> None:
    """The worker says how they are. A repeat of the same form says nothing.

    Worried, the case goes on at once and staff answer; somebody who is not safe counts as in
    danger. All is well: it stays closed, and they are asked again on the next day, if they want.
    With a number that others have seen nobody ends the watch: somebody looks for the worker all the
    same. Refuses `check_said` for an answer outside the lists.
    """
    if act.session.get(Feedback, said.written.form_id):
        return
    verb = Verb.WORRIED if said.worried else Verb.CHECKED_IN
    act.check(verb)
    given = _keep(act, said)
    codes: dict[str, Any] = {"feedback": given.id, "given_by": given.given_by}
    if said.worried:
        _go_on(act, said)
        act.move(verb, danger=said.safe == "no", **codes)
        return
    act.case.worker_acted_at = act.at
    if given.given_by == "receipt":
        zone = act.hours.zone
        checks.go_on(act.session, act.case, act.at, zone, again=said.again)
    if said.written.text:
        telling.staff_of_answer(act.session, act.site, act.case, act.now)
    act.move(verb, **codes)


def record_well(act: Act, said: CheckIn) -> None:
    """The worker said on the telephone, or to somebody's face, that all is well; the words are
    those read back to them. They are asked again on the next day: only their own page ends that.

    A repeat of the same form writes nothing. Refuses `words` without them, `on` for a day before
    the end or to come, and `check_said` for what is not well.
    """
    _recorded(act, said, Verb.RECORD_WELL)


def record_worry(act: Act, said: CheckIn) -> None:
    """The same where something is wrong: the case goes on as if they had written it themselves.
    Refuses `check_said` for what is well."""
    _recorded(act, said, Verb.RECORD_WORRY)


def _recorded(act: Act, said: CheckIn, verb: Verb) -> None:
    if act.session.get(Feedback, said.written.form_id):
        return
    act.check(verb)
    case, zone = act.case, act.hours.zone
    if not said.written.text.strip():
        raise Refused("words")
    if said.on is None or not local_day(case.state_since, zone) <= said.on <= act.today:
        raise Refused("on")
    if said.worried != (verb == Verb.RECORD_WORRY):
        raise Refused("check_said")
    given = _keep(act, said)
    codes: dict[str, Any] = {"feedback": given.id, "given_by": given.given_by, "on": str(said.on)}
    if said.worried:
        _go_on(act, said)
        act.move(verb, danger=said.safe == "no", **codes)
        return
    case.worker_acted_at = to_the_hour(act.now)
    checks.go_on(act.session, case, act.at, zone)
    act.move(verb, **codes)


def _keep(act: Act, said: CheckIn) -> Feedback:
    if said.safe not in SAFE or said.stayed not in (None, *STAYED):
        raise Refused("check_said")
    given = keep_feedback(act, "check_in", said.written)
    given.safe, given.reprisal, given.stayed = said.safe, said.reprisal, said.stayed
    return given


def _go_on(act: Act, said: CheckIn) -> None:
    """The case is open again, and who has it hears of it; in danger by letter, at once."""
    session, case = act.session, act.case
    case.danger = case.danger or said.safe == "no"
    waits(act, grave=bool(said.reprisal) or case.danger)
    begin_again(act, "answer")
    erasures.end(session, case.id, act.at)
    if said.safe == "no":
        telling.staff_of_danger(session, act.site, case, act.now, act.actor.person)
    else:
        telling.staff_of_return(session, act.site, case, act.now, act.actor.person)
