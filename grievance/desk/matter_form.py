"""The form with which two cases are said to belong together, or not to."""

from __future__ import annotations

from grievance.cases import finding
from grievance.cases.operations.matters import Beside
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, reader_of
from grievance.i18n import lazy
from grievance.web.forms import Line


class MatterForm(ActForm):
    """Which other case, and why."""

    reference = Line(lazy("Reference of the other case"), needed=lazy("Write its reference."))
    why = Line(
        lazy("Why do you say so?"),
        hint=lazy("Staff who may open one of the two cases read it there."),
    )

    def value(self, desk: Desk) -> Beside:
        named = finding.as_reference(self.reference.data or "")
        return Beside(named, reader_of(desk.member), self.why.data or "")
