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
from grievance.cases import corrections, messages, passages, queries, records
from grievance.cases.corrections import Words
from grievance.cases.messages import Read
from grievance.cases.models import Case
from grievance.cases.operations.offering import offered
from grievance.cases.translated import Translation
from grievance.cases.verbs import Verb
from grievance.cases.wages import PART, Diary, diary_of
from grievance.deadlines import operations as clocks
from grievance.deadlines.asked import Grounds
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.desk import events
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk
from grievance.desk.passage_read import Passages
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import time_text
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
    def fixed(self) -> Mapping[UUID, list[Words]]:
        """The corrections of what staff wrote, by what they stand beside."""
        return corrections.of_words(db.session(), self.desk.opened)

    @cached_property
    def stale(self) -> set[UUID]:
        """The translations that their original has left behind."""
        return passages.stale(db.session(), self.desk.opened)

    @cached_property
    def names(self) -> Mapping[UUID, str]:
        """Everybody of staff that this page speaks of, looked up once."""
        rows = [read.row for read in self.worker + self.staff]
        found = {row.person_id for row in rows if row.person_id}
        made = [t for row in self.translated.values() for t, _text in row]
        made += [t for read in self.worker for t, _text in read.translations]
        found |= {p for t in made for p in (t.person_id, t.verified_by) if p}
        found |= {p for actor, _at in self.readers if (p := events.person_of(actor))}
        found |= events.people_in(self.events)
        if self.case.assignee_id:
            found.add(self.case.assignee_id)
        return accounts.names(db.session(), sorted(found, key=str))

    @cached_property
    def passages(self) -> Passages:
        """Words and what was translated of them."""
        return Passages(
            self.desk,
            self.at,
            self.hours,
            self.verbs,
            self.wrong,
            self.names,
            self.fixed,
            self.stale,
        )

    def time(self, moment: datetime) -> str:
        """A moment in the operator's zone."""
        return time_text(moment, ZoneInfo(self.hours.zone))
