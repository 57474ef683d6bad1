"""The ways back from a question to the worker, besides their own answer on their page: it is taken
back, or staff write down what they answered by telephone."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import queries
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import Case, Message
from grievance.cases.operations import telling
from grievance.cases.operations.feedback import unsay
from grievance.cases.verbs import Verb
from grievance.clock import to_the_hour
from grievance.refusals import Refused


def withdraw_question(act: Act) -> None:
    """The worker need not answer any more, and reads so: the case goes back to where it stood, and
    the next step is ours. What they had written before they were asked waits for an answer again,
    unless somebody wrote to them since."""
    act.check(Verb.WITHDRAW_QUESTION)
    asked, owed = _question(act.session, act.case)
    if owed:
        act.start("answer")
        act.case.worker_waits = True
    _ours(act, "message")
    act.move(Verb.WITHDRAW_QUESTION, message=asked.id)


def record_answer(act: Act, written: Written) -> Message:
    """The worker answered by telephone or in person; the words are those read back to them. A
    repeat of the same form writes nothing.

    An earlier yes to closing does not hold any more, as when they write it themselves. Refuses
    `words` without them.
    """
    if before := act.sent(written.form_id):
        return before
    act.check(Verb.RECORD_ANSWER)
    if not written.text.strip():
        raise Refused("words")
    message = act.write("worker", Verb.RECORD_ANSWER, written)
    unsay(act)
    act.case.worker_acted_at = to_the_hour(act.now)
    _ours(act, telling.HEARD)
    act.move(Verb.RECORD_ANSWER, message=message.id)
    return message


def _ours(act: Act, kind: str) -> None:
    """The next step is ours again, and a second look that is open goes on; the worker gets news."""
    act.start("next_step")
    if act.case.appealed_at:
        act.start("appeal")
    telling.worker_of_news(act.session, act.site, act.opened, act.now, kind)


def _question(session: Session, case: Case) -> tuple[Message, bool]:
    """What was asked last, and whether something that its worker wrote stands unanswered before it.
    A question counts as an answer to that until it is taken back, so those that were count for
    nothing."""
    over = queries.by_verb(session, case.id, Verb.WITHDRAW_QUESTION)
    back = [UUID(event.codes["message"]) for event in over]
    mine = (Message.case_id == case.id, Message.thread == "worker", Message.id.not_in(back))
    thread = list(session.scalars(select(Message).where(*mine).order_by(Message.seq)))
    last = max(place for place, one in enumerate(thread) if one.verb == Verb.ASK_WORKER)
    since = any(one.author == "staff" for one in thread[last + 1 :])
    owed = not since and last > 0 and thread[last - 1].author != "staff"
    return thread[last], owed
