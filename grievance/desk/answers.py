"""What a worker is asked on the telephone, as fields: of what was promised, and after the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from grievance.cases import labels, money
from grievance.cases.models import AWAITED
from grievance.cases.operations import remedying
from grievance.cases.operations.sums import Facts, facts_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.web.forms import Choice, Form, Line, option

CHOOSE = lazy("Choose an answer.")
IN_DIGITS = N_("Write the amount in digits, for example 120,000.")
PUNISHED: Mapping[str, bool] = {"yes": True, "no": False}  # else they would rather not say
YES, NO = option("yes", lazy("Yes")), option("no", lazy("No"))
UNSAID = option("unsaid", lazy("They would rather not say"))
CAME = {
    "all": N_("All of it is there"),
    "part": N_("Only a part of it is there"),
    "wait": N_("Not yet, and they still wait for it"),
    "no": N_("It did not come, or it stopped"),
}
complete(CAME, remedying.CAME)


@dataclass(frozen=True)
class Thing:
    """Something promised that the worker is asked about, and whether it may still come."""

    id: UUID
    kind: str
    awaited: bool
    facts: Facts = field(repr=False)

    @property
    def came(self) -> str:
        """The field that asks whether it is there."""
        return f"came-{self.id.hex}"

    @property
    def much(self) -> str:
        """The field that asks how much of a sum is."""
        return f"sum-{self.id.hex}"


def things(desk: Desk) -> list[Thing]:
    """What the worker of this case is asked about."""
    return [
        Thing(one.id, one.kind, one.state in AWAITED, facts_of(desk.opened, one))
        for one in remedying.asked_about(db.session(), desk.case)
    ]


def safe(**more: Any) -> Choice:
    """Whether they are safe."""
    unsure = option("unsure", lazy("They are not sure"))
    return _choice(lazy("Are they safe?"), [YES, unsure, NO], **more)


def reprisal(**more: Any) -> Choice:
    """Whether they were punished."""
    asks = lazy("Was anything done against them or their family because of the report?")
    return _choice(asks, [NO, YES, UNSAID], **more)


def stayed(**more: Any) -> Choice:
    """Whether what was promised is there."""
    part = option("part", lazy("Only a part"))
    there = [option("all", lazy("Yes")), part, NO]
    return _choice(lazy("Is all of what was promised there?"), there, **more)


def of_things(asked: Sequence[Thing], **more: Any) -> dict[str, Any]:
    """Two fields for each: whether it is there, and how much of an agreed sum."""
    fields: dict[str, Any] = {one.came: _came(one, **more) for one in asked}
    sums = {one.much: _much(one) for one in asked if one.facts.agreed is not None}
    return fields | sums


def _choice(label: Any, answers: Sequence[Any], first: Any = None, **more: Any) -> Choice:
    """`first` is an answer above the others, chosen where nothing was."""
    options = [first, *answers] if first else answers
    return Choice(label, choices=list(options), **more)


def _came(one: Thing, **more: Any) -> Choice:
    what = {"kind": _(labels.REMEDY_KIND[one.kind]), "what": one.facts.words}
    label = _("%(kind)s – %(what)s: is it there?") % what
    codes = [code for code in CAME if code != "wait" or one.awaited]
    return _choice(label, [option(code, _(CAME[code])) for code in codes], **more)


def _much(one: Thing) -> Line:
    what = {"what": one.facts.words, "sum": money.said(one.facts.agreed or 0, one.facts.currency)}
    label = _("%(what)s: how much has come, in all?") % what
    return Line(label, hint=_("Agreed: %(sum)s") % what, limit=40)


def sums(form: Form, asked: Sequence[Thing]) -> dict[UUID, int] | None:
    """How much came of each agreed sum, where that was said; None where one cannot be read, or all
    of it is said to be there without it."""
    found: dict[UUID, int] = {}
    fine = True
    for one in asked:
        typed = str(form[one.much].data or "") if one.facts.agreed is not None else ""
        if one.facts.agreed is None or not (typed or form[one.came].data == "all"):
            continue
        try:
            found[one.id] = money.parse(typed, one.facts.currency)
        except money.NotAnAmount:
            form[one.much].errors, fine = [_(IN_DIGITS)], False
    return found if fine else None
