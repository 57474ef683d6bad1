"""What is written about a channel: what the body's own page says, on which day it was seen."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from grievance.directory.entries import CHANNEL_TYPES, EXTRA_LANGUAGES
from grievance.directory.operations import Check, NewWay
from grievance.i18n import BY_SLUG, N_, lazy
from grievance.model import complete, some_of
from grievance.refusals import CODES, Refused
from grievance.web.forms import Choice, Choices, Form, Hidden, Line, count_in, option
from grievance.web.read_back import Day

ADDRESS = 1000  # graphemes in the address of a page
VERBS = {
    "confirm": N_("The page says the same: show it"),
    "correct": N_("The page says something else: show that instead"),
    "reject": N_("It is wrong and nothing stands in its place: never show it"),
}
TYPES = {
    "phone": N_("Telephone"),
    "web": N_("Web page"),
    "in_person": N_("Place"),
    "email": N_("E-mail"),
    "post": N_("Post address"),
    "app": N_("App"),
    "whatsapp": N_("WhatsApp"),
    "chat": N_("Chat"),
}
complete(TYPES, CHANNEL_TYPES)
FIELD_OF = {"no-value": "verb", "bad-value": "value", "bad-page": "page", "future-day": "day"}
some_of(FIELD_OF, CODES)


class SeenForm(Form):
    """A page somebody looked at, and when."""

    hours = Line(
        lazy("Hours, in English"), hint=lazy("Leave this empty if the hours shown are right.")
    )
    page = Line(
        lazy("Address of the body's own page"),
        hint=lazy("A page of the body itself or of its government, not of somebody else."),
        limit=ADDRESS,
    )
    day = Day(
        lazy("Day on which you looked"),
        past=True,
        needed=lazy("Enter the day on which you looked."),
    )

    def refuse(self, refused: Refused) -> None:
        """Say beside its field why it could not be done."""
        field = self[FIELD_OF.get(refused.code, "page")]
        field.errors = [refused.sentence]


class CheckForm(SeenForm):
    """Confirm, correct or reject a channel; `version` is the one that was on the page."""

    version = Hidden()
    verb = Choice(
        lazy("What does the body's own page say?"),
        choices=[option(code, lazy(label)) for code, label in VERBS.items()],
        needed=lazy("Choose what the page says."),
    )
    value = Line(
        lazy("What the page says"), hint=lazy("Only for the second row. Write it as the page does.")
    )

    def check(self, channel: UUID) -> Check:
        """What was seen."""
        return Check(
            channel,
            count_in(self.version.data, 0),
            _text(self.page),
            _day(self.day),
            _text(self.value),
            _text(self.hours),
        )


class AddForm(SeenForm):
    """A channel the directory does not know."""

    type = Choice(
        lazy("Kind"),
        choices=[option(code, lazy(TYPES[code])) for code in CHANNEL_TYPES],
        needed=lazy("Choose a kind."),
    )
    value = Line(
        lazy("What the page says"),
        hint=lazy("The number, address or place, as the page writes it."),
        needed=lazy("Enter the number, address or place."),
    )
    languages = Choices(
        lazy("Only in these languages"),
        hint=lazy("Leave all empty when it serves every language the body speaks."),
        choices=[
            *(option(slug, row.own_name) for slug, row in BY_SLUG.items()),
            *(option(code, code) for code in EXTRA_LANGUAGES),
        ],
    )

    def way(self, mechanism: str) -> NewWay:
        """The channel."""
        return NewWay(
            mechanism,
            str(self.type.data),
            _text(self.value),
            _text(self.page),
            _day(self.day),
            tuple(self.languages.data or ()),
            _text(self.hours),
        )


class ProposalForm(Form):
    """Whose version of a body stands from here on."""

    verb = Choice(
        lazy("Which version shall stand?"),
        choices=[
            option("take", lazy("The release's: our edit goes")),
            option("keep", lazy("Ours: the release's changes are left out")),
        ],
        needed=lazy("Choose which version shall stand."),
    )


def _text(field: Any) -> str:
    return str(field.data or "")


def _day(field: Any) -> date:
    day: date = field.data
    return day
