"""Hearing the six words of an interpreter, so that passages can be given to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for

from grievance.accounts import interpreters as there
from grievance.accounts import staff, stepping
from grievance.accounts.forms import Approve, text_of
from grievance.accounts.interpreters import InterpreterFact
from grievance.accounts.operations import interpreters
from grievance.accounts.roles import NAMES, Role
from grievance.console.companies import STRANGE
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.vault.keys import StrangeKey
from grievance.web.audience import audience
from grievance.web.redirects import see_other


@console.route("/keys/interpreters/<uuid:person_id>", methods=["GET", "POST"])
@audience("staff", "keys.compare")
def hear_interpreter(person_id: UUID) -> Response:
    """Type the six words that an interpreter read out: their key is theirs."""
    stepping.needs_step_up()
    waiting = there.unheard(db.session())
    one = next((one for one in waiting if one.id == person_id), None) or abort(404)
    form = Approve(request.form)
    if request.method == "POST" and form.validate():
        try:
            interpreters.hear(staff.acting(), one.id, text_of(form.words))
            db.session.commit()
        except (Refused, StrangeKey) as why:
            db.session.rollback()
            form.words.errors = [why.sentence if isinstance(why, Refused) else _(STRANGE)]
        else:
            return see_other(url_for("console.keys"))
    return answer("people_confirm", 422 if form.errors else 200, form=form, **_about(one))


def _about(one: InterpreterFact) -> dict[str, Any]:
    return {
        "page_name": "staff.keys",
        "title": _("The key of %(name)s") % {"name": one.name},
        "about": [(_("Person"), one.name), (_("Role"), _(NAMES[Role.INTERPRETER]))],
        "consequences": [
            _("Passages that are given to them are sealed to this key from now on."),
            _("Speak to the person themselves, not to who invited them."),
        ],
        "label": _("These are their words"),
        "verb": "confirm",
        "grave": False,
        "back": url_for("console.keys"),
    }
