"""The desk's part in clocks that stand still: the forms that stop one and let it go on, and how it
is said on the case and in lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from grievance.cases.operations import pausing
from grievance.cases.operations.pausing import Pausing
from grievance.cases.state_words import PAUSED
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.desk import words
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import date_text, lazy
from grievance.i18n import gettext as _
from grievance.web.forms import Select, Words
from grievance.web.read_back import Day


def kinds(clocks: Iterable[Deadline]) -> list[Any]:
    """Clocks to choose from."""
    return choices_of((one.kind, _(words.CLOCK[one.kind])) for one in clocks)


class PauseForm(ActForm):
    """Which clock, until when at the latest, and for what."""

    clock = Select(lazy("Which clock"), needed=lazy("Choose which clock."))
    day = Day(
        lazy("Until the end of this day at the latest"),
        hint=lazy(
            "It goes on earlier as soon as what you wait for has come. All pauses and later days "
            "together add at most the time that was promised first once more."
        ),
        needed=lazy("Write the day."),
    )
    why = Select(lazy("What you wait for"), needed=lazy("Choose what you wait for."))
    message = Words(
        lazy("What colleagues need to know"),
        hint=lazy("Only staff read it. The worker reads which of these reasons, and both days."),
        needed=lazy("Write what colleagues need to know."),
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.clock.choices = kinds(pausing.to_stop(db.session(), desk.case, now()))
        said = ((code, _(label)) for code, label in PAUSED.items())
        self.why.choices = choices_of([("", "—"), *said])

    def value(self, desk: Desk) -> Pausing:
        day: date = self.day.data
        return Pausing(str(self.clock.data), day, str(self.why.data), self.message.data or "")


class ResumeForm(ActForm):
    """Which clock."""

    clock = Select(lazy("Which clock"), needed=lazy("Choose which clock."))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.clock.choices = kinds(pausing.stopped(db.session(), desk.case))

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: Any) -> None:
        self.clock.data = next((one.kind for one in pausing.stopped(db.session(), desk.case)), "")

    def value(self, desk: Desk) -> str:
        return str(self.clock.data)


def said(clock: Deadline, zone: str) -> str:
    """That a clock stands still, until when at the latest and for what; empty where it runs."""
    if clock.paused_until is None or clock.paused_for is None:
        return ""
    told = {
        "day": date_text(local_day(clock.paused_until, zone)),
        "why": _(PAUSED[clock.paused_for]),
    }
    return _("Stopped until %(day)s at the latest. %(why)s.") % told
