"""The form base and its fields. Each field knows its component (`kind`) and its sentences.

A form ends in a frozen value, never in a model. What was typed stays in the form when it is wrong,
and the sentence about it stands next to its field.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.csrf.core import CSRF
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, StopValidation, ValidationError

from grievance.i18n import N_, gettext, lazy
from grievance.model import address_of, clean_text, length_of
from grievance.web.binding import form_token, held, same_form, token_fits
from grievance.web.bodies import ADDRESS, NAME, bytes_for, fits
from grievance.web.resuming import CAME_BACK, NO_COOKIE, resumed

LINE = 200  # graphemes in a one-line answer
COUNT = 9  # digits of a number that a page carries along
WORDS = 20_000  # graphemes in a free text

__all__ = ["InputRequired", "ValidationError"]


def option(value: str, label: Any) -> SelectChoice:
    """One answer of a choice."""
    return SelectChoice(value, label)


ELSEWHERE = N_("This page is old by now. Look it over and send it again.")


def _why_not() -> str:
    """Why a token does not fit, as the person can mend it."""
    if resumed():
        return CAME_BACK
    return ELSEWHERE if held() else NO_COOKIE


class BoundToken(CSRF):
    """The form token of `web.binding` as WTForms wants it."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return form_token()

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        if not token_fits(field.data or ""):
            raise ValidationError(gettext(_why_not()))


class Form(PlainForm):
    """A form bound to this browser.

    A field that came with more bytes than its cap (`most`) is not read at all: nothing cleans,
    counts or checks it. It is refused, and its text shown again. The token comes first: without
    one that fits no text is cleaned, and nothing else is checked.
    """

    over: dict[str, str]  # what came over its cap, by field

    class Meta:
        csrf = True
        csrf_class = BoundToken
        csrf_field_name = "token"

        def get_translations(self, form: Any) -> Any:
            """Our own sentences only: WTForms has none for most of our languages."""
            return None

    def process(self, formdata: Any = None, *arguments: Any, **options: Any) -> None:
        """Fill the fields, leaving empty what is over its cap; without a token that fits, texts
        stand in their boxes as they came. Where nothing was sent, boxes stay ticked as given."""
        formdata = formdata or None
        self.over = _over(self._fields, formdata) if formdata else {}
        unread = {**self._strange(formdata), **self.over} if formdata else {}
        if unread:
            names = {self[name].name for name in unread}
            kept = [one for one in formdata.items(multi=True) if one[0] not in names]
            formdata = MultiDict([*kept, *((name, "") for name in names)])
        super().process(formdata, *arguments, **options)
        for name in unread.keys() - self.over.keys():
            self[name].show_again(unread[name])  # type: ignore[attr-defined]

    def _strange(self, formdata: Any) -> dict[str, str]:
        """The first text of each field, where the token was not made for this browser."""
        token = self._fields.get(self.meta.csrf_field_name)
        if token is None or token_fits(str(formdata.get(token.name, ""))):
            return {}
        texts = ((name, one) for name, one in self._fields.items() if shows_again(one))
        return {name: str(formdata[one.name]) for name, one in texts if one.name in formdata}

    def validate(self, extra_validators: Any = None) -> bool:
        """The token, then the fields, then what was over its cap."""
        token = self._fields.get(self.meta.csrf_field_name)
        if token is not None and not token.validate(self):
            fine = False
        else:
            fine = super().validate(extra_validators)
        for name, sent in self.over.items():
            field: Any = self[name]
            field.errors = [gettext("This is too long for this box. Shorten it.")]
            if isinstance(field, Kind):
                field.show_again(sent)
        return fine and not self.over

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field name, first sentence) of everything that is wrong, in page order."""
        return [
            (name, str(list(found)[0])) for name, found in self.errors.items() if name and found
        ]


class Needed:
    """The field must hold something; `sentence` says what, to one person."""

    field_flags = {"required": True}

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, form: Any, field: Any) -> None:
        held = field.data
        if held is None or held is False or (isinstance(held, (str, list)) and not held):
            field.errors = []
            raise StopValidation(str(self.sentence))


class AtMost:
    """At most so many graphemes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Any, field: Any) -> None:
        count = length_of(field.data or "")
        if count > self.limit:
            raise ValidationError(
                gettext(
                    "This is %(count)s characters long. Shorten it to %(limit)s or fewer; "
                    "you can send more later."
                )
                % {"count": count, "limit": self.limit}
            )


def _over(fields: Any, formdata: Any) -> dict[str, str]:
    """The first text over its field's cap, by field."""
    found = {}
    for name, field in fields.items():
        most = getattr(field, "most", NAME)
        heavy = (sent for sent in formdata.getlist(field.name) if not fits(str(sent), most))
        if (first := next(heavy, None)) is not None:
            found[name] = str(first)
    return found


class Kind(Field):
    """The base of all fields: its component, its hint, and the sentence when it is needed."""

    kind = "text"
    hint: Any = ""
    later: Any = ""  # for what it is needed, where it may be left empty until then
    most = NAME  # bytes that are read

    def __init__(self, *arguments: Any, hint: Any = "", needed: Any = "", **options: Any) -> None:
        checks = list(options.pop("validators", ()))
        if needed:
            checks.insert(0, Needed(needed))
        super().__init__(*arguments, **{**options, "validators": checks})
        self.hint = hint

    def show_again(self, _sent: str) -> None:
        """Put what was refused unread back into its box, where it is one for text."""


def shows_again(field: Field) -> bool:
    """Whether it is a box for text, which what was typed is put back into."""
    return isinstance(field, Kind) and type(field).show_again is not Kind.show_again


class _Text(Kind):
    limit = LINE
    lines = False

    def __init__(self, *arguments: Any, limit: int | None = None, **options: Any) -> None:
        limit = limit or self.limit
        options["validators"] = [*options.get("validators", ()), AtMost(limit)]
        super().__init__(*arguments, **options)
        self.most = bytes_for(limit)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = clean_text(valuelist[0], lines=self.lines)

    def show_again(self, sent: str) -> None:
        self.data = sent


class Line(_Text, StringField):
    """One line of text."""


class Email(Line):
    """An e-mail address, as it was meant."""

    kind = "email"
    limit = 254

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        if self.data and fits(self.data, NAME):
            self.data = address_of(self.data)


class Number(Line):
    """Digits, in any script."""

    kind = "number"


class Words(_Text, TextAreaField):
    """Free text of several lines."""

    kind = "textarea"
    limit = WORDS
    lines = True


class Secret(Kind, PasswordField):
    """A password: never cleaned, never shown again."""

    kind = "password"


class Choice(Kind, RadioField):
    """One of a few, as large rows."""

    kind = "radio"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, validate_choice=False, **options)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise StopValidation(gettext("Choose one of the answers on this page."))


class Select(Kind, SelectField):
    """One of many, as a list that opens."""

    kind = "select"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, validate_choice=False, **options)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {value for value, *_ in self.iter_choices()}:
            raise StopValidation(gettext("Choose one of the answers on this page."))


class Choices(Kind, SelectMultipleField):
    """Any number of a few."""

    kind = "checkbox"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, validate_choice=False, **options)

    def pre_validate(self, form: Any) -> None:
        known = {value for value, *_ in self.iter_choices()}
        if any(value not in known for value in self.data or ()):
            raise StopValidation(gettext("Choose one of the answers on this page."))


class Tick(Kind, BooleanField):
    """A single box."""

    kind = "tick"


class Files(Kind, MultipleFileField):
    """Several files."""

    kind = "files"


class Hidden(HiddenField):
    """A value the form carries along."""

    most = ADDRESS


class FormId(Form):
    """A form that must not act twice: `form_id` is drawn when the page is made."""

    form_id = Hidden()

    def fresh(self) -> Self:
        """Give the page its own id, so that sending twice acts once."""
        self.form_id.data = self.form_id.data or uuid4().hex
        return self

    def once(self, *said: str) -> UUID:
        """What a sending is known by: the same page with the same words is the same sending."""
        return same_form(self.form_id.data or "", *said)


def count_in(typed: str | None, otherwise: int = -1) -> int:
    """The number that a page of ours carried along; `otherwise` for anything a page never says."""
    digits = typed or ""
    return int(digits) if digits.isdecimal() and len(digits) <= COUNT else otherwise


DECLINED = lazy("I would rather not say")
