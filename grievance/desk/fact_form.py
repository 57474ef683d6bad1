"""The form with which staff write down or correct the answers of one section of the filing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import abort

from grievance.cases import records, wages
from grievance.cases.facts import NAMED, Told, advice_on, desks_of, reached_by, told_in
from grievance.cases.operations import adding
from grievance.cases.operations.adding import Added
from grievance.cases.operations.stating import Stated
from grievance.clock import local_day, now
from grievance.deadlines.asked import Pay
from grievance.deadlines.queries import operator_hours
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, named
from grievance.desk.uploading import OneFile, WithFile
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.questions.bank import shipped
from grievance.questions.forms import Asking, Page, answers_in, fields_of
from grievance.questions.question import listed
from grievance.questions.sections import Section, issues, section, with_family
from grievance.questions.summary import issue_label
from grievance.web.forms import Line


class FactForm(Page, ActForm):
    """The questions of a section, each with the checks of the worker's own page, and how staff know
    it."""

    why = Line(
        lazy("How do you know?"),
        hint=lazy("For example: she said so on the telephone today. The worker reads this."),
        needed=lazy("Write how you know that."),
    )
    section: Section
    before: Told
    pay: Pay
    added: Added | None = None

    @classmethod
    def of(cls, desk: Desk) -> type[FactForm]:
        before = known(desk)
        found = section(shipped(), before, str(named("page") or ""))
        if found is None:
            abort(404)
        asked = found.questions
        free = frozenset(one.id for one in asked if one.shown_if or not before.get(one.id))
        asking = Asking(shipped(), "file", before, free, desk_names(before))
        pay = wages.read(db.session(), desk.opened).pay
        parts = {"asking": asking, "section": found, "before": before, "pay": pay}
        return type("SectionForm", (FactForm,), {**fields_of(asking, found.questions), **parts})

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        if "issue" in self:
            asked: Any = self["issue"]
            asked.choices = [(code, issue_label(code)) for code in issues(shipped())]

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """Each answer by itself, then beside all others: none is kept that the report could not
        have been filed with."""
        if not super().validate(*arguments, **options):
            return False
        given = with_family(shipped(), {name: now for name, (_was, now) in self.changed.items()})
        if given.keys() & set(NAMED):
            given["desk-found"] = desks_of(db.session(), {**self.before, **given})
        try:
            advise = partial(advice_on, db.session(), today=_day(), pay=self.pay)
            self.added = adding.added_to(shipped(), self.before, given, advise)
        except ValueError:
            first = self[self.section.questions[0].id]
            first.errors = [_("An answer that is needed is missing, or does not fit the others.")]
        return self.added is not None

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """What is different now, by question: before and after."""
        given = answers_in(self, self.section.questions)
        return {
            name: (self.before.get(name, ""), now)
            for name, now in given.items()
            if listed(now) != listed(self.before.get(name, ""))
        }

    def value(self, desk: Desk) -> Stated:
        assert self.added is not None
        return Stated(self.changed, self.added, str(self.why.data), self.once)


class FileForm(WithFile):
    """One file that staff add to the case."""

    file = OneFile(lazy("File"))

    def prepare(self) -> bool:
        """Clean and seal it; False without one."""
        if super().prepare() and self.stored is None:
            self.file.errors = [_("Choose a file.")]
        return not self.file.errors

    def value(self, desk: Desk) -> UUID:
        """The file, made part of the case."""
        file = self.attach(desk.act(self.seen))
        assert file is not None
        return file.id


def known(desk: Desk) -> Told:
    """All answers of the case, and how its worker may be reached, as they are now."""
    session, opened = db.session(), desk.opened
    contact = records.read(session, opened, "identity").get("contact") or {}
    return {**told_in(session, opened), **reached_by(contact)}


def desk_names(told: Told) -> dict[str, str]:
    """The names of the registered desks that the answers name."""
    book = directory.book(db.session())
    return {name: book.name(name) for name in listed(told.get("desk-found", ""))}


def _day() -> date:
    return local_day(now(), operator_hours(db.session()).zone)
