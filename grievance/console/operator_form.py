"""The form of the operator's profile: texts in the languages served, hours, contacts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from grievance.accounts.forms import text_of
from grievance.accounts.operations.profile import ProfileDraft
from grievance.accounts.profile import FIELDS, KEPT_AT_LEAST, Profile
from grievance.console.samples import left, sample
from grievance.i18n import BY_SLUG, LANGUAGES, N_, gettext, lazy
from grievance.model import digits_of
from grievance.web.forms import (
    Choices,
    Form,
    Hidden,
    Line,
    Number,
    ValidationError,
    Words,
    count_in,
    option,
)

WEEK = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
OTHERS = {
    "name": N_("Name of the organisation"),
    "hours": N_("When somebody reads"),
    "languages": N_("Languages you work in"),
    "contacts": N_("How to reach you otherwise"),
    "retention_days": N_("How many days a closed case is kept at most; a person deletes it"),
    "everyday_site": N_("The everyday page that Leave opens"),
}
LIMIT = 2000  # graphemes in one text
CONTACTS = 8
KEPT_AT_MOST = 3650  # days


def _label(name: str) -> Any:
    return lazy(OTHERS[name])


class Group(NamedTuple):
    """One text in every language: (field, language, whether its English has changed since)."""

    label: str
    texts: list[tuple[Any, str, bool]]


def clock_time(text: str) -> str:
    """ "9:00" or "0900" with digits of any script as "09:00"; ValueError for no time of day."""
    digits = digits_of(text).zfill(4)
    if len(digits) != 4:
        raise ValueError("not a time of day")
    return time(int(digits[:2]), int(digits[2:])).isoformat("minutes")


def checked_time(_form: Any, field: Any) -> None:
    """Empty, or a time of day."""
    try:
        field.data = clock_time(field.data) if field.data else ""
    except ValueError:
        raise ValidationError(gettext("Write a time like 09:00.")) from None


class OperatorForm(Form):
    """What every profile has; `operator_form` adds the texts and the week."""

    served: tuple[str, ...] = ("en",)
    profile: Profile

    version = Hidden()
    name = Line(_label("name"), needed=lazy("Enter the name of the organisation."))
    time_zone = Line(lazy("Time zone"), default="Asia/Tokyo", needed=lazy("Enter a time zone."))
    languages = Choices(
        _label("languages"),
        hint=lazy("Languages somebody of you reads and writes."),
        needed=lazy("Choose at least one language."),
        choices=[option(language.slug, language.own_name) for language in LANGUAGES],
    )
    contacts = Words(
        _label("contacts"),
        hint=lazy("One on each line: telephone, e-mail, address, opening hours."),
        limit=LIMIT,
    )
    retention_days = Number(
        _label("retention_days"),
        hint=lazy("A number of days, more than a year: for so long a case can be opened again."),
    )
    everyday_site = Line(
        _label("everyday_site"),
        hint=lazy("A page anybody might look at, such as a weather forecast. Begins with https://"),
    )

    def validate_time_zone(self, field: Any) -> None:
        """One of the time zone database."""
        if field.data not in available_timezones():
            raise ValidationError(gettext("Write a time zone like Asia/Tokyo."))

    def validate_retention_days(self, field: Any) -> None:
        """As long as a worker may open it again, to ten years."""
        digits = digits_of(field.data or "")
        good = digits and len(digits) <= 4 and KEPT_AT_LEAST <= int(digits) <= KEPT_AT_MOST
        if field.data and not good:
            told = gettext(
                "Write a number of days from %(least)s to %(most)s. For a year a case can be "
                "opened again."
            )
            raise ValidationError(told % {"least": KEPT_AT_LEAST, "most": KEPT_AT_MOST})

    def validate_everyday_site(self, field: Any) -> None:
        """An https address without a query."""
        if field.data and not field.data.startswith("https://"):
            raise ValidationError(gettext("The address begins with https://"))

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and that each day closes after it opens."""
        good = bool(super().validate(extra_validators))
        for opens, closes in self.days():
            first, last = text_of(opens), text_of(closes)
            if bool(first) != bool(last) or (first and first >= last):
                closes.errors = [gettext("Fill in both times, the second later than the first.")]
                good = False
        return self._own_words() and good

    def _own_words(self) -> bool:
        """Whether nothing of a sample's brackets is left in a text."""
        fine = True
        for name, slug in ((name, slug) for name in FIELDS for slug in self.served):
            field: Any = self[f"{name}_{slug}"]
            if found := left(name, slug, text_of(field)):
                told = gettext("Replace %(words)s with your own words, or empty this box.")
                field.errors, fine = [told % {"words": ", ".join(found)}], False
        return fine

    def days(self) -> Iterator[tuple[Any, Any]]:
        """(opens, closes) from Monday to Sunday."""
        for day in range(7):
            yield self[f"opens_{day}"], self[f"closes_{day}"]

    def mark(self) -> None:
        """Say at each field without which workers cannot file that it is needed for that; a day of
        the week may stay empty while another does not."""
        english = [self[f"{field}_en"] for field in FIELDS if f"{field}_en" in self]
        field: Any
        for field in (*english, self.contacts, self.retention_days, self.everyday_site):
            field.later = gettext("(needed before workers can file)")

    def groups(self) -> Iterator[Group]:
        """The texts as the page shows them."""
        for field, label in FIELDS.items():
            texts = [
                (self[f"{field}_{slug}"], slug, self._stale(field, slug)) for slug in self.served
            ]
            yield Group(gettext(label), texts)

    def _stale(self, field: str, slug: str) -> bool:
        said = self.profile.say(field, slug)
        return said.language == slug and said.stale

    def draft(self) -> ProfileDraft:
        """What was written."""
        week = {
            str(day): [text_of(opens), text_of(closes)]
            for day, (opens, closes) in enumerate(self.days())
            if text_of(opens)
        }
        days = digits_of(text_of(self.retention_days))
        lines = (line.strip() for line in text_of(self.contacts).splitlines())
        return ProfileDraft(
            version=count_in(self.version.data, 0),
            name=text_of(self.name),
            texts={
                (field, slug): text_of(self[f"{field}_{slug}"])
                for field in FIELDS
                for slug in self.served
            },
            hours=week,
            languages=list(self.languages.data or []),
            time_zone=text_of(self.time_zone),
            everyday_site=text_of(self.everyday_site),
            contacts=[line for line in lines if line][:CONTACTS],
            retention_days=int(days) if days else None,
        )


@cache
def operator_form(served: tuple[str, ...]) -> type[OperatorForm]:
    """The form for the languages that this instance serves."""
    fields: dict[str, Any] = {"served": served}
    for field in FIELDS:
        for slug in served:
            fields[f"{field}_{slug}"] = Words(BY_SLUG[slug].own_name, limit=LIMIT)
    for day, name in enumerate(WEEK):
        fields[f"opens_{day}"] = Line(
            lazy(name), hint=lazy("from"), limit=8, validators=[checked_time]
        )
        fields[f"closes_{day}"] = Line(
            lazy(name), hint=lazy("until"), limit=8, validators=[checked_time]
        )
    return type("ServedOperatorForm", (OperatorForm,), fields)


def filled(
    profile: Profile, served: tuple[str, ...], sent: Any = None, *, samples: bool = False
) -> OperatorForm:
    """The form with what is saved, or with what was sent; `samples` stand in empty boxes."""
    kept: dict[str, Any] = {
        "version": str(profile.version),
        "name": profile.name,
        "time_zone": profile.time_zone,
        "languages": list(profile.languages),
        "contacts": "\n".join(profile.contacts),
        "retention_days": str(profile.retention_days or ""),
        "everyday_site": profile.everyday_site,
    }
    for field in FIELDS:
        for slug in served:
            said = profile.texts.get(field, {}).get(slug, {}).get("text", "")
            kept[f"{field}_{slug}"] = said or (sample(field, slug) if samples else "")
    for day, hours in profile.hours.items():
        kept[f"opens_{day}"], kept[f"closes_{day}"] = hours
    form = operator_form(served)(sent, data=kept)
    form.profile = profile
    form.mark()
    return form


def names_of(missing: tuple[str, ...]) -> list[str]:
    """What is still missing, in the reader's language."""
    return [gettext(FIELDS.get(name) or OTHERS[name]) for name in missing]
