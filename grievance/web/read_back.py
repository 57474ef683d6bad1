"""Fields whose text can be meant in several ways: they ask which one, and never guess.

What was typed stays in the box. Below it stand the readings, to choose from; the choice is sent as
`<field>-meant` and counts only while it is one of the readings of what stands in the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from grievance import i18n
from grievance.clock import local_day, now
from grievance.i18n import gettext as _
from grievance.model import clean_text
from grievance.web import days, telephones
from grievance.web.forms import Kind, Line

AHEAD = timedelta(days=20 * 366)  # a promise or a renewal further on is a slip of the finger


class _ReadBack(Kind):
    """What the two fields share: the choice that came with the text."""

    meant = ""
    readings: Sequence[tuple[str, str]] = ()

    def process(self, formdata: Any, *rest: Any, **more: Any) -> None:
        """Take the choice, then the text."""
        self.meant = formdata.get(f"{self.name}-meant", "") if formdata else ""
        super().process(formdata, *rest, **more)

    def settle(self, found: Iterable[tuple[str, str]], *, certain: bool, ask: str) -> str:
        """The reading that counts; StopValidation with `ask` while it has to be chosen."""
        self.readings = tuple(found)
        known = [value for value, _text in self.readings]
        if certain or self.meant in known:
            chosen, self.readings = (known[0] if certain else self.meant), ()
            return chosen
        raise StopValidation(ask)


class Day(_ReadBack, Field):
    """A day as people write it; `past` refuses days that have not come yet."""

    kind = "date"

    def __init__(self, *arguments: Any, past: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.past = past

    def process_data(self, value: date | str | None) -> None:
        """Show a kept day as year-month-day."""
        self.data = date.fromisoformat(value) if isinstance(value, str) and value else value or None
        self.typed = self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep the text; it is read when the form is checked."""
        self.typed = clean_text(valuelist[0], lines=False) if valuelist else ""
        self.data = self.typed or None

    def show_again(self, sent: str) -> None:
        """Back into its box."""
        self.typed = sent

    def pre_validate(self, form: Any) -> None:
        """Read the day, or say what is wrong, or ask which one is meant."""
        typed, self.data = self.typed, None
        if not typed:
            return
        # The world's latest day, so that nobody's today is refused as the future.
        today = local_day(now(), "Pacific/Kiritimati")
        locales = ("en", str(i18n.current().locale))
        found = days.readings(typed, today + AHEAD, locales)
        if self.past and found and not (found := tuple(day for day in found if day <= today)):
            raise StopValidation(_("This day has not come yet. Look at the year again."))
        if not found:
            raise StopValidation(
                _("We could not read this day. Write it like this: 2026-04-25 (year-month-day).")
            )
        self.data = date.fromisoformat(
            self.settle(
                [(day.isoformat(), i18n.date_text(day)) for day in found],
                certain=days.is_certain(typed, found),
                ask=_("Which day do you mean? Choose it, or write it again with the whole year."),
            )
        )


class Telephone(_ReadBack, Line):
    """A telephone number in digits of any script, kept as E.164 with its extension.

    `near` are the countries (ISO 3166-1) whose number it may be when it does not say so itself.
    """

    kind = "phone"

    def __init__(self, *arguments: Any, near: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.near = tuple(near)

    def pre_validate(self, form: Any) -> None:
        """Read the number; without a country code only Japan's own may be taken unasked."""
        if not self.data:
            return
        found = telephones.readings(self.data, (*self.near, telephones.HOME))
        if not found:
            raise StopValidation(
                _(
                    "We could not read this number. Write all its digits, and the country code "
                    "if it is not in Japan, like +84 …"
                )
            )
        own = len(found) == 1 and found[0].country == telephones.HOME
        self.data = self.settle(
            [(one.number, f"{one.text} ({_place(one.country)})") for one in found],
            certain=telephones.has_country_code(self.data)
            or (own and (bool(self.near) or telephones.is_mobile(found[0]))),
            ask=_(
                "Of which country is this number? Choose it, or write the number with its "
                "country code, like +84 …"
            ),
        )


def _place(country: str) -> str:
    return str(i18n.current().locale.territories.get(country, country))
