"""What an interpreter sends: that they know nobody in it, a translation, or that they give it
back."""

from __future__ import annotations

from grievance.i18n import lazy
from grievance.web.forms import Choice, Form, Tick, Words, option

CONFLICT, CANNOT = "conflict", "cannot"


class OpenForm(Form):
    """Before the first passage of a case is opened."""

    nothing_to_do = Tick(
        lazy("I have nothing to do with any of them, nor with the person who wrote this."),
        needed=lazy("Say this first. If you are not sure, give it back."),
    )


class PlainForm(Form):
    """One press."""


class HandInForm(Form):
    """The translation, and where its writer is not sure."""

    text = Words(lazy("Your translation"), needed=lazy("Write the translation."))
    unsure = Words(
        lazy("Where you are not sure, if anywhere"),
        hint=lazy("For example: a word that can mean two things, a name that may be misspelt."),
        limit=2000,
    )


class ReturnForm(Form):
    """Why it goes back."""

    why = Choice(
        lazy("Why you give it back"),
        needed=lazy("Choose why."),
        choices=[
            option(CONFLICT, lazy("I know somebody in it, or have to do with one of them")),
            option(CANNOT, lazy("I cannot translate it, or not by that day")),
        ],
    )
