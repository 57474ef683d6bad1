"""What is written on the pages about partners."""

from __future__ import annotations

from grievance.accounts.forms import AddressLine, checked_address, text_of
from grievance.accounts.models import VETTED_BY
from grievance.accounts.operations.invitations import Invitee
from grievance.accounts.roles import Role
from grievance.i18n import N_, lazy
from grievance.model import complete
from grievance.web.forms import Choice, Form, Line, Select, option

VETTED = {
    "called": N_("By telephone: I called a number of theirs that is not from the address's sender"),
    "website": N_("The address stands on their own page"),
    "letter": N_("A letter of theirs on paper names it"),
    "in_person": N_("They gave it to me in person"),
}
complete(VETTED, VETTED_BY)


class AddPartner(Form):
    """Which body, and how its address was checked."""

    body = Select(lazy("Body of the directory"), needed=lazy("Choose the body."))
    name = Line(
        lazy("What its organisation calls itself"),
        hint=lazy(
            "Workers read it before they say yes. Where the entry stands for many offices, name "
            "the one you add: only that one gets on its desk here what is handed over."
        ),
        needed=lazy("Write the name of the organisation."),
    )
    vetted_by = Choice(
        lazy("How do you know that the address you will invite is really theirs?"),
        choices=[option(code, lazy(label)) for code, label in VETTED.items()],
        needed=lazy("Say how the address was checked. Check it first if nobody has."),
    )


class HearWords(Form):
    """The words that somebody of a partner read to me."""

    words = Line(
        lazy("The six words that they read to you"),
        hint=lazy("Call them and let them read from their page, Colleagues. Never by e-mail."),
        needed=lazy("Type the six words."),
    )


class InviteThere(Form):
    """Whom to invite for a partner."""

    name = Line(lazy("Name"), needed=lazy("Enter the person's name."))
    email = AddressLine(
        lazy("E-mail address"),
        needed=lazy("Enter the person's e-mail address."),
        validators=[checked_address],
    )

    def invitee(self) -> Invitee:
        """Whom."""
        return Invitee(text_of(self.name), text_of(self.email), Role.PARTNER_CASEWORKER)
