"""Forms of somebody who comes back: the code, a message, contact, withdrawing."""

from __future__ import annotations

from grievance.i18n import lazy
from grievance.vault.receipts import grouped
from grievance.web.forms import Choice, Email, Files, Form, FormId, Line, Number, Words, option


class CodeForm(Form):
    """The digits on the paper."""

    code = Number(
        lazy("Your number"),
        hint=lazy("The 20 digits you wrote down. Spaces do not matter."),
        needed=lazy("Type the number you wrote down."),
        limit=100,
    )

    def in_fours(self) -> None:
        """Show the digits as they stand on the paper, so that they can be compared."""
        digits = "".join((self.code.data or "").split())
        if digits.isdecimal():
            self.code.data = grouped(digits)


class MessageForm(FormId):
    """A message or an answer, with files."""

    message = Words(lazy("Your message"), hint=lazy("Write in any language."))
    files = Files(
        lazy("Photos, PDF, sound or text"),
        hint=lazy("Up to 10 files, 10 MB each. We take hidden data such as the place out."),
    )


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
    phone = Line(lazy("Phone number"), hint=lazy("With the country code if it is not in Japan."))
    safe_when = Line(lazy("When is it safe to call?"))
    never_say = Line(lazy("What must we never say?"))


class PlainForm(Form):
    """Nothing but the button."""
