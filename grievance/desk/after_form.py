"""What a worker says on the telephone, read back to them: what of a promise is there, and how they
are once their case is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from grievance.cases.messages import Written
from grievance.cases.operations import remedying
from grievance.cases.operations.aftercare import CheckIn
from grievance.cases.operations.referring import local_today
from grievance.cases.operations.remedying import Arrival
from grievance.cases.verbs import Verb
from grievance.deadlines.hours import Hours
from grievance.desk import answers
from grievance.desk.answers import CHOOSE, PUNISHED, Thing
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import lazy
from grievance.web.forms import Tick, Words
from grievance.web.read_back import Day


class SaidForm(ActForm):
    """The day, and their words."""

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
    first: Sequence[str] = ()  # what stands above them

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        self.on_day.process_data(local_today(db.session(), now))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.language = desk.member.language

    @property
    def shown(self) -> list[Any]:
        above = [self[name] for name in self.first]
        return above + [one for one in super().shown if one not in above]

    @property
    def written(self) -> Written:
        """Their words."""
        return Written(self.words.data or "", self.language, self.once)


class WellForm(SaidForm):
    """After the end, all is well."""

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        self.promised = bool(remedying.asked_about(db.session(), desk.case))

    def value(self, desk: Desk) -> CheckIn:
        stayed = "all" if self.promised else None
        return CheckIn("yes", False, self.written, stayed, on=self.on_day.data)


class WorryForm(SaidForm):
    """After the end, something is wrong: what."""

    safe = answers.safe(needed=CHOOSE)
    reprisal = answers.reprisal(needed=CHOOSE)
    stayed = answers.stayed(needed=CHOOSE)
    first = ("safe", "reprisal", "stayed")

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        if remedying.asked_about(db.session(), desk.case):
            return cls
        return type("WorryForm", (cls,), {"stayed": None, "first": cls.first[:2]})

    def value(self, desk: Desk) -> CheckIn:
        punished = PUNISHED.get(str(self.reprisal.data))
        stayed = str(self.stayed.data) if self.stayed else None
        return CheckIn(str(self.safe.data), punished, self.written, stayed, on=self.on_day.data)


class NewsForm(SaidForm):
    """What of a promise is there, thing by thing; `of` adds the fields of each."""

    reprisal = answers.reprisal(needed=CHOOSE)
    things: Sequence[Thing] = ()

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        asked = answers.things(desk)
        fields = answers.of_things(asked, needed=CHOOSE)
        return type("NewsForm", (cls,), {**fields, "things": asked, "first": (*fields, "reprisal")})

    def validate(self, *rest: Any, **more: Any) -> bool:
        """Where a sum was agreed, who says that all came says how much."""
        fine = bool(super().validate(*rest, **more))
        self.sums = answers.sums(self, self.things)
        return fine and self.sums is not None

    def value(self, desk: Desk) -> Arrival:
        came = {one.id: str(self[one.came].data) for one in self.things}
        punished = PUNISHED.get(str(self.reprisal.data))
        return Arrival(came, punished, self.written, self.sums or {}, self.on_day.data)
