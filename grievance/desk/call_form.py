"""The form of a call: what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from grievance.cases.messages import Written
from grievance.cases.operations.ringing import Called
from grievance.desk.call_words import CALLED
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.web.forms import Choice, Words


class CallForm(ActForm):
    """What came of a call, and what was said."""

    result = Choice(lazy("What came of the call?"), needed=lazy("Choose what came of the call."))
    words = Words(
        lazy("What was said, or what happened"),
        hint=lazy("Their own words, as far as you can. Only staff read this."),
        limit=4000,
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        said = ((code, _(label)) for code, label in CALLED.items())
        self.result.choices = choices_of((code, text[:1].upper() + text[1:]) for code, text in said)
        self.language = desk.member.language

    def value(self, desk: Desk) -> Called:
        return Called(
            str(self.result.data), Written(self.words.data or "", self.language, self.once)
        )
