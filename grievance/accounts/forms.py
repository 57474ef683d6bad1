"""What people at the door write: passwords, who they are, the recovery sheet."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from grievance.accounts.hashing import HashedPassword
from grievance.accounts.operations.founding import Founder
from grievance.i18n import BY_SLUG, STAFF_LANGUAGES, gettext, lazy
from grievance.vault.passwords import passphrase, weaknesses
from grievance.vault.recovery import SheetError, read_sheet
from grievance.web.forms import (
    Choice,
    Email,
    Form,
    Hidden,
    Line,
    Secret,
    Select,
    ValidationError,
    Words,
    option,
)

WEAK = {
    "too_short": lazy("This is too short. Use at least 14 characters; several words are best."),
    "common": lazy("Many people use this one, so it is guessed first. Choose another."),
    "contains_name": lazy("Leave out names of you or of your organisation."),
}


LANGUAGE_CHOICES = [option(slug, BY_SLUG[slug].own_name) for slug in STAFF_LANGUAGES]


def checked_address(_form: Any, field: Any) -> None:
    """An address has one @ with something on both sides; the letter is the real check."""
    name, at, host = field.data.partition("@")
    if not (name and at and host) or "@" in host or " " in field.data:
        raise ValidationError(gettext("Write the whole e-mail address, like name@example.org."))


def text_of(field: Any) -> str:
    """What was typed into a field, empty for nothing."""
    return str(field.data or "")


class AddressLine(Email):
    """An e-mail address that browsers may fill in as the name of the account."""

    autocomplete = "username"


class NewSecret(Secret):
    """A new password: browsers offer to keep it."""

    autocomplete = "new-password"


class SignIn(Form):
    """Address and password."""

    email = AddressLine(lazy("E-mail address"), needed=lazy("Enter your e-mail address."))
    password = Secret(lazy("Password"), needed=lazy("Enter your password."))

    @property
    def written(self) -> tuple[str, str]:
        """Address and password as typed."""
        return text_of(self.email), text_of(self.password)


class OneTime(Line):
    """A code that works once: browsers and telephones may offer it."""

    autocomplete = "one-time-code"
    limit = 40


class OrPasskey(Form):
    """A form in which a passkey's answer, put there by a script, takes the place of what is typed:
    then that is not asked for."""

    instead: ClassVar[tuple[str, str]] = ("code", "passkey")  # of what is typed, the answer

    def process(self, *arguments: Any, **options: Any) -> None:
        super().process(*arguments, **options)
        typed, answer = self.instead
        if answer in self and text_of(self[answer]):
            self[typed].validators = ()

    @property
    def signed(self) -> str:
        """The passkey's answer; empty where none was used. Never shown again."""
        sent, field = text_of(self[self.instead[1]]), self[self.instead[1]]
        field.data = ""
        return sent


class TypeCode(OrPasskey):
    """The code of the second step; an app's, or one on paper."""

    code = OneTime(
        lazy("The code from your app"),
        hint=lazy("Six digits. Without your telephone: one of your recovery codes."),
        needed=lazy("Type the code that your app shows now."),
    )
    passkey = Hidden()

    def paper_only(self) -> Self:
        """Say so where there is no app."""
        self.code.label.text = gettext("A recovery code")
        self.code.hint = gettext("One of the ten that you have on paper.")
        return self


class TypeBack(Form):
    """The first code of an app that is being set up."""

    code = OneTime(
        lazy("The code from your app"),
        hint=lazy("Six digits."),
        needed=lazy("Type the code that your app shows now."),
    )


class ChangeFactor(TypeCode):
    """What is to become of a second step that counts."""

    what = Choice(
        lazy("What do you want to do?"),
        choices=[],
        needed=lazy("Choose what you want to do."),
    )

    def offer(self, *, app: bool, passkeys: bool) -> Self:
        """What there is to choose, for who has these."""
        another = lazy("Set up another app or telephone")
        self.what.choices = [
            option("replace", another if app else lazy("Set up an app for codes as well")),
            option("codes", lazy("Make new recovery codes; the old ones stop working")),
        ]
        if app:
            rest = lazy("Take the app off; your passkeys stay")
            off = rest if passkeys else lazy("Take the second step off")
            self.what.choices.append(option("remove", off))
        return self


class NamePasskey(Form):
    """How somebody calls a passkey of theirs."""

    name = Line(
        lazy("A name for it"),
        hint=lazy("So that you know it again: work telephone, key on my ring."),
        needed=lazy("Give it a name."),
        limit=40,
    )


class NewPasskey(NamePasskey):
    """A passkey to be made by who has no second step yet; `made` is what the browser answers."""

    made = Hidden()


class AnotherPasskey(TypeCode, NamePasskey):
    """The same for who has one, and shows it first."""


class Confirm(Form):
    """Yes, do it."""


class Approve(Form):
    """The words that were read to me."""

    words = Line(
        lazy("The six words that they read to you"),
        hint=lazy(
            "Call them and let them read from their own page, Your account. Never by e-mail."
        ),
        needed=lazy("Type the six words."),
    )


class ConfirmPassword(OrPasskey):
    """The password once more, or a passkey's answer in its place."""

    instead = ("password", "step_up_passkey")
    password = Secret(lazy("Password"), needed=lazy("Enter your password."))
    step_up_passkey = Hidden()


class GoOn(OrPasskey):
    """The same beside a form that is carried on; no other form has these fields."""

    instead = ("step_up", "step_up_passkey")
    step_up = Secret(lazy("Password"), needed=lazy("Enter your password."))
    step_up_passkey = Hidden()


class NewPassword(Form):
    """A password chosen now; a generated one is offered first and stays the same on each try."""

    password = NewSecret(
        lazy("Password"),
        hint=lazy("The one above, or your own of at least 14 characters."),
        needed=lazy("Type the password above, or your own."),
    )
    again = NewSecret(lazy("The same password again"), needed=lazy("Type it a second time."))
    offered = Hidden()

    known: tuple[str, ...] = ()  # what others know of this person

    def offer(self) -> str:
        """The passphrase that is offered on this page."""
        self.offered.data = self.offered.data or passphrase()
        return str(self.offered.data)

    def validate_password(self, field: Any) -> None:
        """At least 14 characters, not common, without names."""
        found = weaknesses(field.data, *self.known, *self.names())
        if found:
            raise ValidationError(str(WEAK[found[0]]))

    def validate_again(self, field: Any) -> None:
        """Twice the same."""
        if field.data != self.password.data:
            raise ValidationError(gettext("The two are not the same. Type both once more."))

    def names(self) -> tuple[str, ...]:
        """Names that were written into this form."""
        return ()


class Join(NewPassword):
    """Accepting an invitation."""

    language = Choice(
        lazy("The desk speaks to you in"),
        choices=LANGUAGE_CHOICES,
        default="en",
        needed=lazy("Choose a language."),
    )


class Found(Join):
    """Founding: the organisation, and the person who answers for it first."""

    organisation = Line(
        lazy("Name of the organisation that runs this"),
        hint=lazy("Workers see it on the first page."),
        needed=lazy("Enter the name of the organisation."),
    )
    name = Line(lazy("Your name"), needed=lazy("Enter your name."))
    email = AddressLine(
        lazy("Your e-mail address"),
        needed=lazy("Enter your e-mail address."),
        validators=[checked_address],
    )

    def names(self) -> tuple[str, str, str]:
        """Organisation, person, address."""
        return text_of(self.organisation), text_of(self.name), text_of(self.email)

    def founder(self, password: HashedPassword) -> Founder:
        """Who founds."""
        return Founder(*self.names(), language=text_of(self.language), password=password)


class ChangePassword(NewPassword):
    """Another password for who is signed in."""

    current = Secret(lazy("Your password until now"), needed=lazy("Enter your password."))


class ChooseLanguage(Form):
    """The language of the desk."""

    language = Choice(
        lazy("The desk speaks to you in"),
        choices=LANGUAGE_CHOICES,
        needed=lazy("Choose a language."),
    )


class ChooseHour(Form):
    """When the letter of the day comes."""

    hour = Select(
        lazy("It comes at"),
        choices=[option(str(hour), f"{hour:02}:00") for hour in range(24)],
        needed=lazy("Choose an hour."),
    )


class TypeSheet(Form):
    """The recovery sheet, typed from paper; what is wrong is told by row."""

    rows = Words(
        lazy("The four rows K.1 to K.4, from the paper"),
        hint=lazy("Capital or small letters, with or without spaces."),
        needed=lazy("Type the four rows from the paper."),
        limit=4000,
    )
    typed: bytes = b""

    def validate_rows(self, field: Any) -> None:
        """Each row carries a check symbol of its own."""
        try:
            self.typed = read_sheet(field.data).private
        except SheetError as wrong:
            raise ValidationError(
                gettext("Look again at row %(row)s.") % {"row": wrong.row}
            ) from wrong


class WayBack(NewPassword, TypeSheet):
    """A new password and the recovery sheet, in one request."""
