"""The operator's profile: what a worker reads before filing, and whether it is all there."""

from __future__ import annotations

from flask import Response, abort, current_app, redirect, request, url_for

from grievance.accounts import queries, staff, stepping
from grievance.accounts.operations.profile import save_profile
from grievance.console.operator_form import OperatorForm, filled, names_of
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.pages import tell


@console.route("/operator", methods=["GET", "POST"])
@audience("staff", "operator.edit")
def operator() -> Response:
    """Read and write the profile; somebody else's save in between is told, nothing is lost."""
    if request.method == "POST":
        stepping.needs_step_up()
    form = _form()
    if request.method == "POST" and form.validate():
        try:
            _save(form)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
            form.version.data = str(_form().profile.version)
        else:
            return redirect(url_for("console.operator", saved=1), 303)  # type: ignore[return-value]
    return answer(
        "operator",
        422 if form.errors else 200,
        form=form,
        missing=names_of(form.profile.missing),
        saved="saved" in request.args,
    )


def _form() -> OperatorForm:
    profile = queries.profile(db.session())
    if profile is None:
        abort(404)
    samples = request.method == "GET" and "samples" in request.args
    served = current_app.config["LANGUAGES"]
    return filled(profile, served, request.form, samples=samples)


def _save(form: OperatorForm) -> None:
    save_profile(staff.acting(), form.draft())
    db.session.commit()
