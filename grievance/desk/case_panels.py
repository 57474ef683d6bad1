"""The panels of a case's page: each builds itself from what was read of the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from uuid import UUID

from grievance.cases import files, records, replies
from grievance.cases.messages import Read
from grievance.cases.models import CaseFile
from grievance.cases.operations import addressing, handling
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.cases.wage_table import Table
from grievance.clock import local_day
from grievance.deadlines.telling import LawDate, law_dates
from grievance.desk import events, extending, gaps, remedy_reading, words
from grievance.desk.advice import Advice, advice_of
from grievance.desk.case_read import CaseRead
from grievance.desk.deciding import Second, second_of
from grievance.desk.forms import ActForm, ReasonForm, ToWorkerForm
from grievance.desk.next_door import Silence, silence_of
from grievance.desk.parts import Attached, Doing, Passage, Shown
from grievance.desk.pay import pay_of
from grievance.desk.rows import Place
from grievance.desk.verbs import DESK, blank
from grievance.directory import queries as directory
from grievance.directory.book import OWN_LAWYER
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.questions.summary import Line
from grievance.referrals import queries as referrals


@dataclass(frozen=True)
class Report:
    """What the worker told: their words, what they chose, who they are."""

    read: CaseRead

    @property
    def passages(self) -> list[tuple[str, Passage]]:
        """(question, what was written) of every answer in the worker's own words."""
        read, own = self.read, words.tongue(self.read.case.language)
        told = [one for one in read.lines if one.written and one.compartment == "story"]
        return [
            (
                one.label,
                read.passages.of(
                    one.question, one.text, own, read.translated.get(one.question, ())
                ),
            )
            for one in told
        ]

    @property
    def facts(self) -> list[Line]:
        """What was chosen in answer to questions, in the handler's language."""
        return [one for one in self.read.lines if one.compartment == "story" and not one.written]

    @property
    def dates(self) -> list[LawDate]:
        """Until when the law lets what happened be claimed; none while who it is about is folded:
        without it a day could be wrong."""
        if self.read.desk.folded:
            return []
        return law_dates(self.read.grounds, self.read.at)

    @cached_property
    def pay(self) -> Table | None:
        """The months of pay that the worker wrote down, as far as the reader may see of when they
        can still be claimed."""
        return pay_of(self.read)

    @property
    def who(self) -> list[Line]:
        """What tells who the worker is."""
        return [line for line in self.read.lines if line.compartment == "identity"]

    @property
    def contact(self) -> Mapping[str, str]:
        """How the worker may be reached, as last changed."""
        found: Mapping[str, str] = self.read.identity.get("contact") or {}
        return found

    @property
    def contact_is_old(self) -> bool:
        """Whether a backup brought back a way that the worker changed later."""
        return addressing.may_be_old(db.session(), self.read.case.id)


@dataclass(frozen=True)
class Threads:
    """What was written with the worker and among staff, and the files of the case."""

    read: CaseRead

    @property
    def worker(self) -> list[Shown]:
        """The thread with the worker."""
        return [self._shown(one) for one in self.read.worker]

    @property
    def staff(self) -> list[Shown]:
        """The thread among staff."""
        return [self._shown(one) for one in self.read.staff]

    @cached_property
    def files(self) -> list[Attached]:
        """Every file of the case, oldest first."""
        return [
            Attached(
                row,
                stored,
                files.size_text(stored.size),
                _(words.FILE_STATE[row.state]),
                self._reason(row),
            )
            for row, stored in files.listed(db.session(), self.read.desk.opened)
        ]

    def _shown(self, one: Read) -> Shown:
        read, row, told = self.read, one.row, words.tongue(one.row.language)
        if row.thread == "worker":
            passage = read.passages.of(str(row.id), one.text, told, one.translations)
        else:
            passage = Passage(str(row.id), one.text, told, (), None)
        author = read.names.get(row.person_id, "") if row.person_id else ""
        if row.verb == Verb.RECORD_ANSWER:
            author = _("The worker, written down by %(name)s") % {"name": author}
        return Shown(
            row,
            passage,
            author or _(words.AUTHOR.get(row.author, row.author)),
            read.time(row.at),
            str(row.id) in self._new,
            [file for file in self.files if file.row.message_id == row.id],
            self._taken_back.get(str(row.id), ""),
        )

    @cached_property
    def _taken_back(self) -> dict[str, str]:
        back = [one for one in self.read.events if one.verb == Verb.WITHDRAW_QUESTION]
        return {str(one.codes["message"]): self.read.time(one.at) for one in back}

    @cached_property
    def _new(self) -> set[str]:
        if not self.read.seen:
            return set()
        since = [event.codes for event in self.read.events if event.seq > self.read.seen]
        return {str(codes["message"]) for codes in since if "message" in codes}

    def _reason(self, row: CaseFile) -> ActForm:
        form: ActForm = ReasonForm()
        wrong = self.read.wrong
        if wrong and isinstance(wrong[1], ReasonForm) and wrong[1].file == row.id:
            form = wrong[1]
        form.on(self.read.case, f"original-{row.id}")
        return form


@dataclass(frozen=True)
class History:
    """What happened, and who read it."""

    read: CaseRead

    @property
    def timeline(self) -> list[events.Line]:
        """What happened, newest first."""
        read = self.read
        return events.lines(read.events, read.names, read.hours.zone, read.seen)[::-1]

    @property
    def readers(self) -> list[tuple[str, str]]:
        """(name, when first) of everybody who opened the case."""
        return [
            (self.read.names.get(person, ""), self.read.time(at))
            for actor, at in self.read.readers
            if (person := events.person_of(actor))
        ]


@dataclass(frozen=True)
class Now:
    """What runs, what a colleague proposed, and what can be done now."""

    read: CaseRead

    @property
    def clocks(self) -> list[extending.Runs]:
        """What runs, the next due first."""
        return extending.runs(self.read.running, self.read.at, self.read.hours.zone)

    @cached_property
    def second(self) -> Second | None:
        """What a colleague proposed and nobody decided yet."""
        return second_of(self.read.desk, self.read.at, self.read.hours.zone)

    @cached_property
    def doings(self) -> list[Doing]:
        """The verbs of the right-hand column that can be done now."""
        waits = (Verb.DECLINE, Verb.CLOSE, Verb.EXTEND) if self.second and self.second.waits else ()
        return [
            self._doing(verb)
            for verb, row in DESK.items()
            if row.place == Place.COLUMN and verb in self.read.verbs and verb not in waits
        ]

    def form(self, verb: Verb) -> ActForm:
        """The form of a verb: as it was sent when it was refused, else a fresh one."""
        read = self.read
        if read.wrong and read.wrong[0] == verb:
            sent = read.wrong[1]
            sent.on(read.case, str(verb))
            return sent
        fresh = blank(verb, read.desk, self._people, read.hours, read.at)
        ready = gaps.ready(read.reply)
        if ready and ready.verb == verb and isinstance(fresh, ToWorkerForm):
            fresh.start_from(ready.text)
        return fresh

    @cached_property
    def _people(self) -> Mapping[UUID, str]:
        return {one.id: one.name for one in handling.workers(db.session(), self.read.case)}

    @cached_property
    def _had_it(self) -> set[str]:
        return referrals.had_it(db.session(), self.read.case.id)

    def _doing(self, verb: Verb) -> Doing:
        read, form, about = self.read, self.form(verb), _(DESK[verb].about)
        refused = read.wrong is not None and read.wrong[0] == verb
        ready = replies.offered(verb, self._had_it)
        asked = (start := gaps.ready(read.reply)) is not None and start.verb == verb
        opens, to_worker = refused or asked, isinstance(form, ToWorkerForm)
        return Doing(verb, _(TABLE[verb].label), about, form, opens, to_worker, ready)


@dataclass(frozen=True)
class Remedies:
    """What was promised and what came, what the worker says of it, and how the case ends."""

    read: CaseRead

    @cached_property
    def items(self) -> list[remedy_reading.ItemLine]:
        """What was claimed, offered, promised, and what came."""
        today = local_day(self.read.at, self.read.hours.zone)
        return remedy_reading.items(self.read.desk, today)

    @cached_property
    def voices(self) -> list[remedy_reading.Voice]:
        """What the worker said of it."""
        return remedy_reading.voices(self.read.desk, self.read.hours.zone)

    @property
    def ended(self) -> remedy_reading.Ended | None:
        """How the case was closed."""
        return remedy_reading.ended(self.read.desk, self.read.hours.zone)

    @property
    def after(self) -> tuple[str, bool] | None:
        """The watch after the end, and whether the worker was not heard of."""
        zone = self.read.hours.zone
        return remedy_reading.after_end(self.read.running, local_day(self.read.at, zone), zone)

    @property
    def to_close(self) -> remedy_reading.ToClose | None:
        """What the case can be closed on; None where it cannot be closed from."""
        ends = {Verb.PROPOSE_CLOSE, Verb.CLOSE} & set(self.read.verbs)
        return remedy_reading.to_close(self.read.desk) if ends else None


@dataclass(frozen=True)
class Doors:
    """Whom the case can be handed to."""

    read: CaseRead

    @cached_property
    def silence(self) -> Silence | None:
        """Which bodies let their day pass, and whom else to ask."""
        today = local_day(self.read.at, self.read.hours.zone)
        return silence_of(self.read.desk, self.read.running, today)

    @property
    def bodies(self) -> list[tuple[str, str]]:
        """Every body that a hand-over can be prepared for."""
        known = directory.book(db.session())
        listed = sorted(((i, one.name()) for i, one in known.entries.items()), key=itemgetter(1))
        lawyer = known.body(OWN_LAWYER)
        return [*([(lawyer.id, lawyer.name())] if lawyer else ()), *listed]

    @cached_property
    def advice(self) -> Advice | None:
        """The suggested doors."""
        kept = records.suggestion(db.session(), self.read.desk.opened)
        return advice_of(kept, directory.book(db.session()))
