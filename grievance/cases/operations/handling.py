"""What staff do with a case, from taking it to accepting it.

Each verb checks the state table first: `Refused` or `Conflict` leave everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grievance.accounts.queries import PersonFact, operator, people
from grievance.accounts.roles import Permission, permissions_of
from grievance.cases import files, messages, queries, records
from grievance.cases.actors import Actor
from grievance.cases.files import Stored
from grievance.cases.messages import Written
from grievance.cases.models import SEVERITIES, Case, CaseFile, Message, Translation
from grievance.cases.opening import OpenCase
from grievance.cases.operations import eyes, telling
from grievance.cases.operations.hearing import unsay
from grievance.cases.operations.moving import Detail, Refused, check, move
from grievance.cases.operations.standing import signed_off
from grievance.cases.site import Site
from grievance.cases.states import Verb
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.directory import facts
from grievance.vault import values
from grievance.vault.labels import Label

FIRST_ANSWER = ("acknowledge", "danger")
# Where we owe the next step; elsewhere the day of a body, or of a promise, is what comes next,
# until the worker agreed to close: then closing is our step.
STEPPING = ("in_review", "accepted", "in_dialogue")


@dataclass(frozen=True)
class Triage:
    """What a handler found: how grave, which issues (the main one first), whether in danger."""

    severity: str
    issues: Sequence[str]
    danger: bool


def workers(session: Session, case: Case | None = None) -> list[PersonFact]:
    """The operator's members who work on cases and hold its key; of those who may know of a case,
    when one is named."""
    found = operator(session)
    out = queries.recused(session, case.id) if case else set()
    return [
        member
        for member in (people(session, found.id) if found else [])
        if member.id not in out
        and Permission.CASE_WORK in permissions_of(member.role, holds_key=member.holds_key)
    ]


def take(session: Session, case: Case, actor: Actor, now: datetime, version: int) -> None:
    """The handler becomes the one who answers for a case that nobody has read yet.

    Refuses `hears_own` for who proposed what the worker asks to look at again.
    """
    check(case, Verb.TAKE, actor, version)
    _hears(session, case, actor.person, now)
    case.assignee_id = actor.person
    move(session, case, Verb.TAKE, actor, now)


def assign(
    session: Session, case: Case, person: UUID, actor: Actor, now: datetime, version: int
) -> None:
    """Give the case to a member who works on cases; refuses `assignee` for anybody else, and
    `hears_own` for who proposed what the worker asks to look at again."""
    check(case, Verb.ASSIGN, actor, version)
    if person not in {member.id for member in workers(session, case)}:
        raise Refused("assignee")
    _hears(session, case, person, now)
    case.assignee_id = person
    move(session, case, Verb.ASSIGN, actor, now, {"assignee": person})


def assignable(
    session: Session, case: Case, people: Iterable[UUID], now: datetime
) -> set[UUID]:  # fmt: skip
    """To whom of these who work on it `assign` gives this case now: a page offers nobody else."""
    return {one for one in people if not eyes.barred(session, case, one, now)}


def _hears(session: Session, case: Case, person: UUID | None, now: datetime) -> None:
    """An appeal is not heard by who proposed the decision while anybody else is there."""
    if eyes.barred(session, case, person, now):
        raise Refused("hears_own")


def triage(
    session: Session, case: Case, found: Triage, actor: Actor, now: datetime, version: int
) -> None:
    """Set severity, issues and the danger flag.

    Refuses `severity` when a case in danger would go below high (routing: a yes to an emergency
    question may raise, never lower below high), and `issues` when none or an unknown is named.
    Danger found now starts the danger clock; danger gone ends it.
    """
    check(case, Verb.TRIAGE, actor, version)
    if found.severity not in SEVERITIES or (
        found.danger and SEVERITIES.index(found.severity) < SEVERITIES.index("high")
    ):
        raise Refused("severity")
    if not found.issues or not set(found.issues) <= set(facts.shipped().issues):
        raise Refused("issues")
    if found.danger and not case.danger and case.first_answer_at is None:
        clocks.start(session, case.id, "danger", now, operator_hours(session))
    for clock in clocks.running(session, case.id):
        if clock.kind == "danger" and not found.danger:
            clock.stopped_at = now
    case.severity, case.danger = found.severity, found.danger
    case.issues, case.main_issue = list(found.issues), found.issues[0]
    codes = {"severity": found.severity, "issues": list(found.issues), "danger": found.danger}
    move(session, case, Verb.TRIAGE, actor, now, codes)


def answer(
    session: Session,
    site: Site,
    opened: OpenCase,
    written: Written,
    *,
    verb: Verb,
    actor: Actor,
    now: datetime,
) -> Message:
    """The part of a verb that writes to the worker: it is also the first human answer, and the
    worker gets news. The verb checks before and moves after."""
    case = opened.case
    message = messages.write(
        session, opened, written, thread="worker", verb=verb, actor=actor, at=now
    )
    clocks.meet(session, case.id, (*FIRST_ANSWER, "answer"), now)
    case.first_answer_at = case.first_answer_at or now
    case.acknowledged_at = case.acknowledged_at or now
    case.worker_waits = False
    if case.assignee_id is None and not eyes.barred(session, case, actor.person, now):
        case.assignee_id = actor.person
    telling.worker_of_news(session, site, opened, now)
    return message


def acknowledge(
    session: Session, site: Site, opened: OpenCase, written: Written, actor: Actor, now: datetime,
    version: int,
) -> Message:  # fmt: skip
    """Tell the worker that a person has read the report. Once; ends the seven days and the four
    hours, and promises the next step."""
    before = messages.sent_before(session, opened.case.id, written.form_id)
    if before:
        return before
    check(opened.case, Verb.ACKNOWLEDGE, actor, version)
    message = answer(session, site, opened, written, verb=Verb.ACKNOWLEDGE, actor=actor, now=now)
    clocks.start(session, opened.case.id, "next_step", now, operator_hours(session))
    move(session, opened.case, Verb.ACKNOWLEDGE, actor, now, {"message": message.id})
    return message


def ask_worker(
    session: Session, site: Site, opened: OpenCase, written: Written, actor: Actor, now: datetime,
    version: int,
) -> Message:  # fmt: skip
    """Ask the worker something: our clocks stand still until the answer, but not those of what
    others promised to the worker."""
    before = messages.sent_before(session, opened.case.id, written.form_id)
    if before:
        return before
    check(opened.case, Verb.ASK_WORKER, actor, version)
    unsay(session, opened.case, now)
    message = answer(session, site, opened, written, verb=Verb.ASK_WORKER, actor=actor, now=now)
    clocks.stop(session, opened.case.id, now, clocks.PROMISES)
    move(session, opened.case, Verb.ASK_WORKER, actor, now, {"message": message.id})
    return message


def tell_worker(
    session: Session, site: Site, opened: OpenCase, written: Written, actor: Actor, now: datetime,
    version: int,
) -> Message:  # fmt: skip
    """Write to the worker without asking anything."""
    before = messages.sent_before(session, opened.case.id, written.form_id)
    if before:
        return before
    check(opened.case, Verb.TELL_WORKER, actor, version)
    message = answer(session, site, opened, written, verb=Verb.TELL_WORKER, actor=actor, now=now)
    if opened.case.state != "awaiting_worker":
        clocks.meet(session, opened.case.id, ("next_step",), now)
    steps = opened.case.state in STEPPING or signed_off(session, opened.case)
    if steps or _nothing_runs(session, opened.case):
        clocks.start(session, opened.case.id, "next_step", now, operator_hours(session))
    move(session, opened.case, Verb.TELL_WORKER, actor, now, {"message": message.id})
    return message


def _nothing_runs(session: Session, case: Case) -> bool:
    """An open case without a clock would be forgotten; only the worker may be waited for."""
    return case.state != "awaiting_worker" and not clocks.running(session, case.id)


def note(
    session: Session, opened: OpenCase, written: Written, actor: Actor, now: datetime
) -> Message:
    """Write a note that only staff read."""
    before = messages.sent_before(session, opened.case.id, written.form_id)
    if before:
        return before
    check(opened.case, Verb.NOTE, actor)
    message = messages.write(
        session, opened, written, thread="staff", verb=Verb.NOTE, actor=actor, at=now
    )
    move(session, opened.case, Verb.NOTE, actor, now, {"message": message.id})
    return message


def translate(
    session: Session, opened: OpenCase, passage: str, written: Written, actor: Actor, now: datetime
) -> Translation:
    """Put a human translation beside a passage: a message's id or the id of a written answer.

    It is sealed to the story, so `passage` is refused for anything outside it. The change event
    names the hash of the ciphertext, so that a rolled-back row is told.
    """
    check(opened.case, Verb.TRANSLATE, actor)
    row = written.form_id
    before = session.get(Translation, row)
    if before and before.case_id == opened.case.id:
        return before
    if not _translatable(session, opened, passage):
        raise Refused("passage")
    body = opened.seal_text(Label.PASSAGE_TRANSLATION, row, written.text)
    translation = Translation(
        id=row,
        case_id=opened.case.id,
        passage=passage,
        language=written.language,
        person_id=actor.person,
        key_generation=opened.case.key_generation,
        body=body,
        at=now,
    )
    session.add(translation)
    opened.case.needs_translation = False
    codes = {
        "passage": passage,
        "language": written.language,
        "value": values.digest(body).hex(),
    }
    move(session, opened.case, Verb.TRANSLATE, actor, now, codes)
    return translation


def _translatable(session: Session, opened: OpenCase, passage: str) -> bool:
    try:
        message = session.get(Message, UUID(passage))
    except ValueError:
        return passage in records.read(session, opened, "answers")
    return message is not None and (message.case_id, message.thread) == (opened.case.id, "worker")


def accept(
    session: Session, site: Site, opened: OpenCase, actor: Actor, now: datetime, version: int
) -> None:
    """Decide that the case is ours to work on; the worker is told the day of the next step.

    Refuses `assigned` while nobody answers for it, and `hears_own` for who proposed what the worker
    asks to look at again.
    """
    case = opened.case
    check(case, Verb.ACCEPT, actor, version)
    _hears(session, case, actor.person, now)
    case.decided_at = now
    clocks.meet(session, case.id, ("next_step", "appeal"), now)
    clocks.start(session, case.id, "next_step", now, operator_hours(session))
    telling.worker_of_news(session, site, opened, now)
    move(session, case, Verb.ACCEPT, actor, now)


def open_original(
    session: Session, opened: OpenCase, file: CaseFile, reason: str, actor: Actor, now: datetime
) -> Stored:
    """What is needed to read a file as it was sent, hidden data included.

    Refuses `reason` without one and `file` for one of another case; the reason is kept sealed.
    """
    check(opened.case, Verb.OPEN_ORIGINAL, actor)
    if file.case_id != opened.case.id:
        raise Refused("file")
    if not reason.strip():
        raise Refused("reason")
    event = uuid4()
    sealed = opened.seal_text(Label.EVENT_DETAIL, event, reason)
    codes = {"file": file.id}
    move(session, opened.case, Verb.OPEN_ORIGINAL, actor, now, codes, detail=Detail(event, sealed))
    return files.read_meta(opened, file)
