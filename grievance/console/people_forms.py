"""What is written on the pages about people and keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from grievance.accounts.forms import AddressLine, Confirm, checked_address, text_of
from grievance.accounts.operations.invitations import Invitee
from grievance.accounts.roles import ASSIGNABLE, NAMES, Role
from grievance.cases.operations import freeing
from grievance.cases.operations.freeing import Leaving
from grievance.cases.operations.handling import workers
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.web.forms import Choice, Form, Line, Select, option

NOBODY = "nobody"


class Invite(Form):
    """Whom to invite and as what."""

    name = Line(lazy("Name"), needed=lazy("Enter the person's name."))
    email = AddressLine(
        lazy("E-mail address"),
        needed=lazy("Enter the person's e-mail address."),
        validators=[checked_address],
    )
    role = Choice(
        lazy("Role"),
        choices=[option(role.value, lazy(NAMES[role])) for role in ASSIGNABLE["operator"]],
        needed=lazy("Choose a role."),
    )

    def invitee(self) -> Invitee:
        """Whom."""
        return Invitee(text_of(self.name), text_of(self.email), Role(text_of(self.role)))


def _address_if_any(form: Any, field: Any) -> None:
    if field.data:
        checked_address(form, field)


class PassedOn(Form):
    """Who takes the open cases of a member who is not to have them any more."""

    cases_to = Select(lazy("Who takes their open cases"))
    person: UUID | None = None  # whose cases they are
    count = 0  # how many

    def of(self, person: UUID) -> None:
        """Whose cases they are; without any nothing is asked."""
        self.person, self.count = person, freeing.count_of(db.session(), person)
        if not self.count:
            del self.cases_to
            return
        able = [(str(one.id), one.name) for one in workers(db.session()) if one.id != person]
        first = [("", _("Choose")), (NOBODY, _("Nobody by name: everybody sees them"))]
        self.cases_to.choices = [option(value, label) for value, label in [*first, *able]]

    def chosen(self) -> bool:
        """Whether it was said who takes them, where there are any; else that is asked beside it."""
        if not self.count or self.cases_to.data:
            return True
        self.cases_to.errors = [_("Choose who takes the open cases, or nobody.")]
        return False

    def leaving(self) -> Leaving:
        """Who leaves them, and who takes them."""
        assert self.person is not None
        to = text_of(self.cases_to) if self.count else NOBODY
        return Leaving(self.person, None if to == NOBODY else UUID(to))


class Remove(PassedOn, Confirm):
    """Yes, take this member out."""


class Change(PassedOn):
    """What is to be another for a member."""

    name = Line(lazy("Name"), needed=lazy("Enter the person's name."))
    role = Choice(
        lazy("Role"),
        choices=[option(role.value, lazy(NAMES[role])) for role in ASSIGNABLE["operator"]],
        needed=lazy("Choose a role."),
    )
    email = AddressLine(
        lazy("New e-mail address"),
        hint=lazy("A letter goes there; the address changes when its link was opened."),
        validators=[_address_if_any],
    )
