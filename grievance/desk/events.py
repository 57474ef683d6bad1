"""What happened to a case, in words: who, what, when. An event holds codes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts.models import Event
from grievance.cases.states import Verb
from grievance.clock import local_day
from grievance.desk import remedy_words
from grievance.desk.words import LEVEL, SEVERITY
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_, date_text, time_text
from grievance.i18n import gettext as _
from grievance.questions.summary import issue_label
from grievance.referrals.states import LABELS as REFERRALS

SENTENCES: dict[str, str] = {
    "filed": N_("%(who)s filed the report."),
    "replayed": N_("A backup was put back. What was taken back since was taken back again."),
    "adopted": N_("From here on a key vouches for what is written down about the case."),
    Verb.TAKE: N_("%(who)s took the case."),
    Verb.ASSIGN: N_("%(who)s gave the case to %(to)s."),
    Verb.TRIAGE: N_("%(who)s triaged: %(severity)s; %(issues)s."),
    Verb.ACKNOWLEDGE: N_("%(who)s told the worker that the report was read."),
    Verb.ASK_WORKER: N_("%(who)s asked the worker something."),
    Verb.TELL_WORKER: N_("%(who)s wrote to the worker."),
    Verb.NOTE: N_("%(who)s wrote a note for staff."),
    Verb.TRANSLATE: N_("%(who)s added a translation."),
    Verb.ACCEPT: N_("%(who)s accepted the case."),
    Verb.ASK_REISSUE: N_("%(who)s asked for a new code, because the old one is lost."),
    Verb.REISSUE: N_("%(who)s issued a new code. The old one no longer works."),
    Verb.OPEN_ORIGINAL: N_("%(who)s opened an original file, giving a reason."),
    Verb.WORKER_ANSWERS: N_("%(who)s answered."),
    Verb.WORKER_WRITES: N_("%(who)s wrote to us."),
    Verb.WORKER_ADDS: N_("%(who)s answered questions that were not asked at filing."),
    Verb.CHANGE_CONTACT: N_("%(who)s changed how we may reach them."),
    Verb.CHANGE_RECEIPT: N_("%(who)s took a new code."),
    Verb.WITHDRAW: N_("%(who)s took the report back."),
    Verb.PROPOSE_DECLINE: N_("%(who)s proposed to decline the case."),
    Verb.DECLINE: N_("%(who)s declined the case, with another door named."),
    Verb.SEND_BACK: N_("%(who)s sent the proposal back."),
    Verb.UNASSIGN: N_("%(who)s gave the case back to the queue."),
    Verb.LINK_DUPLICATE: N_("%(who)s linked a case about the same matter."),
    Verb.RECUSE: N_("Because of a conflict of interest the case is shut to %(person)s."),
    Verb.DECLARE_CONFLICT: N_("%(who)s says that %(person)s has a conflict of interest."),
    Verb.AGREE_CONFLICT: N_("%(who)s agreed. The case is shut to %(person)s."),
    Verb.LIFT_CONFLICT: N_(
        "%(who)s lifted the conflict of interest that was declared of %(person)s."
    ),
    Verb.REOPEN: N_("%(who)s opened the case again."),
    Verb.APPEAL: N_("%(who)s asked for a second look."),
    Verb.WORKER_REOPENS: N_("%(who)s opened the case again."),
    Verb.ESCALATE: N_("The case is overdue. %(level)s."),
    Verb.ACKNOWLEDGE_ESCALATION: N_("%(who)s saw the escalation and sees to it."),
    Verb.REFER: N_("%(who)s asked the worker about a hand-over to %(body)s."),
    Verb.RECORD_CONSENT: N_("%(who)s recorded the worker's answer about %(body)s: %(answer)s."),
    Verb.DELIVER: N_("The case was handed over to %(body)s (%(who)s recorded it)."),
    Verb.REFERRAL_NEWS: N_("%(who)s recorded what %(body)s said: %(kind)s."),
    Verb.REFERRAL_OVER: N_("%(who)s recorded about %(body)s: %(kind)s."),
    Verb.CHASE: N_("%(who)s set the day to ask %(body)s again."),
    Verb.RECALL_FOR_WORKER: N_("%(who)s took back what %(body)s got, as the worker asked."),
    Verb.CONSENT_GIVEN: N_("%(who)s said yes to a hand-over to %(body)s."),
    Verb.CONSENT_REFUSED: N_("%(who)s said no to a hand-over to %(body)s."),
    Verb.RECALL: N_("%(who)s took back what %(body)s got."),
    Verb.TELL_BODY: N_("%(who)s told %(body)s that the worker took it back."),
    Verb.OPEN_DIALOGUE: N_("Talks have begun (%(who)s recorded it)."),
    Verb.NO_AGREEMENT: N_("Talks ended without agreement (%(who)s recorded it)."),
    Verb.RECORD_REMEDY: N_("%(who)s wrote down a remedy: %(remedy)s, %(stands)s."),
    Verb.AGREE_REMEDY: N_("The worker agreed to a remedy (%(who)s recorded it)."),
    Verb.CONFIRM_FOR_WORKER: N_("%(who)s recorded that everything promised has arrived."),
    Verb.BREACH_FOR_WORKER: N_("%(who)s recorded that a promise was not kept."),
    Verb.REMEDY_NEWS: N_("%(who)s told us what has come so far."),
    Verb.CONFIRM_REMEDY: N_("%(who)s told us that everything promised has arrived."),
    Verb.REMEDY_BREACHED: N_("%(who)s told us that a promise was not kept."),
    Verb.SIGN_OFF: N_("%(who)s agreed that the case may be closed."),
    Verb.RECORD_SIGN_OFF: N_("%(who)s recorded that the worker agrees to close."),
    Verb.TRY_TO_REACH: N_("%(who)s tried to reach the worker: %(way)s."),
    Verb.PROPOSE_CLOSE: N_("%(who)s proposed to close the case."),
    Verb.CLOSE: N_("%(who)s closed the case: %(outcome)s."),
}
OTHER = N_("%(who)s did something to the case.")
IN_DANGER = N_("in danger")


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    seq: int
    sentence: str
    when: str
    at: datetime
    new: bool = False


REPLACED = N_("%(who)s changed a hand-over to %(body)s and asked the worker again.")


def lines(
    events: Sequence[Event], known: Mapping[UUID, str], zone: str, seen: int = 0
) -> list[Line]:
    """Events as lines, in their order; those after `seen` are new to the reader."""
    bodies = {e.codes["referral"]: e.codes["mechanism"] for e in events if e.verb == Verb.REFER}
    return [
        Line(
            event.seq,
            _(_sentence(event)) % _parts(event, known, bodies),
            _when(event, zone),
            event.at,
            0 < seen < event.seq,
        )
        for event in events
    ]


def _when(event: Event, zone: str) -> str:
    """A worker's act is known to the hour only: its day is all that can be said of it."""
    if event.actor.startswith("receipt:"):
        return date_text(local_day(event.at, zone))
    return time_text(event.at, ZoneInfo(zone))


def _sentence(event: Event) -> str:
    if event.verb == Verb.REFER and "replaced" in event.codes:
        return REPLACED
    return SENTENCES.get(event.verb, OTHER)


def people_in(events: Sequence[Event]) -> set[UUID]:
    """All members of staff that events speak of."""
    people = {person for event in events if (person := person_of(event.actor))}
    named = [e.codes[name] for e in events for name in ("assignee", "person") if e.codes.get(name)]
    return people | {UUID(person) for person in named}


def person_of(actor: str) -> UUID | None:
    """The member of staff behind an actor's code, if it is one."""
    kind, _colon, person = actor.partition(":")
    return UUID(person) if kind == "member" else None


def _parts(event: Event, known: Mapping[UUID, str], bodies: Mapping[str, str]) -> dict[str, str]:
    codes = event.codes
    body = codes.get("mechanism") or bodies.get(codes.get("referral", ""), "")
    said = [issue_label(code) for code in codes.get("issues", [])]
    if codes.get("danger"):
        said.append(_(IN_DANGER))
    return {
        "who": _who(event, known),
        "to": known.get(UUID(codes["assignee"]), "") if codes.get("assignee") else "",
        "person": known.get(UUID(codes["person"]), "") if codes.get("person") else "",
        "severity": _(SEVERITY.get(codes.get("severity", ""), "")),
        "issues": ", ".join(said),
        "body": _body(body),
        "kind": _(REFERRALS.get(codes.get("kind", ""), "")),
        "answer": _("Yes") if codes.get("answer") == "yes" else _("No"),
        "remedy": _(remedy_words.KINDS.get(codes.get("kind", ""), "")),
        "stands": _(remedy_words.STANDS.get(codes.get("stands", ""), "")),
        "way": _(remedy_words.WAYS.get(codes.get("way", ""), "")),
        "outcome": _(remedy_words.RESULTS.get(codes.get("outcome", ""), "")),
        "level": _(LEVEL.get(codes.get("level", 0), "")),
    }


def _body(mechanism: str) -> str:
    return directory.book(db.session()).name(mechanism) if mechanism else _("a body")


def _who(event: Event, known: Mapping[UUID, str]) -> str:
    person = person_of(event.actor)
    if person:
        return known.get(person, _("Somebody who left"))
    if not event.actor.startswith("receipt:"):
        return _("The system")
    helper = event.codes.get("role") == "helper" or "helper" in event.codes.get("receipts", [])
    return _("The helper") if helper else _("The worker")
