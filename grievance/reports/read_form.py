"""What the log of reads is narrowed to: a case, a person, days."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from grievance.cases import finding, queries, read_log
from grievance.cases.figures import Period
from grievance.cases.read_log import Wanted
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.web.forms import Form, Line, Select, option
from grievance.web.read_back import Day

FIELDS = ("reference", "person", "first", "last")


class ReadsForm(Form):
    """A case by its reference, a person, and days; each may be left empty."""

    reference = Line(lazy("Reference"))
    person = Select(lazy("Person"))
    first = Day(lazy("First day"))
    last = Day(lazy("Last day"))

    @property
    def arguments(self) -> dict[str, str]:
        """The address of a page that is narrowed so."""
        said = {
            "reference": self.reference.data or "",
            "person": str(self.person.data or ""),
            "first": self.first.typed,
            "last": self.last.typed,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def wrong(self) -> bool:
        """Whether something that was typed cannot be meant."""
        return any(self[name].errors for name in FIELDS)

    def meant(self, reader: UUID, zone: str) -> Wanted:
        """What is asked for, with what is wrong beside its field."""
        people = [(str(one), name) for one, name in read_log.people(db.session())]
        self.person.choices = [option("", _("Everybody")), *(option(*one) for one in people)]
        person = None
        with suppress(ValueError):
            person = UUID(str(self.person.data or ""))
        if str(person) not in dict(people):
            self.person.data, person = "", None
        wanted = Wanted(reader, self._case(reader), person)
        return self._days(wanted, zone)

    def _case(self, reader: UUID) -> UUID | None:
        typed = finding.as_reference(self.reference.data or "")
        found = queries.for_reading(db.session(), typed, reader) if typed else None
        if (self.reference.data or "").strip() and found is None:
            self.reference.errors = [_("There is no such case here, or it was deleted.")]
        return found.id if found else None

    def _days(self, wanted: Wanted, zone: str) -> Wanted:
        for field in (self.first, self.last):
            field.validate(self)
        first, last = self.first.data, self.last.data
        if self.first.errors or self.last.errors:
            return wanted
        if first and last and last < first:
            self.last.errors = [_("This day is before the first one.")]
        return replace(
            wanted,
            began=Period(first, first, zone).began if first else None,
            ended=Period(last, last, zone).ended if last else None,
        )
