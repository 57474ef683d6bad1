"""What the worker of a closed case says on the telephone of how they are, read back to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from grievance.cases.messages import Written
from grievance.cases.operations import remedying
from grievance.cases.operations.aftercare import CheckIn
from grievance.cases.operations.referring import local_today
from grievance.cases.verbs import Verb
from grievance.deadlines.hours import Hours
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.web.forms import Choice, Tick, Words
from grievance.web.read_back import Day

PUNISHED = {"yes": True, "no": False}  # anything else: they would rather not say


class WellForm(ActForm):
    """All is well: the day, and their words."""

    on_day = Day(lazy("On which day"), past=True, needed=lazy("Write the day."))
    words = Words(
        lazy("What they answered"),
        hint=lazy("Their own words, as far as you can. The worker can read it."),
        needed=lazy("Write what the worker answered."),
        limit=4000,
    )
    read_back = Tick(
        lazy("I read it back, and the worker said that it is right"),
        needed=lazy("Read it back to the worker first."),
    )

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        self.on_day.process_data(local_today(db.session(), now))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.language = desk.member.language
        self.promised = bool(remedying.asked_about(db.session(), desk.case))

    @property
    def written(self) -> Written:
        """Their words."""
        return Written(self.words.data or "", self.language, self.once)

    def value(self, desk: Desk) -> CheckIn:
        stayed = "all" if self.promised else None
        return CheckIn("yes", False, self.written, stayed, on=self.on_day.data)


class WorryForm(WellForm):
    """Something is wrong: what."""

    safe = Choice(lazy("Are they safe?"), needed=lazy("Choose an answer."))
    reprisal = Choice(
        lazy("Was anything done against them or their family because of the report?"),
        needed=lazy("Choose an answer."),
    )
    stayed = Choice(lazy("Is all of what was promised there?"), needed=lazy("Choose an answer."))

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        promised = remedying.asked_about(db.session(), desk.case)
        return cls if promised else type("WorryForm", (cls,), {"stayed": None})

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        unsaid = ("unsaid", _("They would rather not say"))
        yes, no = ("yes", _("Yes")), ("no", _("No"))
        self.safe.choices = choices_of((yes, ("unsure", _("They are not sure")), no))
        self.reprisal.choices = choices_of((no, yes, unsaid))
        if self.stayed:
            part = ("part", _("Only a part"))
            self.stayed.choices = choices_of((("all", _("Yes")), part, ("no", _("No"))))

    @property
    def shown(self) -> list[Any]:
        first = [one for one in (self.safe, self.reprisal, self.stayed) if one]
        return first + [one for one in super().shown if one not in first]

    def value(self, desk: Desk) -> CheckIn:
        punished = PUNISHED.get(str(self.reprisal.data))
        stayed = str(self.stayed.data) if self.stayed else None
        return CheckIn(str(self.safe.data), punished, self.written, stayed, on=self.on_day.data)
