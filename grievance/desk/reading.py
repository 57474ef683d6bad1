"""The case page as it is shown: facts, passages, threads, files, timeline, and what to do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts import queries as accounts
from grievance.accounts.models import Event
from grievance.cases import files, messages, queries, records, replies
from grievance.cases.messages import Read
from grievance.cases.models import Case, CaseFile, Translation
from grievance.cases.operations import handling
from grievance.cases.operations.offering import offered
from grievance.cases.states import TABLE, Verb
from grievance.clock import local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.deadlines.telling import LawDate, law_dates
from grievance.desk import events, gaps, remedy_reading, words
from grievance.desk.advice import Advice, advice_of
from grievance.desk.deciding import Second, second_of
from grievance.desk.forms import ActForm, ReasonForm, ToWorkerForm, TranslateForm
from grievance.desk.loading import Desk
from grievance.desk.parts import Attached, Doing, Passage, Shown
from grievance.desk.verbs import DESK, Place, blank
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import Language, time_text
from grievance.i18n import gettext as _
from grievance.questions import bank
from grievance.questions.question import listed
from grievance.questions.summary import Line, summary
from grievance.referrals import queries as referrals

MESSAGES = (Verb.ACKNOWLEDGE, Verb.ASK_WORKER, Verb.TELL_WORKER)


class CasePage:
    """Everything that the page of one case shows, read when it is asked for.

    `seen` is the last event that this reader knew of; `wrong` a form that was sent and refused;
    `reply` the ready text to start from.
    """

    def __init__(
        self,
        desk: Desk,
        at: datetime,
        seen: int = 0,
        wrong: tuple[Verb, ActForm] | None = None,
        reply: str = "",
    ) -> None:
        self.desk, self.case, self.at, self.seen = desk, desk.case, at, seen
        self.wrong, self.reply = wrong, reply
        self.hours: Hours = operator_hours(db.session())
        self.people = {one.id: one.name for one in handling.workers(db.session(), desk.case)}
        self.events: list[Event] = queries.timeline(db.session(), desk.case.id)

    @cached_property
    def verbs(self) -> list[Verb]:
        """What this member can do now."""
        return offered(db.session(), self.case, self.desk.actor, self.at)

    @cached_property
    def names(self) -> Mapping[UUID, str]:
        """Everybody of staff that this page speaks of, looked up once."""
        rows = [read.row for read in self._worker + self._staff]
        found = {row.person_id for row in rows if row.person_id}
        found |= {t.person_id for row in self._translated.values() for t, _text in row}
        found |= {t.person_id for read in self._worker for t, _text in read.translations}
        found |= {p for actor, _at in self._readers if (p := events.person_of(actor))}
        found |= events.people_in(self.events)
        if self.case.assignee_id:
            found.add(self.case.assignee_id)
        return accounts.names(db.session(), sorted(found, key=str))

    @cached_property
    def _worker(self) -> list[Read]:
        return messages.thread(db.session(), self.desk.opened, "worker")

    @cached_property
    def _staff(self) -> list[Read]:
        return messages.thread(db.session(), self.desk.opened, "staff")

    @cached_property
    def _translated(self) -> dict[str, list[tuple[Translation, str]]]:
        written = [line.question for line in self._lines if line.written]
        return messages.translations(db.session(), self.desk.opened, written)

    @cached_property
    def _readers(self) -> list[tuple[str, datetime]]:
        return queries.readers(db.session(), self.case.id)

    @cached_property
    def _identity(self) -> dict[str, Any]:
        found: dict[str, Any] = records.read(db.session(), self.desk.opened, "identity")
        return found

    @cached_property
    def _lines(self) -> list[Line]:
        told = {**records.read(db.session(), self.desk.opened, "answers"), **self._identity}
        told.pop("contact", None)
        desks = listed(told.get("desk-found", "")) + listed(told.get("door", ""))
        book = directory.book(db.session())
        named = {name: book.name(name) for name in desks}
        found = summary(bank.shipped(), told, self.desk.member.language, named)
        return [line for line in found if not line.question.startswith("contact")]

    @property
    def dates(self) -> list[LawDate]:
        """Until when the law lets what happened be claimed."""
        told = {**records.read(db.session(), self.desk.opened, "answers"), **self._identity}
        return law_dates(self.case.issues, told, self.at)

    @property
    def facts(self) -> list[Line]:
        """What was chosen in answer to questions, in the handler's language."""
        return [one for one in self._lines if one.compartment == "story" and not one.written]

    @property
    def who(self) -> list[Line]:
        """What tells who the worker is."""
        return [line for line in self._lines if line.compartment == "identity"]

    @property
    def contact(self) -> Mapping[str, str]:
        """How the worker may be reached, as last changed."""
        found: Mapping[str, str] = self._identity.get("contact") or {}
        return found

    @property
    def passages(self) -> list[tuple[str, Passage]]:
        """(question, what was written) of every answer in the worker's own words."""
        told = words.tongue(self.case.language)
        return [
            (
                line.label,
                self._passage(
                    line.question, line.text, told, self._translated.get(line.question, ())
                ),
            )
            for line in self._lines
            if line.written and line.compartment == "story"
        ]

    def _passage(
        self,
        name: str,
        text: str,
        language: Language,
        translated: Sequence[tuple[Translation, str]],
    ) -> Passage:
        shown = tuple(
            (body, words.tongue(row.language), self.names.get(row.person_id, ""))
            for row, body in translated
        )
        form = self._translate(name) if Verb.TRANSLATE in self.verbs else None
        return Passage(name, text, language, shown, form)

    def _translate(self, name: str) -> ActForm:
        if self.wrong and isinstance(self.wrong[1], TranslateForm):
            sent = self.wrong[1]
            if sent.passage.data == name:
                sent.on(self.case, f"translate-{name}")
                return sent
        form = blank(Verb.TRANSLATE, self.desk, {}, self.hours, self.at)
        form["passage"].data = name
        form.on(self.case, f"translate-{name}")
        return form

    @property
    def worker(self) -> list[Shown]:
        """The thread with the worker."""
        return [self._shown(read) for read in self._worker]

    @property
    def staff(self) -> list[Shown]:
        """The thread among staff."""
        return [self._shown(read) for read in self._staff]

    def _shown(self, read: Read) -> Shown:
        row, told = read.row, words.tongue(read.row.language)
        if row.thread == "worker":
            passage = self._passage(str(row.id), read.text, told, read.translations)
        else:
            passage = Passage(str(row.id), read.text, told, (), None)
        author = self.names.get(row.person_id, "") if row.person_id else ""
        return Shown(
            row,
            passage,
            author or _(words.AUTHOR.get(row.author, row.author)),
            self.time(row.at),
            str(row.id) in self._new_messages,
            [one for one in self.attached if one.row.message_id == row.id],
        )

    @cached_property
    def _new_messages(self) -> set[str]:
        if not self.seen:
            return set()
        since = [event.codes for event in self.events if event.seq > self.seen]
        return {str(codes["message"]) for codes in since if "message" in codes}

    @cached_property
    def attached(self) -> list[Attached]:
        """Every file of the case, oldest first."""
        return [
            Attached(
                row,
                stored,
                words.size(stored.size),
                _(words.FILE_STATE[row.state]),
                self._reason(row),
            )
            for row, stored in files.listed(db.session(), self.desk.opened)
        ]

    def _reason(self, row: CaseFile) -> ActForm:
        form: ActForm = ReasonForm()
        if self.wrong and isinstance(self.wrong[1], ReasonForm) and self.wrong[1].file == row.id:
            form = self.wrong[1]
        form.on(self.case, f"original-{row.id}")
        return form

    @property
    def clocks(self) -> list[tuple[str, words.Due]]:
        """What runs, the next due first."""
        running = clocks.running(db.session(), self.case.id)
        zone = self.hours.zone
        return [(_(words.CLOCK[one.kind]), words.due(one.due_at, self.at, zone)) for one in running]

    @cached_property
    def doings(self) -> list[Doing]:
        """The verbs of the right-hand column that can be done now."""
        waits = (Verb.DECLINE, Verb.CLOSE) if self.second and self.second.waits else ()
        return [
            self._doing(verb)
            for verb, row in DESK.items()
            if row.place == Place.COLUMN and verb in self.verbs and verb not in waits
        ]

    @cached_property
    def second(self) -> Second | None:
        """What a colleague proposed and nobody decided yet."""
        return second_of(self.desk, self.at, self.hours.zone)

    @cached_property
    def remedies(self) -> list[remedy_reading.ItemLine]:
        """What was claimed, offered, promised, and what came."""
        today = local_day(self.at, self.hours.zone)
        return remedy_reading.items(self.desk, today)

    @cached_property
    def voices(self) -> list[remedy_reading.Voice]:
        """What the worker said of it."""
        return remedy_reading.voices(self.desk, self.hours.zone)

    @property
    def bodies(self) -> list[tuple[str, str]]:
        """Every body that a hand-over can be prepared for."""
        known = directory.book(db.session()).entries.values()
        return sorted(((one.id, one.name()) for one in known), key=lambda pair: pair[1])

    @property
    def ended(self) -> remedy_reading.Ended | None:
        """How the case was closed."""
        return remedy_reading.ended(self.desk, self.hours.zone)

    @property
    def to_close(self) -> remedy_reading.ToClose | None:
        """What the case can be closed on; None where it cannot be closed from."""
        ends = Verb.PROPOSE_CLOSE in self.verbs or Verb.CLOSE in self.verbs
        return remedy_reading.to_close(self.desk) if ends else None

    @property
    def same(self) -> list[Case]:
        """The cases linked as the same matter, those that this reader may know of."""
        return queries.duplicates(db.session(), self.case.id, self.desk.member.person_id)

    def _doing(self, verb: Verb) -> Doing:
        refused = self.wrong is not None and self.wrong[0] == verb
        form = self.form(verb)
        about = _(DESK[verb].about)
        ready = replies.offered(verb, referrals.had_it(db.session(), self.case.id))
        asked = (start := gaps.ready(self.reply)) is not None and start.verb == verb
        opens, to_worker = refused or asked, isinstance(form, ToWorkerForm)
        return Doing(verb, _(TABLE[verb].label), about, form, opens, to_worker, ready)

    def form(self, verb: Verb) -> ActForm:
        """The form of a verb: as it was sent when it was refused, else a fresh one."""
        if self.wrong and self.wrong[0] == verb:
            sent = self.wrong[1]
            sent.on(self.case, str(verb))
            return sent
        fresh = blank(verb, self.desk, self.people, self.hours, self.at)
        ready = gaps.ready(self.reply)
        if ready and ready.verb == verb and isinstance(fresh, ToWorkerForm):
            fresh.start_from(ready.text)
        return fresh

    @cached_property
    def advice(self) -> Advice | None:
        """The suggested doors."""
        kept = records.suggestion(db.session(), self.desk.opened)
        return advice_of(kept, directory.book(db.session()))

    @property
    def timeline(self) -> list[events.Line]:
        """What happened, newest first."""
        return events.lines(self.events, self.names, self.hours.zone, self.seen)[::-1]

    @property
    def readers(self) -> list[tuple[str, str]]:
        """(name, when first) of everybody who opened the case."""
        return [
            (self.names.get(person, ""), self.time(at))
            for actor, at in self._readers
            if (person := events.person_of(actor))
        ]

    def time(self, moment: datetime) -> str:
        """A moment in the operator's zone."""
        return time_text(moment, ZoneInfo(self.hours.zone))
