"""What staff do with a case, from taking it to accepting it.

Each verb checks the state table first: `Refused` or `Conflict` leave everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.queries import PersonFact, operator, people
from grievance.accounts.roles import Permission, permissions_of
from grievance.cases import calls, files, queries, records
from grievance.cases.act import Act
from grievance.cases.facts import grounds_of
from grievance.cases.files import Stored
from grievance.cases.messages import Written
from grievance.cases.models import SEVERITIES, Case, CaseFile, Message
from grievance.cases.opening import OpenCase
from grievance.cases.operations import eyes, telling
from grievance.cases.operations.feedback import unsay
from grievance.cases.operations.progress import signed_off
from grievance.cases.translated import Translation
from grievance.cases.verbs import Verb
from grievance.deadlines import keeping
from grievance.deadlines import operations as clocks
from grievance.directory import facts
from grievance.refusals import Refused
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


def take(act: Act) -> None:
    """The handler becomes the one who answers for a case that nobody has read yet.

    Refuses `hears_own` for who proposed what the worker asks to look at again.
    """
    act.check(Verb.TAKE)
    _hears(act, act.actor.person)
    act.case.assignee_id = act.actor.person
    act.move(Verb.TAKE)


def take_over(act: Act) -> None:
    """The handler answers for a case that goes on and that nobody has, or that stands under the
    name of who left or holds no key. Refuses `hears_own` as `take` does."""
    act.check(Verb.TAKE_OVER)
    _hears(act, act.actor.person)
    before, act.case.assignee_id = act.case.assignee_id, act.actor.person
    act.move(Verb.TAKE_OVER, before=before)


def assign(act: Act, person: UUID) -> None:
    """Give the case to a member who works on cases; refuses `assignee` for anybody else, and
    `hears_own` for who proposed what the worker asks to look at again."""
    act.check(Verb.ASSIGN)
    if person not in {member.id for member in workers(act.session, act.case)}:
        raise Refused("assignee")
    _hears(act, person)
    act.case.assignee_id = person
    if person != act.actor.person:
        telling.staff_of_assigned(act.session, act.site, act.case, act.now)
    act.move(Verb.ASSIGN, assignee=person)


def unassign(act: Act) -> None:
    """Give the case back to the queue: who has it may, and a lead. All others are told."""
    act.check(Verb.UNASSIGN)
    before, act.case.assignee_id = act.case.assignee_id, None
    telling.staff_of_freed(act.session, act.site, act.case, act.now, act.actor.person)
    act.move(Verb.UNASSIGN, before=before)


def assignable(session: Session, case: Case, people: Iterable[UUID], now: datetime) -> set[UUID]:
    """To whom of these who work on it `assign` gives this case now: a page offers nobody else."""
    return {one for one in people if not eyes.barred(session, case, one, now)}


def _hears(act: Act, person: UUID | None) -> None:
    """An appeal is not heard by who proposed the decision while anybody else is there."""
    if eyes.barred(act.session, act.case, person, act.now):
        raise Refused("hears_own")


def triage(act: Act, found: Triage) -> None:
    """Set severity, issues and the danger flag.

    Refuses `severity` when a case in danger would go below high (routing: a yes to an emergency
    question may raise, never lower below high), and `issues` when none or an unknown is named.
    Danger found now starts the danger clock, and who has the case hears of it at once; danger gone
    ends it.
    """
    case = act.case
    act.check(Verb.TRIAGE)
    if found.severity not in SEVERITIES or (
        found.danger and SEVERITIES.index(found.severity) < SEVERITIES.index("high")
    ):
        raise Refused("severity")
    if not found.issues or not set(found.issues) <= set(facts.shipped().issues):
        raise Refused("issues")
    if found.danger and not case.danger and case.first_answer_at is None:
        act.start("danger")
    for clock in clocks.running(act.session, case.id):
        if clock.kind == "danger" and not found.danger:
            clock.stopped_at = act.now
    if found.danger and not case.danger:
        telling.staff_of_danger(act.session, act.site, case, act.now, act.actor.person)
    case.severity, case.danger = found.severity, found.danger
    case.issues, case.main_issue = list(found.issues), found.issues[0]
    keeping.recount(act.session, case.id, grounds_of(act.session, act.opened), act.now)
    issues = list(found.issues)
    act.move(Verb.TRIAGE, severity=found.severity, issues=issues, danger=found.danger)


def answer(act: Act, verb: Verb, written: Written) -> Message:
    """The part of a verb that writes to the worker: it is also the first human answer, and the
    worker gets news. The verb checks before and moves after."""
    case, person = act.case, act.actor.person
    message = act.write("worker", verb, written)
    act.meet(*FIRST_ANSWER, "answer")
    case.first_answer_at = case.first_answer_at or act.now
    case.acknowledged_at = case.acknowledged_at or act.now
    case.worker_waits = False
    if case.assignee_id is None and not eyes.barred(act.session, case, person, act.now):
        case.assignee_id = person
    kind = "question" if verb == Verb.ASK_WORKER else "message"
    telling.worker_of_news(act.session, act.site, act.opened, act.now, kind)
    return message


def acknowledge(act: Act, written: Written) -> Message:
    """Tell the worker that a person has read the report. Once; ends the seven days and the four
    hours, and promises the next step."""
    if before := act.sent(written.form_id):
        return before
    act.check(Verb.ACKNOWLEDGE)
    message = answer(act, Verb.ACKNOWLEDGE, written)
    act.start("next_step")
    act.move(Verb.ACKNOWLEDGE, message=message.id)
    return message


def ask_worker(act: Act, written: Written) -> Message:
    """Ask the worker something: our clocks stand still until the answer, but not those of what
    others promised to the worker."""
    if before := act.sent(written.form_id):
        return before
    act.check(Verb.ASK_WORKER)
    unsay(act)
    message = answer(act, Verb.ASK_WORKER, written)
    clocks.stop(act.session, act.case.id, act.now, clocks.PROMISES)
    act.move(Verb.ASK_WORKER, message=message.id)
    return message


def tell_worker(act: Act, written: Written) -> Message:
    """Write to the worker without asking anything."""
    if before := act.sent(written.form_id):
        return before
    act.check(Verb.TELL_WORKER)
    message = answer(act, Verb.TELL_WORKER, written)
    if act.case.state != "awaiting_worker":
        act.meet("next_step")
    steps = act.case.state in STEPPING or signed_off(act.session, act.case)
    if steps or _nothing_runs(act.session, act.case):
        act.start("next_step")
    act.move(Verb.TELL_WORKER, message=message.id)
    return message


def _nothing_runs(session: Session, case: Case) -> bool:
    """An open case without a clock would be forgotten; only the worker may be waited for."""
    ours = (one for one in clocks.running(session, case.id) if one.kind != calls.CLOCK)
    return case.state != "awaiting_worker" and next(ours, None) is None


def note(act: Act, written: Written) -> Message:
    """Write a note that only staff read."""
    if before := act.sent(written.form_id):
        return before
    act.check(Verb.NOTE)
    message = act.write("staff", Verb.NOTE, written)
    act.move(Verb.NOTE, message=message.id)
    return message


@dataclass(frozen=True)
class Translating:
    """A human translation of a passage: a message's id or the id of a written answer."""

    passage: str
    written: Written


def translate(act: Act, found: Translating) -> Translation:
    """Put a human translation beside a passage.

    It is sealed to the story, so `passage` is refused for anything outside it. The change event
    names the hash of the ciphertext, so that a rolled-back row is told.
    """
    act.check(Verb.TRANSLATE)
    written, case = found.written, act.case
    row = written.form_id
    before = act.session.get(Translation, row)
    if before and before.case_id == case.id:
        return before
    if not _translatable(act.session, act.opened, found.passage):
        raise Refused("passage")
    body = act.opened.seal_text(Label.PASSAGE_TRANSLATION, row, written.text)
    translation = Translation(
        id=row,
        case_id=case.id,
        passage=found.passage,
        language=written.language,
        person_id=act.actor.person,
        key_generation=case.key_generation,
        body=body,
        at=act.now,
    )
    act.session.add(translation)
    case.needs_translation = False
    value = values.digest(body).hex()
    act.move(Verb.TRANSLATE, passage=found.passage, language=written.language, value=value)
    return translation


def _translatable(session: Session, opened: OpenCase, passage: str) -> bool:
    try:
        message = session.get(Message, UUID(passage))
    except ValueError:
        return passage in records.read(session, opened, "answers")
    return message is not None and (message.case_id, message.thread) == (opened.case.id, "worker")


def accept(act: Act) -> None:
    """Decide that the case is ours to work on; the worker is told the day of the next step.

    Refuses `assigned` while nobody answers for it, and `hears_own` for who proposed what the worker
    asks to look at again.
    """
    act.check(Verb.ACCEPT)
    _hears(act, act.actor.person)
    act.case.decided_at = act.now
    act.meet("next_step", "appeal")
    act.start("next_step")
    telling.worker_of_news(act.session, act.site, act.opened, act.now, "decision")
    act.move(Verb.ACCEPT)


@dataclass(frozen=True)
class Looking:
    """A file that is to be seen as it was sent, and why."""

    file: CaseFile
    reason: str = field(repr=False)


def open_original(act: Act, wanted: Looking) -> Stored:
    """What is needed to read a file as it was sent, hidden data included.

    Refuses `reason` without one and `file` for one of another case; the reason is kept sealed.
    """
    act.check(Verb.OPEN_ORIGINAL)
    if wanted.file.case_id != act.case.id:
        raise Refused("file")
    detail = act.detail(wanted.reason, "reason")
    act.move(Verb.OPEN_ORIGINAL, detail=detail, file=wanted.file.id)
    return files.read_meta(act.opened, wanted.file)
