"""The form with which words of staff are corrected."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import abort

from grievance.cases.messages import Written
from grievance.cases.operations.correcting import Corrected, present
from grievance.desk.forms import MessageForm
from grievance.desk.loading import Desk, named
from grievance.extensions import db
from grievance.i18n import lazy
from grievance.web.forms import Line


class CorrectForm(MessageForm):
    """How words of staff should read, in which language, and what was wrong."""

    why = Line(
        lazy("What was wrong?"),
        hint=lazy("For example: we wrote March, it is May. Who reads the words reads this, too."),
        needed=lazy("Write what was wrong."),
    )
    before = ""

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        found = present(db.session(), desk.opened, str(named("kind")), named("target"))
        if found is None:
            abort(404)
        self.before = found

    def start(self, desk: Desk) -> None:
        """Begin with the words as they stand."""
        self.message.data, self.language.data = self.before, desk.member.language

    def value(self, desk: Desk) -> Corrected:
        written = Written(self.message.data or "", str(self.language.data), self.once)
        return Corrected(str(named("kind")), named("target"), written, str(self.why.data))
