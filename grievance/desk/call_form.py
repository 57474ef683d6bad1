"""The form of a call: what came of it, and what they answered where something was to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from grievance.cases import calls
from grievance.cases.messages import Written
from grievance.cases.operations import remedying
from grievance.cases.operations.aftercare import CheckIn
from grievance.cases.operations.referring import local_today
from grievance.cases.operations.remedying import Arrival
from grievance.cases.operations.ringing import Called
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.desk import answers
from grievance.desk.answers import CHOOSE, PUNISHED, Thing
from grievance.desk.call_words import CALLED
from grievance.desk.forms import ActForm, can, choices_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.refusals import Refused
from grievance.web.forms import Choice, Hidden, Tick, Words, option

UNASKED = "unasked"
OPEN = {"first": option(UNASKED, lazy("Not asked on this call")), "default": UNASKED}
SENTENCES = {
    "answer": lazy("Write what the worker answered."),
    "read_back": lazy("Read it back to the worker first."),
}


class CallForm(ActForm):
    """What came of a call, and what was said. Where something is asked, `asks` names the fields,
    and they are answered all or not at all."""

    result = Choice(lazy("What came of the call?"), needed=lazy("Choose what came of the call."))
    answer = Words(
        lazy("What they answered"),
        hint=lazy("Their own words, as far as you can. The worker can read it."),
        limit=4000,
    )
    read_back = Tick(lazy("I read it back, and the worker said that it is right"))
    words = Words(
        lazy("What was said, or what happened"),
        hint=lazy("Their own words, as far as you can. Only staff read this."),
        limit=4000,
    )
    asked = Hidden()  # that the page had such fields
    asks: Sequence[str] = ()

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        call = calls.open_call(db.session(), desk.case.id)
        kinds = call.kinds if call else ()
        if "check" in kinds and can(desk, Verb.RECORD_WELL):
            return CheckCall.of(desk)
        if "arrived" in kinds and can(desk, Verb.NEWS_FOR_WORKER):
            return NewsCall.of(desk)
        return cls

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        said = ((code, _(label)) for code, label in CALLED.items())
        self.result.choices = choices_of((code, text[:1].upper() + text[1:]) for code, text in said)
        self.language = desk.member.language
        if self.asks:
            self.asked.data = "yes"

    @property
    def shown(self) -> list[Any]:
        """The questions below what came of the call; without any the box for their answer only
        where something stands in it."""
        heard = [self[name] for name in (*self.asks, "answer", "read_back")] if self.asks else []
        kept = [self.answer] if self.answer.data and not heard else []
        return [self.result, *heard, *kept, self.words]

    @property
    def answered(self) -> bool:
        """Whether anything of it was."""
        return any(self._says(name) for name in (*self.asks, "answer"))

    def _says(self, name: str) -> bool:
        return self[name].data not in (None, "", False, UNASKED)

    def validate(self, *rest: Any, **more: Any) -> bool:
        """All of the questions were answered, by somebody who was reached, and read back."""
        fine = bool(super().validate(*rest, **more))
        if not self.asks or not self.answered:
            return fine
        if self.result.data and self.result.data != "reached":
            self.result.errors = [_("Only who was reached can have answered. Look at it again.")]
            fine = False
        choices = [name for name in self.asks if self[name].type == "Choice"]
        for name in (*choices, "answer", "read_back"):
            if not self._says(name):
                self[name].errors = [str(SENTENCES.get(name, CHOOSE))]
                fine = False
        return fine

    def value(self, desk: Desk) -> Called:
        if self.asked.data and not self.asks:  # the case went on: what was asked is asked no more
            raise Refused("state")
        written = Written(self.words.data or "", self.language, self.once)
        return Called(str(self.result.data), written, self.told(desk) if self.answered else None)

    def told(self, desk: Desk) -> CheckIn | Arrival | None:
        """What they answered."""
        return None

    @property
    def said(self) -> Written:
        """It in words."""
        return Written(self.answer.data or "", self.language, self.once)


class CheckCall(CallForm):
    """A call after the end."""

    safe, reprisal, stayed = answers.safe(**OPEN), answers.reprisal(**OPEN), answers.stayed(**OPEN)
    asks = ("safe", "reprisal", "stayed")

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        if remedying.asked_about(db.session(), desk.case):
            return cls
        return type("CheckCall", (cls,), {"stayed": None, "asks": cls.asks[:2]})

    def told(self, desk: Desk) -> CheckIn:
        stayed = str(self.stayed.data) if self.stayed else None
        punished, day = PUNISHED.get(str(self.reprisal.data)), local_today(db.session(), now())
        return CheckIn(str(self.safe.data), punished, self.said, stayed, on=day)


class NewsCall(CallForm):
    """A call about a promise whose day has passed, or that is watched."""

    reprisal = answers.reprisal(**OPEN)
    things: Sequence[Thing] = ()

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        asked = answers.things(desk)
        fields = answers.of_things(asked, **OPEN)
        asks = (*fields, "reprisal")
        return type("NewsCall", (cls,), {**fields, "things": asked, "asks": asks})

    def validate(self, *rest: Any, **more: Any) -> bool:
        """Where a sum was agreed, who says that all came says how much."""
        fine = super().validate(*rest, **more)
        self.sums = answers.sums(self, self.things)
        return fine and self.sums is not None

    def told(self, desk: Desk) -> Arrival:
        came = {one.id: str(self[one.came].data) for one in self.things}
        punished, day = PUNISHED.get(str(self.reprisal.data)), local_today(db.session(), now())
        return Arrival(came, punished, self.said, self.sums or {}, on=day)
