"""The desk's part in deciding and stepping aside: the forms of these verbs, and what they do.

What a colleague proposed is shown to who may decide it. `FORMS` and `DOING` join those of the
other verbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts import queries as accounts
from grievance.cases import queries
from grievance.cases.guards import may_lift
from grievance.cases.labels import RESULT
from grievance.cases.models import FourEyes, Recusal
from grievance.cases.operations import conflicts, deciding, foureyes
from grievance.cases.operations.conflicts import Declared
from grievance.cases.state_words import DECLINE_REASONS, ERASURE_GROUNDS, MOVED
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import extending, words
from grievance.desk.forms import ActForm, NoteForm, ToWorkerForm, choices_of
from grievance.desk.loading import Desk
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_, Language, lazy, time_text
from grievance.i18n import gettext as _
from grievance.model import of_list
from grievance.refusals import CODES, SENTENCES
from grievance.web.forms import Line, Select


class DeclineForm(ToWorkerForm):
    """Why not, who else can help, and the words to the worker."""

    reason = Select(lazy("Why"), needed=lazy("Choose why."))
    door = Select(
        lazy("Who else can help"),
        hint=lazy("Nobody is sent away without another door. What routing suggested stands first."),
        needed=lazy("Name another door."),
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        book = directory.book(db.session())
        self.reason.choices = choices_of((code, _(say)) for code, say in DECLINE_REASONS.items())
        doors = deciding.doors(db.session(), desk.opened)
        named = [(door, book.name(door)) for door in doors]
        self.door.choices = choices_of([("", _("Choose")), *named])

    @property
    def shown(self) -> list[Any]:
        first = [self.reason, self.door]
        return first + [field for field in super().shown if field not in first]

    def value(self, desk: Desk) -> deciding.Declining:
        return deciding.Declining(str(self.reason.data), str(self.door.data), self.written)


class SendBackForm(NoteForm):
    """What is still missing, among staff."""

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.message.label.text = _("What is missing?")


class RecuseForm(ActForm):
    """Which conflict of interest one has."""

    reason = Line(
        lazy("Which conflict of interest?"),
        hint=lazy("For example: a relative works at the company. It is kept sealed."),
        needed=lazy("Write which conflict of interest."),
    )

    def value(self, desk: Desk) -> Any:
        return str(self.reason.data)


class DeclareForm(RecuseForm):
    """Who else has a conflict of interest, and which."""

    person = Select(lazy("Who"), needed=lazy("Choose a person."))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        known = {one.person_id for one in queries.declared(db.session(), desk.case.id)}
        others = people.keys() - known - {desk.member.person_id}
        named = [(str(one), name) for one, name in people.items() if one in others]
        self.person.choices = choices_of([("", _("Choose")), *named])

    def value(self, desk: Desk) -> Declared:
        return Declared(UUID(str(self.person.data)), str(self.reason.data))

    @property
    def shown(self) -> list[Any]:
        return [self.person, self.reason]


class ConflictForm(ActForm):
    """Which of the conflicts of interest that somebody declared."""

    person = Select(lazy("Whose"), needed=lazy("Choose a person."))

    def value(self, desk: Desk) -> UUID:
        return UUID(str(self.person.data))

    def found(self, desk: Desk) -> list[Recusal]:
        """Those that this member can lift."""
        declared = queries.declared(db.session(), desk.case.id)
        return [one for one in declared if may_lift(one, desk.actor)]

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        found = self.found(desk)
        names = accounts.names(db.session(), [one.person_id for one in found])
        me = desk.member.person_id
        self.person.choices = choices_of(
            (str(one.person_id), _("Mine") if one.person_id == me else names[one.person_id])
            for one in found
        )


class AgreeConflictForm(ConflictForm):
    """One that waits for a second person."""

    def found(self, desk: Desk) -> list[Recusal]:
        """Those that this member can agree to."""
        return conflicts.to_agree(db.session(), desk.case, desk.actor, now())


class DuplicateForm(ActForm):
    """Which other case is about the same matter."""

    reference = Line(lazy("Reference of the other case"), needed=lazy("Write its reference."))

    def value(self, desk: Desk) -> str:
        """The reference as it is kept."""
        return (self.reference.data or "").replace(" ", "").upper()


# Why somebody who is the only one left may still not be alone.
WAITS = ("one_hand", "hears_own", "heard_before")
of_list(WAITS, CODES)
NOT_ALONE = N_(
    "Who was removed by you within 30 days, or has a conflict of interest that you declared, counts"
    " as a second person who is still there."
)


@dataclass(frozen=True)
class Conflict:
    """A conflict of interest that somebody declared of another person, for its reader; `waits`
    says why this one, who did not declare it, cannot agree to it."""

    person: str
    by: str
    when: str
    reason: str
    waits: str


def conflicts_of(desk: Desk) -> list[Conflict]:
    """Those that wait for the person who is meant, or for a second one."""
    session, zone = db.session(), ZoneInfo(operator_hours(db.session()).zone)
    found = [one for one in queries.declared(session, desk.case.id) if one.state == "asked"]
    names = accounts.names(session, [id_ for one in found for id_ in (one.person_id, one.by_id)])
    return [
        Conflict(
            names[one.person_id],
            names[one.by_id],
            time_text(one.at, zone),
            conflicts.conflict_reason(session, desk.opened, one),
            _cannot_agree(desk, one),
        )
        for one in found
    ]


def _cannot_agree(desk: Desk, found: Recusal) -> str:
    why = conflicts.agreeing_refusal(db.session(), found, desk.actor, now())
    return _(SENTENCES[why]) if why in WAITS else ""


@dataclass(frozen=True)
class Second:
    """What somebody proposed, for its reader; `waits` says why this one cannot decide it now."""

    verb: str
    by: str
    when: str
    reason: str
    door: str
    text: str
    language: Language
    waits: str
    alone: bool
    asks: str = ""


def second_of(desk: Desk, at: datetime, zone: str) -> Second | None:
    """What waits for a second person in this case."""
    if not desk.case.awaits_second:
        return None
    asked = queries.proposal(db.session(), desk.case.id)
    if asked is None:
        return None
    told = foureyes.content(desk.opened, asked)
    me = desk.member.person_id
    only = asked.asked_by == me and foureyes.alone(db.session(), desk.case, asked, at)
    names = accounts.names(db.session(), [asked.asked_by])
    return Second(
        asked.verb,
        names.get(asked.asked_by, ""),
        time_text(asked.asked_at, ZoneInfo(zone)),
        _reason(told),
        directory.book(db.session()).name(told["door"]) if "door" in told else "",
        told["text"],
        words.tongue(told.get("language", desk.member.language)),
        _waits(deciding.refusal(db.session(), desk.case, asked, me, at), asked, zone),
        only,
        extending.asked(told),
    )


def _reason(told: Mapping[str, str]) -> str:
    """Why, by what was proposed: a result, a reason to decline or for a later day, or a ground for
    deleting."""
    listed = {"ground": ERASURE_GROUNDS, "result": RESULT, "reason": DECLINE_REASONS}
    listed["moved"] = MOVED
    sentence = next(known[told[name]] for name, known in listed.items() if name in told)
    return _(sentence)


def _waits(refused: str, asked: FourEyes, zone: str) -> str:
    if refused == "proposer":
        told = _("You proposed this. A second person decides.")
        return f"{told} {_(NOT_ALONE)}"
    if refused != "too_early":
        return _(SENTENCES[refused]) if refused else ""
    until = asked.asked_at + foureyes.ALONE_WAITS
    told = _("You decide this alone. Sleep on it: you can confirm from %(day)s.")
    return told % {"day": time_text(until, ZoneInfo(zone))}
