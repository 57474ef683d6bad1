"""The form of one remedy: what is claimed, offered, promised, what came, with its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import abort

from grievance.cases import labels, money
from grievance.cases.models import RemedyItem
from grievance.cases.operations.remedying import Remedy
from grievance.cases.operations.sums import Facts
from grievance.desk import remedy_words as words
from grievance.desk.forms import choices_of
from grievance.desk.loading import Desk, named
from grievance.desk.uploading import OneFile, WithFile
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.web.forms import Line, Select, Words
from grievance.web.read_back import Day


class RemedyForm(WithFile):
    """One remedy. Everything but its kind, its days and how far it is, is kept sealed."""

    kind = Select(lazy("What kind"), needed=lazy("Choose what kind of remedy it is."))
    told = Words(
        lazy("What exactly"),
        hint=lazy("For example: wages of March and April. The worker reads this."),
        needed=lazy("Write what it is."),
        limit=1000,
    )
    stands = Select(lazy("How far it is"), needed=lazy("Choose how far it is."))
    source = Line(lazy("Who gives it"), hint=lazy("For example: the company. The worker reads it."))
    currency = Select(lazy("Currency"))
    claimed = Line(lazy("Amount claimed"))
    offered = Line(lazy("Amount offered"))
    agreed = Line(lazy("Amount agreed"))
    received = Line(lazy("Amount received"))
    due_on = Day(
        lazy("Promised by"),
        hint=lazy(
            "After this day the worker's page asks whether it came. No letter is sent for it."
        ),
    )
    arrived_on = Day(lazy("Arrived on"), past=True)
    file = OneFile(lazy("Proof"))
    item: RemedyItem | None = None  # the one that is changed

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.item = _item(desk, named("item_id"))
        self.kind.choices = choices_of(
            (code, _(label)) for code, label in labels.REMEDY_KIND.items()
        )
        self.stands.choices = choices_of(
            (code, _(label)) for code, label in labels.REMEDY_STATE.items()
        )
        self.currency.choices = choices_of(
            (code, f"{code} – {money.name(code)}") for code in money.CURRENCIES
        )

    def show(self, item: RemedyItem, facts: Facts) -> None:
        """Start from what is written down."""
        self.kind.data, self.stands.data = item.kind, item.state
        self.told.data, self.source.data = facts.words, facts.source
        self.currency.data = facts.currency or "JPY"
        for name in words.AMOUNTS:
            self[name].data = money.typed(getattr(facts, name), facts.currency)
        self.due_on.process_data(item.due_on)
        self.arrived_on.process_data(item.arrived_on)

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """Amounts are whole sums of the currency."""
        fine = super().validate(*arguments, **options)
        for name in words.AMOUNTS:
            if self[name].data and self._amount(name) is None:
                self[name].errors = [_("Write the amount in digits, for example 120,000.")]
                fine = False
        return fine

    def _amount(self, name: str) -> int | None:
        try:
            return money.parse(self[name].data or "", str(self.currency.data))
        except (money.NotAnAmount, KeyError):
            return None

    @property
    def codes(self) -> dict[str, Any]:
        return {"item": str(self._id), "kind": self.kind.data, "stands": self.stands.data}

    @property
    def _id(self) -> UUID:
        return self.item.id if self.item else self.once

    def value(self, desk: Desk) -> Remedy:
        """It, with the proof that came with it made part of the case."""
        file = self.attach(desk.act(self.seen))
        return replace(self._remedy, file_id=file.id if file else None, id=self._id)

    @property
    def _remedy(self) -> Remedy:
        amounts = {name: self._amount(name) for name in words.AMOUNTS}
        named = any(one is not None for one in amounts.values())
        facts = Facts(
            self.told.data or "",
            self.source.data or "",
            str(self.currency.data) if named else "",
            **amounts,
        )
        return Remedy(
            str(self.kind.data),
            str(self.stands.data),
            facts,
            self.due_on.data,
            self.arrived_on.data,
        )


def _item(desk: Desk, item_id: UUID | None) -> RemedyItem | None:
    """A remedy of this case, or 404."""
    if item_id is None:
        return None
    row = db.session.get(RemedyItem, item_id)
    if row is None or row.case_id != desk.case.id:
        abort(404)
    return row
