"""The desk's part in later days: what runs and was moved, and the form that proposes a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grievance.cases.operations.extending import Extending, clocks_of
from grievance.cases.state_words import MOVED
from grievance.clock import local_day, now
from grievance.deadlines.models import Deadline
from grievance.desk import pausing, words
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import date_text, lazy
from grievance.i18n import gettext as _
from grievance.web.forms import Select, Words
from grievance.web.read_back import Day


class ExtendForm(ActForm):
    """Which day, how much later, and why."""

    clock = Select(lazy("What takes longer"), needed=lazy("Choose what takes longer."))
    day = Day(
        lazy("The later day"),
        hint=lazy("At most the time that was promised first once more, at most twice."),
        needed=lazy("Write the day."),
    )
    why = Select(lazy("Why"), needed=lazy("Choose why."))
    message = Words(
        lazy("What a lead or director needs to know"),
        hint=lazy("Only staff read it. The worker reads both days, and which of these reasons."),
        needed=lazy("Write what they need to know."),
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        running = clocks_of(db.session(), desk.case, now())
        self.clock.choices = pausing.kinds(running)
        said = ((code, _(label)) for code, label in MOVED.items())
        self.why.choices = choices_of([("", "—"), *said])

    def value(self, desk: Desk) -> Extending:
        day: Any = self.day.data
        return Extending(str(self.clock.data), day, str(self.why.data), self.message.data or "")


@dataclass(frozen=True)
class Runs:
    """A clock that runs; `moved` says what its day was first and why it is later, `stopped` until
    when it stands still, and for what."""

    label: str
    due: words.Due
    moved: str = ""
    stopped: str = ""


def runs(running: Sequence[Deadline], at: datetime, zone: str) -> list[Runs]:
    """What runs, the next due first."""
    return [
        Runs(
            _(words.CLOCK[one.kind]),
            words.due(one.due_at, at, zone),
            _moved(one, zone),
            pausing.said(one, zone),
        )
        for one in running
    ]


def _moved(clock: Deadline, zone: str) -> str:
    if not clock.first_due or clock.due_at == clock.first_due:
        return ""
    day = date_text(local_day(clock.first_due, zone))
    if not clock.moved_for:
        return _("It was due by %(day)s first, and stood still meanwhile.") % {"day": day}
    told = {"day": day, "why": _(MOVED[clock.moved_for])}
    return _("It was due by %(day)s first. %(why)s.") % told


def asked(told: Mapping[str, str]) -> str:
    """Which clock is to be due on which day, of a proposal that was opened."""
    if "clock" not in told:
        return ""
    day, kind = date_text(date.fromisoformat(told["day"])), told["clock"]
    return f"{_(words.CLOCK[kind])}: {_('by %(day)s') % {'day': day}}"
