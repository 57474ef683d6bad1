"""The worker adds afterwards what was not asked when the report was filed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.cases import records
from grievance.cases.act import Act
from grievance.cases.facts import grounds_of
from grievance.cases.models import SEVERITIES, Case, CaseRecord
from grievance.cases.operations import telling
from grievance.cases.verbs import Verb
from grievance.deadlines import keeping
from grievance.questions.complaint import Complaint, complaint_of, level_of
from grievance.questions.journey import OTHER, Bank
from grievance.questions.profile import in_danger
from grievance.questions.question import Answer
from grievance.routing.explain import Result, as_plain
from grievance.vault import values


@dataclass(frozen=True)
class Added:
    """The complaint with what was added, the problems it names now for the first time, whether
    there are new words to translate, and what routing says to it; `graver` and `danger` where the
    new answers make it so."""

    complaint: Complaint
    named: tuple[str, ...]
    words: bool
    rules_version: str
    suggestion: Mapping[str, Any] = field(repr=False)
    graver: bool = False
    danger: bool = False


def added_to(
    bank: Bank,
    told: Mapping[str, Answer],
    given: Mapping[str, Answer],
    advise: Callable[[Mapping[str, Answer]], Result],
) -> Added:
    """What answers change, beside those that were told before. ValueError when the case could not
    have been filed with them."""
    after = {**told, **given}
    before, live = bank.live("file", told), bank.live("file", after)
    named = set(bank.issues(before))
    advice, complaint = advise(after), complaint_of(bank, after)
    return Added(
        complaint,
        tuple(one for one in bank.issues(live) if one not in named),
        any(bank.questions[name].kind in ("text", "textarea") for name in given),
        advice.rules_version,
        as_plain(advice),
        _grave(complaint.severity) > _grave(level_of(bank, before)),
        complaint.danger and not in_danger(before),
    )


def add(act: Act, added: Added) -> None:
    """Seal the answers as new versions beside the earlier ones and advise anew.

    The problem is set where nobody knew it yet, and the case becomes graver where the new problem
    is, never lighter. Nothing is counted again: the month's tallies are of filings. Who has the
    case gets a letter, at most one an hour.
    """
    act.check(Verb.WORKER_ADDS)
    session, case, at = act.session, act.case, act.at
    contact = records.read(session, act.opened, "identity").get("contact", {})
    story, who = keep(act, added, contact)
    case.worker_acted_at = at
    spoken = added.complaint.language not in ("en", "ja")
    case.needs_translation = case.needs_translation or (added.words and spoken)
    if case.assignee_id and not _told(session, case, at):
        telling.staff_of_answer(session, act.site, case, act.now)
    act.move(
        Verb.WORKER_ADDS,
        issues=list(case.issues),
        severity=case.severity,
        value=values.digest(story.content).hex(),
        identity=values.digest(who.content).hex(),
    )


def keep(act: Act, added: Added, contact: Any) -> tuple[CaseRecord, CaseRecord]:
    """The part of a verb that changes what was told: new versions of story and identity, which it
    gives back; profile, advice, and what stands of it in the clear, the law's days among it."""
    session, opened, case, at, told = act.session, act.opened, act.case, act.at, added.complaint
    story = records.write(session, opened, "answers", dict(told.story), at)
    who = records.write(session, opened, "identity", {**told.identity, "contact": contact}, at)
    records.write(session, opened, "profile", dict(told.profile), at)
    records.drop_suggestion(session, opened, at)
    records.keep_suggestion(session, opened, added.rules_version, added.suggestion, at)
    _name(case, added)
    keeping.recount(session, case.id, grounds_of(session, opened), act.now)
    case.country, case.region, case.amount_band = told.country, told.region, told.amount_band
    return story, who


def _name(case: Case, added: Added) -> None:
    """Put in the problems that were named now; those that staff found stay."""
    known = [] if case.issues == [OTHER] and added.named else list(case.issues)
    case.issues = [*known, *(one for one in added.named if one not in known)]
    case.main_issue = case.issues[0]
    if added.graver and _grave(added.complaint.severity) > _grave(case.severity):
        case.severity = added.complaint.severity


def _grave(severity: str) -> int:
    return SEVERITIES.index(severity)


def _told(session: Session, case: Case, at: datetime) -> bool:
    """Whether a letter about what was added went out in this hour already."""
    mine = (Event.stream_id == case.id, Event.verb == Verb.WORKER_ADDS, Event.at == at)
    return session.scalar(select(Event.id).where(*mine).limit(1)) is not None
