"""What the holder of a receipt does: answer, write, send evidence, change contact, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grievance.cases import files, messages, records
from grievance.cases.actors import Actor
from grievance.cases.messages import Written
from grievance.cases.models import Case, Message
from grievance.cases.opening import OpenCase
from grievance.cases.operations import addressing, telling
from grievance.cases.operations.addressing import address_of
from grievance.cases.operations.hearing import unsay
from grievance.cases.operations.moving import check, move
from grievance.cases.operations.referring import take_back
from grievance.cases.site import Site
from grievance.cases.states import Verb
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.referrals.operations import recalling


def say(
    session: Session,
    site: Site,
    opened: OpenCase,
    written: Written,
    stored: Sequence[files.Stored],
    actor: Actor,
    now: datetime,
) -> Message:
    """Write to the staff, with files if there are any. Where a question waits, it is the answer.

    A repeat of the same form writes nothing. Starts the clock in which an answer is read. An
    earlier yes to closing does not hold any more: whatever they write is read first.
    """
    before = messages.sent_before(session, opened.case.id, written.form_id)
    if before:
        return before
    case, at = opened.case, to_the_hour(now)
    verb = Verb.WORKER_ANSWERS if case.state == "awaiting_worker" else Verb.WORKER_WRITES
    check(case, verb, actor)
    message = messages.write(
        session, opened, written, thread="worker", verb=verb, actor=actor, at=at
    )
    for file in stored:
        files.attach(session, opened, file, author=actor.role, message_id=message.id, at=at)
    unsay(session, case, at)
    case.worker_acted_at, case.worker_waits = at, True
    case.needs_translation = case.needs_translation or written.language not in ("en", "ja")
    clocks.start(session, case.id, "answer", at, operator_hours(session))
    if verb == Verb.WORKER_ANSWERS and case.appealed_at:
        clocks.start(session, case.id, "appeal", at, operator_hours(session))
    telling.staff_of_answer(session, site, case, now)
    codes = {"message": message.id, "role": actor.role, "files": len(stored)}
    move(session, case, verb, actor, now, codes)
    return message


def change_contact(
    session: Session,
    site: Site,
    opened: OpenCase,
    contact: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Replace how, when and whether the worker may be reached. Earlier versions stay sealed.

    A new address gets the one letter with its code; what was confirmed of the old one is forgotten.
    """
    check(opened.case, Verb.CHANGE_CONTACT, actor)
    identity = records.read(session, opened, "identity")
    before, after = identity.get("contact") or {}, dict(contact)
    if before.get(addressing.BOX) and address_of(before) == address_of(after):
        after[addressing.BOX] = before[addressing.BOX]
    else:
        addressing.forget(session, before)
    addressing.write(session, opened, {**identity, "contact": after}, actor, now)
    addressing.ask(session, site, opened.case, after, now)


def withdraw(session: Session, site: Site, opened: OpenCase, actor: Actor, now: datetime) -> None:
    """The worker takes the report back: every hand-over is recalled, every clock ends, nothing
    more is done. Who has the case is told: a body may have to hear of it."""
    check(opened.case, Verb.WITHDRAW, actor)
    telling.staff_of_answer(session, site, opened.case, now)
    addressing.forget_of(session, opened)
    end(session, opened.case, actor, now)


def end(session: Session, case: Case, actor: Actor, now: datetime) -> None:
    """The part of a withdrawal that needs neither keys nor letters. The caller checks."""
    for mechanism in recalling.recipients(session, case.id):
        take_back(session, case, mechanism, Verb.RECALL, actor, now)
    clocks.stop(session, case.id, to_the_hour(now))
    case.worker_acted_at, case.worker_waits = to_the_hour(now), False
    move(session, case, Verb.WITHDRAW, actor, now)
