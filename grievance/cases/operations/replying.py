"""What the holder of a receipt does: answer, write, send evidence, change contact, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grievance.cases import assigned, files, records
from grievance.cases.act import Act, JobAct
from grievance.cases.files import Brought
from grievance.cases.messages import Written
from grievance.cases.models import Message
from grievance.cases.operations import addressing, interpreting, telling
from grievance.cases.operations.addressing import address_of
from grievance.cases.operations.feedback import unsay
from grievance.cases.operations.referring import take_back
from grievance.cases.verbs import Verb
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks
from grievance.referrals.operations import recalling


@dataclass(frozen=True)
class Sent:
    """What the worker wrote, and the files that came with it. With `answers` false it is about
    something else than a question that waits."""

    written: Written
    files: Sequence[files.Stored] = ()
    answers: bool = True


def say(act: Act, sent: Sent) -> Message:
    """Write to the staff, with files if there are any. Where a question waits, it is the answer,
    unless it is about something else: then the question waits on.

    A repeat of the same form writes nothing. Starts the clock in which an answer is read. An
    earlier yes to closing does not hold any more: whatever they write is read first.
    """
    written, role = sent.written, act.actor.role
    before = act.sent(written.form_id)
    if before:
        return before
    session, case, at = act.session, act.case, act.at
    answers = sent.answers and case.state == "awaiting_worker"
    verb = Verb.WORKER_ANSWERS if answers else Verb.WORKER_WRITES
    act.check(verb)
    message = act.write("worker", verb, written)
    brought = Brought(role, at, message.id)
    for file in sent.files:
        files.attach(session, act.opened, file, brought)
    unsay(act)
    case.worker_acted_at, case.worker_waits = at, True
    case.needs_translation = case.needs_translation or written.language not in ("en", "ja")
    act.start("answer")
    if verb == Verb.WORKER_ANSWERS and case.appealed_at:
        act.start("appeal")
    telling.staff_of_answer(session, act.site, case, act.now)
    act.move(verb, message=message.id, role=role, files=len(sent.files))
    return message


def change_contact(act: Act, contact: Mapping[str, Any]) -> None:
    """Replace how, when and whether the worker may be reached. Earlier versions stay sealed.

    A new address gets the one letter with its code; what was confirmed of the old one is forgotten.
    """
    act.check(Verb.CHANGE_CONTACT)
    identity = records.read(act.session, act.opened, "identity")
    before, after = identity.get("contact") or {}, dict(contact)
    if before.get(addressing.BOX) and address_of(before) == address_of(after):
        after[addressing.BOX] = before[addressing.BOX]
    addressing.leave(act, before, after)
    addressing.write(act, {**identity, "contact": after})
    addressing.ask(act.session, act.site, act.case, after, act.now)


def withdraw(act: Act) -> None:
    """The worker takes the report back: every hand-over is recalled, every clock ends, nothing
    more is done. Who has the case is told: a body may have to hear of it."""
    act.check(Verb.WITHDRAW)
    telling.staff_of_answer(act.session, act.site, act.case, act.now)
    identity = records.read(act.session, act.opened, "identity")
    addressing.leave(act, identity.get("contact") or {}, {})
    end(act)


def end(act: Act | JobAct) -> None:
    """The part of a withdrawal that needs neither keys nor letters. The caller checks."""
    for mechanism in recalling.recipients(act.session, act.case.id):
        take_back(act, Verb.RECALL, mechanism)
    interpreting.end(act, assigned.live(act.session, act.case.id))
    hour = to_the_hour(act.now)
    clocks.stop(act.session, act.case.id, hour)
    act.case.worker_acted_at, act.case.worker_waits = hour, False
    act.move(Verb.WITHDRAW)
