"""Where a case stands, in plain words: what happened, what happens next, by when, whose turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from grievance.accounts.queries import names
from grievance.cases.models import Case
from grievance.cases.operations import deciding
from grievance.cases.operations.moving import NEVER
from grievance.cases.queries import readers
from grievance.cases.states import APPEALED, NO_MORE_APPEAL, TAKEN_BACK, TOLD, TOO_OLD
from grievance.clock import now
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.i18n import N_, date_text, time_text
from grievance.i18n import gettext as _

STEPS = (
    ("received", N_("We have your report")),
    ("in_review", N_("A person reads it")),
    ("accepted", N_("We work on it")),
)


@dataclass(frozen=True)
class Step:
    """One step of the line, before, at or after where the case is."""

    label: str
    place: str


@dataclass(frozen=True)
class Status:
    """What the worker reads first."""

    title: str
    meaning: str
    next_step: str
    your_turn: bool
    steps: list[Step]


def status_of(session: Session, case: Case) -> Status:
    """The status of a case in the language being spoken."""
    appealed = case.state == "in_review" and case.appealed_at
    told = APPEALED if appealed else TOLD[case.state]
    if case.state == "withdrawn" and case.handed_over_at:
        told = TAKEN_BACK
    zone = operator_hours(session).zone
    day = date_text(case.next_due.astimezone(ZoneInfo(zone)).date()) if _due(case) else ""
    over = case.state in ("not_accepted", "withdrawn")
    standing = case.resumes_to or case.state
    standing = "accepted" if standing == "with_mechanism" else standing
    codes = [code for code, _label in STEPS]
    here = codes.index(standing) if standing in codes else len(codes)
    steps = [
        Step(_(label), "done" if place < here else "here" if place == here else "later")
        for place, (_code, label) in enumerate(STEPS)
    ]
    return Status(
        _(told.title),
        _(told.meaning),
        _over(session, case)
        if over
        else (_(told.next_step) % {"day": day} if day else _undated(case)),
        case.state == "awaiting_worker",
        [] if over else steps,
    )


def _over(session: Session, case: Case) -> str:
    """What the worker can still do about a case that is over, and until when."""
    hours = operator_hours(session)
    if deciding.may_appeal(session, case, now()):
        sentence, until = TOLD[case.state].next_step, clocks.appeal_ends(case.state_since, hours)
    elif deciding.may_reopen(session, case, now()):
        mine = TOLD[case.state].next_step if case.state == "withdrawn" else NO_MORE_APPEAL
        sentence, until = mine, clocks.reopen_ends(case.state_since, hours)
    else:
        return _(TOO_OLD)
    return _(sentence) % {"day": date_text(until.astimezone(ZoneInfo(hours.zone)).date())}


def _due(case: Case) -> bool:
    return case.next_due < NEVER and "%(day)s" in TOLD[case.state].next_step


def _undated(case: Case) -> str:
    if "%(day)s" in TOLD[case.state].next_step:
        return _("We write to you here when there is news.")
    return _(TOLD[case.state].next_step)


def who_has_read(session: Session, case: Case) -> list[tuple[str, str]]:
    """(who, when first) of everybody of staff who opened the case."""
    zone = ZoneInfo(operator_hours(session).zone)
    seen = [(actor, at) for actor, at in readers(session, case.id) if actor.startswith("member:")]
    known = names(session, [_person(actor) for actor, _at in seen])
    return [(known.get(_person(actor), ""), _when(at, zone)) for actor, at in seen]


def _person(actor: str) -> UUID:
    return UUID(actor.removeprefix("member:"))


def _when(at: datetime, zone: ZoneInfo) -> str:
    return time_text(at, zone)


def authors(reader: str) -> dict[str, str]:
    """Who wrote a message, as the holder of a receipt of this role is told."""
    told = {
        "worker": _("The worker"),
        "helper": _("The helper"),
        "member": _("A member of the group"),
        "staff": _("From us"),
        "system": _("From us"),
    }
    return {**told, reader: _("You")}
