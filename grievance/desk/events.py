"""What happened to a case, in words: who, what, when. An event holds codes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts.models import Event
from grievance.cases import labels
from grievance.cases.state_words import PAUSED
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.desk import remedy_words
from grievance.desk.call_words import CALLED, TELL
from grievance.desk.referral_words import ANSWERS
from grievance.desk.verbs import DESK
from grievance.desk.words import AUTHOR, CLOCK, LEVEL
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_, date_text, time_text
from grievance.i18n import gettext as _
from grievance.questions.summary import issue_label
from grievance.referrals.states import LABELS as REFERRALS

# What is written down beside the verbs of the table.
SENTENCES: dict[str, str] = {
    "filed": N_("%(who)s filed the report."),
    "replayed": N_("A backup was put back. What was taken back since was taken back again."),
    "adopted": N_("From here on a key vouches for what is written down about the case."),
    **{verb: row.said for verb, row in DESK.items()},
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


SAID = {**ANSWERS, **REFERRALS}
LINKS_RESTORED = N_("A backup was put back: the reply links are closed.")
RESTORED = N_("A backup was put back. That the case is to be deleted has to be asked for again.")
ON_DESK = {
    Verb.BODY_OPENED: N_("%(who)s of %(body)s opened the document on their desk here."),
    Verb.BODY_WROTE: N_("%(who)s of %(body)s wrote on their desk here: %(kind)s."),
}
PASSED_ON = N_("Who had the case left: %(to)s has it now.")
REPLACED = N_("%(who)s changed a hand-over to %(body)s and asked the worker again.")


def lines(
    events: Sequence[Event],
    known: Mapping[UUID, str],
    zone: str,
    seen: int = 0,
    bodies: Mapping[str, str] | None = None,
) -> list[Line]:
    """Events as lines, in their order; those after `seen` are new to the reader. `bodies` are those
    of hand-overs of which no event here tells, by their id."""
    asked = {e.codes["referral"]: e.codes["mechanism"] for e in events if e.verb == Verb.REFER}
    bodies = {**(bodies or {}), **asked}
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
    if event.verb == Verb.FREE and "assignee" in event.codes:
        return PASSED_ON
    if event.verb == Verb.STOP_ERASURE and event.actor.startswith("cli:"):
        return RESTORED
    if event.verb == Verb.CLOSE_LINK and event.actor.startswith("cli:"):
        return LINKS_RESTORED
    if event.verb in ON_DESK and "organisation" in event.codes:
        return ON_DESK[Verb(event.verb)]
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
        "severity": _(labels.SEVERITY.get(codes.get("severity", ""), "")),
        "issues": ", ".join(said),
        "body": _body(body),
        "kind": _(SAID.get(codes.get("kind", ""), "")),
        "answer": _("Yes") if codes.get("answer") == "yes" else _("No"),
        "remedy": _(labels.REMEDY_KIND.get(codes.get("kind", ""), "")),
        "stands": _(labels.REMEDY_STATE.get(codes.get("stands", ""), "")),
        "opened": _(labels.IDENTITY_WHY.get(codes.get("reason", ""), "")),
        "why": _(labels.EXPORT_WHY.get(codes.get("reason", ""), "")),
        "way": _(remedy_words.WAYS.get(codes.get("way", ""), "")),
        "outcome": _(labels.RESULT.get(codes.get("outcome", ""), "")),
        "level": _(LEVEL.get(codes.get("level", 0), "")),
        "days": codes.get("days", ""),
        "on": date_text(date.fromisoformat(codes["on"])) if codes.get("on") else "",
        "clock": _(CLOCK.get(codes.get("clock", ""), "")),
        "paused": _(PAUSED.get(codes.get("paused", ""), "")),
        "tell": _(TELL.get(codes.get("kind", ""), "")),
        "called": _(CALLED.get(codes.get("result", ""), "")),
    }


def _body(mechanism: str) -> str:
    return directory.book(db.session()).name(mechanism) if mechanism else _("a body")


def _who(event: Event, known: Mapping[UUID, str]) -> str:
    person = person_of(event.actor)
    if person:
        return known.get(person, _("Somebody who left"))
    if not event.actor.startswith("receipt:"):
        return _("The system")
    role = event.codes.get("role")
    if role == "member":
        return _(AUTHOR[role])
    helper = role == "helper" or "helper" in event.codes.get("receipts", [])
    return _("The helper") if helper else _("The worker")
