"""What is written on the pages about people and keys."""

from __future__ import annotations

from typing import Any

from grievance.accounts.forms import AddressLine, checked_address, text_of
from grievance.accounts.operations.invitations import Invitee
from grievance.accounts.roles import ASSIGNABLE, NAMES, Role
from grievance.i18n import lazy
from grievance.web.forms import Choice, Form, Line, option


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


class Change(Form):
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
