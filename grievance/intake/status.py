"""Where a case stands, in plain words: what happened, what happens next, by when, whose turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grievance.accounts.queries import names
from grievance.accounts.roles import Role
from grievance.cases import models
from grievance.cases.corrections import Correction
from grievance.cases.lifecycle import OVER
from grievance.cases.models import Case, Erasure, Feedback, RemedyItem
from grievance.cases.operations import deciding
from grievance.cases.operations.moving import NEVER
from grievance.cases.queries import by_verb, readers
from grievance.cases.readings import readers as told_of
from grievance.cases.state_words import (
    APPEALED,
    MOVED_TOLD,
    NO_MORE_APPEAL,
    PAUSED_TOLD,
    TAKEN_BACK,
    TOLD,
    TOO_OLD,
    Told,
)
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.i18n import N_, date_text, time_text
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals.models import Referral

# How far a case is, and what the step is called before it is reached where that says too much:
# not everything ends in a promise.
STEPS = (
    ("received", N_("We have your report"), ""),
    ("in_review", N_("A person reads it"), ""),
    ("accepted", N_("We work on it"), ""),
    ("remedy_agreed", N_("Something is promised to you"), N_("Something may be promised to you")),
    ("remedy_monitored", N_("It has arrived"), N_("It arrives")),
)
WORKED_ON = ("with_mechanism", "in_dialogue")
# The clock whose day a worker is told, where it is not simply the next one.
UNSAID = ("erasure", "call")  # another sentence says the one; the other is no answer of ours
CLOCKS = {"remedy_agreed": "remedy", "remedy_monitored": "follow_up"}
LATE = {
    "remedy_agreed": N_(
        "The promised day is over. Tell us below whether it came. We look into it."
    ),
    "remedy_monitored": N_(
        "Tell us below whether it is still there, and whether anybody punished you."
    ),
}
# What is true of a promise of ours whose day has passed.
PASSED = N_(
    "We said that we would write to you by %(day)s. That day is over, and it was our task, not "
    "yours. Somebody has to look at it now. You can write to us below at any time."
)
# A day of ours that was moved and is still to come.
MOVED = N_("We need more time. We had said %(before)s. The new day is %(day)s.")
# One that stands still, and one that did.
STOPPED = N_(
    "Our clock is stopped, until %(until)s at the latest. We had said %(before)s. The new day is "
    "%(day)s at the latest."
)
STOOD_STILL = N_("Our clock was stopped while we waited.")
# No day of ours runs while the worker is asked something.
ASKED = N_(
    "Our clock is stopped because we wait for your answer. When you answer, this page names a new "
    "day."
)
NO_DAY = N_("We write to you here when there is news.")
# Who wrote a message.
AUTHORS = {
    "worker": N_("The worker"),
    "helper": N_("The helper"),
    "member": N_("A member of the group"),
    "staff": N_("From us"),
    "system": N_("From us"),
}
complete(AUTHORS, models.AUTHORS)
YOU = N_("You")
# States whose page speaks every language, before anything but messages came of the report.
EARLY = ("received", "in_review", "awaiting_worker")
# After the worker said that something did not come, or stopped, whoever else still has it.
RESUMED = ("accepted", "with_mechanism")
BROKEN = Told(
    N_("We are working on your report again"),
    N_("You told us that something is not right. A person deals with it now."),
    TOLD["accepted"].next_step,
)
HEARD = N_("Thank you. We have what you told us. A person reads it and writes to you by %(day)s.")


@dataclass(frozen=True)
class Step:
    """One step of the line, before, at or after where the case is."""

    label: str
    place: str


@dataclass(frozen=True)
class Status:
    """What the worker reads first; `heard` says that what they told us last was understood, `late`
    that the day we set for it is over, `moved` which days of ours are later or stand still, and
    why."""

    title: str
    meaning: str
    next_step: str
    your_turn: bool
    steps: list[Step]
    heard: str = ""
    late: bool = False
    moved: Sequence[tuple[str, str]] = ()


def status_of(session: Session, case: Case) -> Status:
    """The status of a case in the language being spoken."""
    told, over = _told(session, case), case.state in OVER
    return Status(
        _(told.title),
        _(told.meaning),
        _over(session, case) if over else _next(session, case, told),
        case.state == "awaiting_worker",
        [] if over else _steps(case.resumes_to or case.state),
        "" if over or told is BROKEN else _heard(session, case),
        _late(session, case),
        _moved(session, case),
    )


def is_early(session: Session, case: Case) -> bool:
    """Whether nothing but messages came of this report yet, and its page says no more than
    `early_sentences` and its template."""
    if case.state not in EARLY or (case.resumes_to or case.state) not in EARLY or case.appealed_at:
        return False
    came = (Referral, RemedyItem, Feedback, Erasure, Correction)
    if by_verb(session, case.id, Verb.RECORD_ANSWER, Verb.WITHDRAW_QUESTION, Verb.ADD_FILE):
        return False
    return not any(session.scalar(select(exists().where(row.case_id == case.id))) for row in came)


def _told(session: Session, case: Case) -> Told:
    if case.state == "in_review" and case.appealed_at:
        return APPEALED
    if case.state == "withdrawn" and case.handed_over_at:
        return TAKEN_BACK
    if case.state in RESUMED and _arrival(session, case) == case.state_since:
        return BROKEN
    return TOLD[case.state]


def _arrival(session: Session, case: Case) -> datetime | None:
    """When the worker told us last what came, or how they are after the end."""
    mine = (Feedback.case_id == case.id, Feedback.kind.in_(("arrival", "check_in")))
    return session.scalar(select(Feedback.at).where(*mine).order_by(Feedback.at.desc()).limit(1))


def _steps(standing: str) -> list[Step]:
    codes = [code for code, _now, _before in STEPS]
    here = codes.index("accepted" if standing in WORKED_ON else standing)
    return [
        Step(
            _((before if place > here else "") or label),
            "done" if place < here else "here" if place == here else "later",
        )
        for place, (_code, label, before) in enumerate(STEPS)
    ]


def _next(session: Session, case: Case, told: Told) -> str:
    """What happens next, and by which day as far as one is set."""
    if "%(day)s" not in told.next_step:
        return _(told.next_step)
    due = _due(session, case)
    if due is None:
        return _(NO_DAY)
    if _late(session, case):
        return _(LATE[case.state])
    return _promise(session, told.next_step, due)


def _promise(session: Session, sentence: str, due: datetime) -> str:
    """A sentence with the day on which we do something; once it has passed, what is so."""
    return _(sentence if due >= now() else PASSED) % {"day": _day(session, due)}


def _late(session: Session, case: Case) -> bool:
    due = _due(session, case) if case.state in LATE else None
    return due is not None and due < now()


def _due(session: Session, case: Case) -> datetime | None:
    if case.state in CLOCKS:
        return _ends(session, case, CLOCKS[case.state])
    if case.next_due in [_ends(session, case, kind) for kind in UNSAID]:
        running = clocks.running(session, case.id)
        return next((one.due_at for one in running if one.kind not in UNSAID), None)
    return case.next_due if case.next_due < NEVER else None


def _ends(session: Session, case: Case, kind: str) -> datetime | None:
    running = clocks.running(session, case.id)
    return next((clock.due_at for clock in running if clock.kind == kind), None)


def _heard(session: Session, case: Case) -> str:
    if not case.worker_waits or _arrival(session, case) != case.worker_acted_at:
        return ""
    due = _ends(session, case, "answer")
    return _promise(session, HEARD, due) if due else ""


def _moved(session: Session, case: Case) -> list[tuple[str, str]]:
    if case.state == "awaiting_worker":
        return [(_(ASKED), "")]
    return [
        _later(session, one, one.first_due)
        for one in clocks.running(session, case.id)
        if one.first_due and one.due_at >= now() and (one.paused_at or one.due_at != one.first_due)
    ]


def _later(session: Session, clock: Deadline, first: datetime) -> tuple[str, str]:
    days = {"before": _day(session, first), "day": _day(session, clock.due_at)}
    if clock.paused_until and clock.paused_for:
        until = _day(session, clock.paused_until)
        return _(STOPPED) % {**days, "until": until}, _(PAUSED_TOLD[clock.paused_for])
    stood = [_(STOOD_STILL)] if clock.paused_for else []
    why = [_(MOVED_TOLD[clock.moved_for])] if clock.moved_for else []
    return _(MOVED) % days, " ".join([*why, *stood])


def _day(session: Session, moment: datetime) -> str:
    return date_text(local_day(moment, operator_hours(session).zone))


def _over(session: Session, case: Case) -> str:
    """What the worker can still do about a case that is over, and until when."""
    hours = operator_hours(session)
    if deciding.may_appeal(session, case, now()):
        sentence, until = TOLD[case.state].next_step, clocks.appeal_ends(case.state_since, hours)
    elif deciding.may_reopen(session, case, now()):
        late = case.state == "not_accepted"
        sentence = NO_MORE_APPEAL if late else TOLD[case.state].next_step
        until = clocks.reopen_ends(case.state_since, hours)
    else:
        return _(TOO_OLD)
    return _(sentence) % {"day": _day(session, until)}


# By what they do: their name is nobody's business.
INTERPRETER = N_("an interpreter or translator")


def who_has_read(session: Session, case: Case) -> list[tuple[str, str]]:
    """(who, when first) of everybody of staff who opened the case."""
    zone = ZoneInfo(operator_hours(session).zone)
    seen = [(actor, at) for actor, at in readers(session, case.id) if actor.startswith("member:")]
    known = names(session, [_person(actor) for actor, _at in seen])
    roles = {who: one.role for who, one in told_of(session, {actor for actor, _at in seen}).items()}
    by_function = {who: _(INTERPRETER) for who, role in roles.items() if role == Role.INTERPRETER}
    return [
        (by_function.get(actor) or known.get(_person(actor), ""), _when(at, zone))
        for actor, at in seen
    ]


def _person(actor: str) -> UUID:
    return UUID(actor.removeprefix("member:"))


def _when(at: datetime, zone: ZoneInfo) -> str:
    return time_text(at, zone)


def authors(reader: str) -> dict[str, str]:
    """Who wrote a message, as the holder of a receipt of this role is told."""
    return {**{who: _(name) for who, name in AUTHORS.items()}, reader: _(YOU)}


def early_sentences() -> list[str]:
    """All that the page of a new report says by itself, for the languages of the first screens."""
    told = [said for state in EARLY for said in (TOLD[state].title, TOLD[state].meaning)]
    steps = [before or label for _code, label, before in STEPS]
    following = [TOLD[state].next_step for state in EARLY]
    later = [MOVED, *MOVED_TOLD.values(), STOPPED, *PAUSED_TOLD.values(), STOOD_STILL, ASKED]
    return [*told, *steps, *following, *later, PASSED, NO_DAY, *AUTHORS.values(), YOU]
