"""While a promise is awaited or watched: what the worker says of it by telephone, written down."""

from __future__ import annotations

from grievance.cases.act import Act
from grievance.cases.models import Feedback
from grievance.cases.operations import telling
from grievance.cases.operations.feedback import waits
from grievance.cases.operations.remedying import Arrival, amounts_to, go, write_down
from grievance.cases.verbs import Verb
from grievance.clock import local_day, to_the_hour
from grievance.model import some_of
from grievance.refusals import Refused

# What staff record of the same answer.
RECORDED = {
    Verb.REMEDY_NEWS: Verb.NEWS_FOR_WORKER,
    Verb.CONFIRM_REMEDY: Verb.CONFIRM_FOR_WORKER,
    Verb.REMEDY_BREACHED: Verb.BREACH_FOR_WORKER,
}
some_of(RECORDED, Verb)


def record_news(act: Act, said: Arrival) -> None:
    """The worker said on the telephone, or to somebody's face, thing by thing whether what was
    promised is there; the words are those read back to them. What it amounts to is done as if they
    had said it on their page. While it is watched they are asked again thirty days on.

    Only what is wrong waits for an answer: what may still come was talked about. A repeat of the
    same form writes nothing. Refuses `items` as `report` does, `words` without them, and `on` for a
    day before the promise, or to come.
    """
    if act.session.get(Feedback, said.written.form_id):
        return
    case, zone = act.case, act.hours.zone
    act.check(Verb.NEWS_FOR_WORKER)
    if not said.written.text.strip():
        raise Refused("words")
    if said.on is None or not local_day(case.state_since, zone) <= said.on <= act.today:
        raise Refused("on")
    said, verb = amounts_to(act, said)
    act.check(RECORDED[verb])
    codes = write_down(act, said, said.on or act.today)
    if case.state == "remedy_monitored":
        act.meet("follow_up")  # another one starts with the move
    if said.wrong:
        waits(act, grave=bool(said.reprisal))
        by = act.actor.person
        telling.staff_of_answer(act.session, act.site, case, act.now, by)
    case.worker_acted_at = to_the_hour(act.now)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, telling.HEARD)
    go(act, RECORDED[verb], {**codes, "on": str(said.on)})
