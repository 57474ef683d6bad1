"""The form with which a case is printed or saved."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from grievance.cases.labels import EXPORT_SHAPE, EXPORT_WHY
from grievance.cases.operations.exporting import Export
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.web.forms import Choice, Tick


class ExportForm(ActForm):
    """Why, as what, and how much of it."""

    reason = Choice(lazy("Why is it printed or saved?"), needed=lazy("Choose why."))
    shape = Choice(lazy("As what?"), needed=lazy("Choose as what."))
    who = Tick(lazy("With who it is about, and how to reach them"))
    notes = Tick(lazy("With what we write among ourselves"))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        for field, labels in ((self.reason, EXPORT_WHY), (self.shape, EXPORT_SHAPE)):
            field.choices = choices_of((code, _(label)) for code, label in labels.items())

    def value(self, desk: Desk) -> Export:
        return Export(
            str(self.reason.data), str(self.shape.data), bool(self.who.data), bool(self.notes.data)
        )
