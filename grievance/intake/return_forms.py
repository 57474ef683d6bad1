"""Forms of somebody who comes back: the code, a message, contact, withdrawing."""

from __future__ import annotations

from uuid import UUID, uuid4

from grievance.i18n import lazy
from grievance.web.forms import Choice, Email, Files, Form, FormId, Line, Number, Words


class CodeForm(Form):
    """The digits on the paper."""

    code = Number(
        lazy("Your number"),
        hint=lazy("The 20 digits you wrote down. Spaces do not matter."),
        needed=lazy("Type the number you wrote down."),
        limit=100,
    )


class MessageForm(FormId):
    """A message or an answer, with files."""

    message = Words(lazy("Your message"), hint=lazy("Write in any language."))
    files = Files(
        lazy("Photos, PDF, sound or text"),
        hint=lazy("Up to 10 files, 10 MB each. We take hidden data such as the place out."),
    )

    def fresh(self) -> MessageForm:
        """Give the page its own id, so that sending twice writes once."""
        self.form_id.data = self.form_id.data or uuid4().hex
        return self

    @property
    def once(self) -> UUID:
        """The page's id; a new one where somebody tampered with it."""
        try:
            return UUID(hex=self.form_id.data or "")
        except ValueError:
            return uuid4()


class ContactForm(Form):
    """How the worker may be reached, if at all."""

    way = Choice(
        lazy("May we tell you that there is news?"),
        choices=[
            ("none", lazy("No. I come back with my number")),
            ("email", lazy("Yes, by e-mail")),
            ("phone", lazy("Yes, by phone")),
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
