"""Who has a second step, which roles must have one; and ending what a colleague has open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from grievance.accounts import factors, queries, staff, stepping
from grievance.accounts.forms import Confirm
from grievance.accounts.operations import members
from grievance.accounts.operations.factors import require
from grievance.accounts.roles import ASSIGNABLE, NAMES, Role
from grievance.console.people import person_or_404
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Choices, Form, option
from grievance.web.pages import tell
from grievance.web.redirects import see_other


class Roles(Form):
    """Which roles must have a second step."""

    roles = Choices(
        lazy("Who must have one"),
        hint=lazy(
            "Whoever has such a role and no second step is led to it, and opens nothing else."
        ),
        choices=[
            option(role.value, lazy(NAMES[role])) for roles in ASSIGNABLE.values() for role in roles
        ],
    )


@console.route("/people/second-step", methods=["GET", "POST"])
@audience("staff", "people.manage")
def second_steps() -> Response:
    """Who has one, and who must."""
    stepping.needs_step_up()
    form = Roles(request.form, roles=factors.required(db.session()))
    if request.method == "POST" and form.validate():
        require(staff.acting(), [Role(one) for one in form.roles.data or ()])
        db.session.commit()
        return see_other(url_for("console.second_steps", saved=1))
    status = 422 if form.errors else 200
    listed = queries.people(db.session(), staff.current_member().organisation_id)
    have = factors.guarded(db.session())
    saved = "saved" in request.args
    return answer("second_steps", status, form=form, people=listed, have=have, saved=saved)


@console.route("/people/<uuid:person_id>/sign-out", methods=["GET", "POST"])
@audience("staff", "people.manage")
def end_sessions(person_id: UUID) -> Response:
    """Sign a colleague out everywhere."""
    stepping.needs_step_up()
    person, form = person_or_404(person_id), Confirm(request.form)
    if request.method == "POST" and form.validate():
        try:
            members.end_sessions_of(staff.acting(), person_id)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("console.people", changed=1))
    return answer("people_confirm", form=form, **_about_sessions(person))


def _about_sessions(person: queries.PersonFact) -> dict[str, Any]:
    return {
        "page_name": "staff.people",
        "title": _("Sign out %(name)s everywhere") % {"name": person.name},
        "consequences": [
            _("What they have open shows nothing more. They can sign in again at once."),
            _("Where somebody else may know the password, send a link for a new one instead."),
        ],
        "label": _("Sign them out"),
        "verb": "end-sessions",
        "grave": True,
        "back": url_for("console.people"),
    }
