"""For which roles who a case is about stays folded."""

from __future__ import annotations

from flask import Response, request, url_for

from grievance.accounts import staff, stepping
from grievance.accounts.folding import folded
from grievance.accounts.operations.folding import FOLDS, fold
from grievance.accounts.roles import NAMES, Role
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import lazy
from grievance.web.audience import audience
from grievance.web.forms import Choices, Form, option
from grievance.web.redirects import see_other


class FoldForm(Form):
    """The roles for which it is folded."""

    roles = Choices(
        lazy("Folded for"),
        choices=[option(role.value, lazy(NAMES[role])) for role in FOLDS],
    )


@console.route("/people/folding", methods=["GET", "POST"])
@audience("staff", "people.manage")
def folding() -> Response:
    """For whom it is folded."""
    stepping.needs_step_up()
    form = FoldForm(request.form, roles=folded(db.session()))
    if request.method == "POST" and form.validate():
        fold(staff.acting(), [Role(one) for one in form.roles.data or ()])
        db.session.commit()
        return see_other(url_for("console.folding", saved=1))
    status = 422 if form.errors else 200
    return answer("folding", status, form=form, saved="saved" in request.args)
