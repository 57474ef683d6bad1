"""Forms of somebody who comes back: the code, a message, contact, what arrived, the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from grievance.cases import money
from grievance.cases.models import RemedyItem
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.intake.remedies import Row
from grievance.intake.reprisal_form import ReprisalForm, reprisal_choice
from grievance.web.forms import (
    DECLINED,
    Choice,
    Email,
    Form,
    FormId,
    Line,
    Number,
    Words,
    option,
)
from grievance.web.read_back import Telephone

PUNISHED = lazy("Did anybody punish you, or threaten you, because you complained?")
ISOLATE, POP = "\u2068", "\u2069"  # around words that run in their own direction


class AgainForm(FormId):
    """Why somebody should look again, in the worker's words."""

    message = Words(lazy("What should we look at again?"), hint=lazy("Write in any language."))


class ContactForm(Form):
    """How the worker may be reached, if at all."""

    way = Choice(
        lazy("May we tell you that there is news?"),
        choices=[
            option("none", lazy("No. I come back with my number")),
            option("email", lazy("Yes, by e-mail")),
            option("phone", lazy("Yes, by phone")),
        ],
        needed=lazy("Choose whether we may tell you."),
    )
    email = Email(
        lazy("E-mail address"),
        hint=lazy("Only you should be able to read it. The mail does not say what it is about."),
    )
    phone = Telephone(
        lazy("Phone number"), hint=lazy("With the country code if it is not in Japan.")
    )
    safe_when = Line(lazy("When is it safe to call?"))
    never_say = Line(lazy("What must we never say?"))

    def validate(self, *rest: Any, **more: Any) -> bool:
        """Look only at the box of the way that was chosen."""
        if self.way.data != "phone":
            self.phone.data = ""
        return bool(super().validate(*rest, **more))


class LetterForm(Form):
    """The code that our e-mail to the worker holds."""

    letter = Number(
        lazy("The code"),
        hint=lazy("8 digits, in two groups of four. Spaces do not matter."),
        needed=lazy("Type the code from our e-mail."),
        limit=100,
    )


class PlainForm(Form):
    """Nothing but the button."""


class ArrivalForm(ReprisalForm):
    """Whether what was promised is there; `arrival_form` adds one question for each thing."""

    message: Words
    rows: Sequence[Row] = ()

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sums: dict[UUID, int] = {}

    def begin(self, rows: Sequence[Row], state: str) -> None:
        """Choose "all" for what has come already while the rest is awaited; later that is the
        question itself, and nothing is chosen."""
        for row in rows:
            if row.item.state == "arrived" and state == "remedy_agreed":
                self[name_of(row.item)].data = "all"

    def validate(self, *rest: Any, **more: Any) -> bool:
        """Where a sum was agreed, who says that all came says how much: nothing is guessed."""
        fine = bool(super().validate(*rest, **more))
        for row in self.rows:
            box = self[sum_of(row.item)] if row.currency else None
            if box is None or not (box.data or self[name_of(row.item)].data == "all"):
                continue
            try:
                self.sums[row.item.id] = money.parse(box.data or "", row.currency)
            except money.NotAnAmount:
                box.errors = [_("Write how much has come, in digits, for example 120,000.")]
                fine = False
        return fine


def sum_of(item: RemedyItem) -> str:
    """The field that asks how much of it came."""
    return f"sum-{item.id.hex}"


def name_of(item: RemedyItem) -> str:
    """The field that asks about this thing."""
    return f"came-{item.id.hex}"


def arrival_form(rows: Sequence[Row]) -> type[ArrivalForm]:
    """The form that asks about these things; who still waits may say so while the day is not
    over."""
    kinds = [row.kind for row in rows]
    fields: dict[str, Any] = {
        name_of(row.item): _came(row, kinds.count(row.kind) > 1) for row in rows
    }
    fields |= {sum_of(row.item): _how_much(row) for row in rows if row.currency}
    fields["reprisal"] = reprisal_choice(PUNISHED)
    words = Words(
        lazy("Do you want to tell us more?"),
        hint=lazy("For example: how much came, or what somebody said to you. In any language."),
    )
    return cast(
        type[ArrivalForm], type("Asked", (ArrivalForm,), {**fields, "message": words, "rows": rows})
    )


def _how_much(row: Row) -> Line:
    return Line(
        _("How much of it has come, in all? (%(currency)s)")
        % {"currency": money.name(row.currency)},
        hint=_("In digits. If it is less than was promised, we write down that a part came."),
        limit=40,
    )


def _came(row: Row, ambiguous: bool) -> Choice:
    what = {"kind": _named(row) if ambiguous else row.kind}
    waits = [option("wait", lazy("Not yet. I am still waiting"))] if row.may_come else []
    return Choice(
        _("%(kind)s: is it here?") % what,
        choices=[
            option("all", lazy("All of it is here")),
            option("part", lazy("Part of it is here")),
            *waits,
            option("no", lazy("It did not come, or it stopped")),
        ],
        needed=_("Choose what is true for this: %(kind)s.") % what,
    )


def _named(row: Row) -> str:
    """The kind with its words, which run in their own direction: one of several of its kind."""
    return f"{row.kind} – {ISOLATE}{' '.join(row.words.split())}{POP}"


class CloseForm(ReprisalForm):
    """The worker agrees that the report is closed."""

    rating = Choice(
        lazy("How content are you with what came of it?"),
        choices=[
            option("5", lazy("5 – very content")),
            option("4", lazy("4 – content")),
            option("3", lazy("3 – partly")),
            option("2", lazy("2 – not very content")),
            option("1", lazy("1 – not content at all")),
            option("unsaid", DECLINED),
        ],
    )
    reprisal = reprisal_choice(PUNISHED)
    message = Words(
        lazy("Do you want to tell us more?"),
        hint=lazy("For example: what helped you, or what was missing. In any language."),
    )

    @property
    def stars(self) -> int | None:
        """The number, or None where they would rather not say."""
        return int(self.rating.data) if (self.rating.data or "").isdecimal() else None
