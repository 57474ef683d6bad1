"""What is read of a case once, for all the panels of its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts import queries as accounts
from grievance.accounts.models import Event
from grievance.cases import messages, passages, queries, records
from grievance.cases.messages import Read
from grievance.cases.models import Case, Translation
from grievance.cases.operations.offering import offered
from grievance.cases.verbs import Verb
from grievance.cases.wages import PART, Diary, diary_of
from grievance.deadlines import operations as clocks
from grievance.deadlines.asked import Grounds
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.desk import events, words
from grievance.desk.forms import ActForm, TranslateForm
from grievance.desk.loading import Desk
from grievance.desk.parts import Passage, Translated
from grievance.desk.verbs import blank
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import Language, time_text
from grievance.questions import bank
from grievance.questions.question import listed
from grievance.questions.summary import Line, summary


@dataclass(frozen=True)
class CaseRead:
    """One look at a case: by whom and when, `seen`, the last event that this reader knew of,
    `wrong`, a form that was sent and refused, and `reply`, the ready text to start from."""

    desk: Desk
    at: datetime
    seen: int = 0
    wrong: tuple[Verb, ActForm] | None = None
    reply: str = ""

    @property
    def case(self) -> Case:
        """The row."""
        return self.desk.case

    @cached_property
    def hours(self) -> Hours:
        """When the operator works."""
        return operator_hours(db.session())

    @cached_property
    def events(self) -> list[Event]:
        """What happened, oldest first."""
        return queries.timeline(db.session(), self.case.id)

    @cached_property
    def verbs(self) -> list[Verb]:
        """What this member can do now."""
        return offered(db.session(), self.case, self.desk.actor, self.at)

    @cached_property
    def worker(self) -> list[Read]:
        """The thread with the worker."""
        return messages.thread(db.session(), self.desk.opened, "worker")

    @cached_property
    def staff(self) -> list[Read]:
        """The thread among staff."""
        return messages.thread(db.session(), self.desk.opened, "staff")

    @cached_property
    def readers(self) -> list[tuple[str, datetime]]:
        """Who opened the case, and when first."""
        return queries.readers(db.session(), self.case.id)

    @cached_property
    def _parts(self) -> dict[str, Any]:
        return records.read_all(db.session(), self.desk.opened, ("answers", "identity", PART))

    @property
    def identity(self) -> dict[str, Any]:
        """What tells who the worker is, by question."""
        found: dict[str, Any] = self._parts["identity"]
        return found

    @property
    def diary(self) -> Diary:
        """The months of pay that the worker wrote down."""
        return diary_of(self._parts[PART])

    @property
    def grounds(self) -> Grounds:
        """What the law's days are counted from."""
        return Grounds(self.case.issues, self.answers, self.diary.pay)

    @property
    def answers(self) -> dict[str, Any]:
        """Story and identity by question."""
        return {**self._parts["answers"], **self.identity}

    @cached_property
    def lines(self) -> list[Line]:
        """Every answer but the way to reach the worker, in the handler's language."""
        told = {item: said for item, said in self.answers.items() if item != "contact"}
        desks = listed(told.get("desk-found", "")) + listed(told.get("door", ""))
        book = directory.book(db.session())
        named = {name: book.name(name) for name in desks}
        found = summary(bank.shipped(), told, self.desk.member.language, named)
        return [line for line in found if not line.question.startswith("contact")]

    @cached_property
    def translated(self) -> dict[str, list[tuple[Translation, str]]]:
        """Translations of answers, by question."""
        written = [line.question for line in self.lines if line.written]
        return messages.translations(db.session(), self.desk.opened, written)

    @cached_property
    def running(self) -> Sequence[Deadline]:
        """The clocks that run, the next due first."""
        return clocks.shown(db.session(), self.case.id)

    @cached_property
    def stale(self) -> set[UUID]:
        """The translations that their original has left behind."""
        return passages.stale(db.session(), self.desk.opened)

    @cached_property
    def names(self) -> Mapping[UUID, str]:
        """Everybody of staff that this page speaks of, looked up once."""
        rows = [read.row for read in self.worker + self.staff]
        found = {row.person_id for row in rows if row.person_id}
        found |= {t.person_id for row in self.translated.values() for t, _text in row}
        found |= {t.person_id for read in self.worker for t, _text in read.translations}
        found |= {p for actor, _at in self.readers if (p := events.person_of(actor))}
        found |= events.people_in(self.events)
        if self.case.assignee_id:
            found.add(self.case.assignee_id)
        return accounts.names(db.session(), sorted(found, key=str))

    def passage(
        self,
        name: str,
        text: str,
        language: Language,
        translated: Sequence[tuple[Translation, str]],
    ) -> Passage:
        """Words of the worker, what was translated of them, and the form for one more."""
        shown = tuple(
            Translated(
                body,
                words.tongue(row.language),
                self.names.get(row.person_id, ""),
                row.id,
                row.id in self.stale,
            )
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

    def time(self, moment: datetime) -> str:
        """A moment in the operator's zone."""
        return time_text(moment, ZoneInfo(self.hours.zone))
