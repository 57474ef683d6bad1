"""What is written on the pages about partners."""

from __future__ import annotations

from typing import Any

from grievance.accounts.companies import NUMBER_BY, corporate_number
from grievance.accounts.forms import AddressLine, checked_address, text_of
from grievance.accounts.models import VETTED_BY
from grievance.accounts.operations.invitations import Invitee, Seat
from grievance.accounts.roles import Role
from grievance.i18n import N_, lazy
from grievance.model import complete
from grievance.refusals import Refused
from grievance.web.forms import Choice, Form, Line, Select, Words, option

VETTED = {
    "called": N_("By telephone: I called a number of theirs that is not from the address's sender"),
    "website": N_("The address stands on their own page"),
    "letter": N_("A letter of theirs on paper names it"),
    "in_person": N_("They gave it to me in person"),
}
complete(VETTED, VETTED_BY)
NUMBERED = {
    "published": N_("On the page of the National Tax Agency: number, name and place are theirs"),
    "register": N_("In a certificate of the commercial register that is not older than 3 months"),
}
complete(NUMBERED, NUMBER_BY)
# Which template of the directory its desk follows.
DESKS = {
    "company-hotline-template": N_("It employs workers: its own desk for them"),
    "buyer-grievance-template": N_("It buys from where workers work: its desk for supply chains"),
}


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


class AddCompany(Form):
    """Which company, and what was checked before anybody of it is invited."""

    name = Line(
        lazy("Name of the company, as registered"),
        hint=lazy("Workers read it before they say yes, and it stands in the directory."),
        needed=lazy("Write the name of the company."),
    )
    number = Line(lazy("Corporate number (13 digits)"), needed=lazy("Write the company's number."))
    number_by = Choice(
        lazy("Where did you look the number up?"),
        choices=[option(code, lazy(label)) for code, label in NUMBERED.items()],
        needed=lazy("Say where the number was looked up. Look it up first if nobody has."),
    )
    template = Choice(
        lazy("What is it to workers?"),
        choices=[option(code, lazy(label)) for code, label in DESKS.items()],
        needed=lazy("Choose what it is."),
    )
    brands = Line(
        lazy("Names and brands by which workers know it"), hint=lazy("With a comma between them.")
    )
    spoken_with = Line(
        lazy("With whom of it did you speak?"),
        hint=lazy("Name, what they do there, and the number or address where you reached them."),
        needed=lazy("Write with whom you spoke. Speak with them first if nobody has."),
    )
    spoken_by = Choice(
        lazy("How do you know that they are of this company?"),
        choices=[option(code, lazy(label)) for code, label in VETTED.items()],
        needed=lazy("Say how it was checked. Check it first if nobody has."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Say at once when the number cannot be one."""
        fine = super().validate(extra_validators)
        if fine and not corporate_number(self.number.data or ""):
            self.number.errors = [Refused("corporate_number").sentence]
            return False
        return fine


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


class InviteRespondent(InviteThere):
    """Whom to invite for a company, and what was asked about them."""

    task = Line(
        lazy("What they do there"),
        hint=lazy("Workers read it with the name before they say yes. For example: head of HR."),
        needed=lazy("Write what they do there."),
    )
    never = Words(
        lazy("What must they never read?"),
        hint=lazy(
            "Ask the company: people, places and duties about which a complaint must not reach "
            "them, their own first of all. Whoever prepares a paper reads it."
        ),
        needed=lazy("Ask the company. If there is nothing, write that you asked."),
        limit=1000,
    )

    def invitee(self) -> Invitee:
        """Whom, and as what."""
        seat = Seat(text_of(self.task), text_of(self.never))
        name, address = text_of(self.name), text_of(self.email)
        return Invitee(name, address, Role.COMPANY_RESPONDENT, seat)
