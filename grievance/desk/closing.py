"""The desk's part in remedies and closing: the forms of these verbs on the case page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from grievance.cases import labels, money
from grievance.cases.messages import Written
from grievance.cases.operations import remedying
from grievance.cases.operations.closing import Closing, SignOff, Tried
from grievance.cases.operations.erasing import Erasing
from grievance.cases.operations.referring import local_today
from grievance.cases.operations.remedying import Agreement, Heard
from grievance.cases.operations.sums import Facts, facts_of
from grievance.cases.state_words import ERASURE_GROUNDS
from grievance.cases.verbs import Verb
from grievance.deadlines.hours import Hours
from grievance.desk import remedy_words as words
from grievance.desk.forms import ActForm, ToWorkerForm, choices_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.web.forms import Choice, Choices, Line, Select, Words
from grievance.web.read_back import Day


class AgreeForm(ToWorkerForm):
    """How the worker agreed, and the words that confirm it to them."""

    how = Line(
        lazy("How did the worker say yes?"),
        hint=lazy("For example: by phone on 3 May, after reading the paper. It is kept sealed."),
        needed=lazy("Write how the worker said yes."),
    )

    offers = Choices(lazy("Which of these offers the worker agreed to"))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        rows = remedying.items(db.session(), desk.case.id)
        offered = [one for one in rows if one.state == "offered" and one.due_on]
        self.offers.choices = choices_of(
            (str(one.id), facts_of(desk.opened, one).words) for one in offered
        )

    def value(self, desk: Desk) -> Agreement:
        offers = [UUID(one) for one in self.offers.data or []]
        return Agreement(str(self.how.data), self.written, offers)

    @property
    def shown(self) -> list[Any]:
        first = [self.offers, self.how] if self.offers.choices else [self.how]
        rest = [one for one in super().shown if one not in (self.offers, self.how)]
        return first + rest


class HowForm(ActForm):
    """How the worker told us."""

    how = Line(
        lazy("How did the worker tell you?"),
        hint=lazy("For example: by phone today. It is kept sealed."),
        needed=lazy("Write how the worker told you."),
    )

    def value(self, desk: Desk) -> Any:
        return str(self.how.data)


class ArrivedForm(HowForm):
    """That everything is there: of an agreed sum how much, so that a gap is seen before it is
    recorded. `of` adds a field for each such sum."""

    agreed: Mapping[str, tuple[UUID, Facts]] = {}  # field -> whose sum it is

    @classmethod
    def of(cls, desk: Desk) -> type[ActForm]:
        agreed = {
            f"sum-{item.id.hex}": (item.id, facts)
            for item in remedying.asked_about(db.session(), desk.case)
            if (facts := facts_of(desk.opened, item)).agreed is not None
        }
        fields = {name: _how_much(facts) for name, (_id, facts) in agreed.items()}
        return type("ArrivedForm", (cls,), {**fields, "agreed": agreed})

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        for name, (_id, facts) in self.agreed.items():
            self[name].data = money.typed(facts.received, facts.currency)

    def value(self, desk: Desk) -> Heard:
        return Heard(str(self.how.data), self.came)

    def validate(self, *rest: Any, **more: Any) -> bool:
        """Each sum in digits, and not less than was agreed."""
        fine = bool(super().validate(*rest, **more))
        self.came: dict[UUID, int] = {}
        for name, (item, facts) in self.agreed.items():
            try:
                self.came[item] = money.parse(self[name].data or "", facts.currency)
            except money.NotAnAmount:
                self[name].errors = [_("Write the amount in digits, for example 120,000.")]
                fine = False
                continue
            if gap := replace(facts, received=self.came[item]).missing:
                self[name].errors = [_(SHORT) % {"sum": money.said(gap, facts.currency)}]
                fine = False
        return fine


SHORT = N_(
    "%(sum)s of what was agreed is still missing. Write this sum down at the remedy, as a part that"
    " came."
)


def _how_much(facts: Facts) -> Line:
    what = {"what": facts.words, "sum": money.said(facts.agreed or 0, facts.currency)}
    return Line(
        _("%(what)s: how much has come, in all?") % what,
        hint=_("Agreed: %(sum)s") % what,
        needed=_("Write the amount in digits, for example 120,000."),
        limit=40,
    )


class SignOffForm(ActForm):
    """What the worker said about closing, by telephone or in person."""

    rating = Select(lazy("How content are they?"))
    reprisal = Choice(
        lazy("Did anybody punish or threaten them because they complained?"),
        needed=lazy("Choose an answer."),
    )
    words = Words(
        lazy("What you read out and what they answered"),
        hint=lazy("Their own words, as far as you can. The worker can read it."),
        needed=lazy("Write what was read out and what the worker answered."),
        limit=4000,
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        rated = [(str(code), _(label)) for code, label in labels.RATING.items()]
        self.rating.choices = choices_of([("", _("They would rather not say")), *rated])
        self.reprisal.choices = choices_of(
            (("no", _("No")), ("yes", _("Yes")), ("silent", _("They would rather not say")))
        )
        self.language = desk.member.language

    def value(self, desk: Desk) -> SignOff:
        punished = {"yes": True, "no": False}.get(str(self.reprisal.data))
        rating = int(self.rating.data) if self.rating.data else None
        return SignOff(rating, punished, Written(self.words.data or "", self.language, self.once))


class TryForm(ActForm):
    """Which way somebody tried to reach the worker, when, and what happened."""

    way = Select(lazy("How"), needed=lazy("Choose how."))
    on_day = Day(lazy("On which day"), past=True, needed=lazy("Write the day."))
    note = Words(
        lazy("What happened"),
        hint=lazy("For example: rang twice, nobody answered. Only staff read this."),
        needed=lazy("Write what happened."),
        limit=1000,
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.way.choices = choices_of((code, _(label)) for code, label in words.WAYS.items())

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        self.on_day.process_data(local_today(db.session(), now))

    def value(self, desk: Desk) -> Tried:
        return Tried(str(self.way.data), self.on_day.data, self.note.data or "", self.once)


class CloseForm(ToWorkerForm):
    """What came of it, and the last words to the worker."""

    result = Select(lazy("What came of it"), needed=lazy("Choose what came of it."))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        told = [(code, _(label)) for code, label in labels.RESULT.items()]
        self.result.choices = choices_of([("", _("Choose")), *told])

    def value(self, desk: Desk) -> Closing:
        return Closing(str(self.result.data), self.written)

    @property
    def shown(self) -> list[Any]:
        return [self.result] + [field for field in super().shown if field is not self.result]


class EraseForm(ActForm):
    """Why the case is to be deleted, and how we know that."""

    ground = Select(lazy("Why"), needed=lazy("Choose why the case is to be deleted."))
    why = Words(
        lazy("How you know that"),
        hint=lazy("For example: she asked by phone today, and named the month of her report."),
        needed=lazy("Write how you know that."),
        limit=1000,
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        named = [(code, _(label)) for code, label in ERASURE_GROUNDS.items()]
        self.ground.choices = choices_of([("", _("Choose")), *named])

    def value(self, desk: Desk) -> Erasing:
        return Erasing(str(self.ground.data), self.why.data or "")
