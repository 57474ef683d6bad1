"""The page on which words of staff are corrected."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for

from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.desk.acting import Page, Trouble, beside, stand, to_case, why
from grievance.desk.blueprint import bp
from grievance.desk.correct_form import CorrectForm
from grievance.desk.loading import Desk, named, open_case
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.web.audience import audience

PLACE = "/correct/<kind>/<uuid:target>"


@bp.get(f"/cases/<reference>{PLACE}")
@audience("staff", TABLE[Verb.CORRECT].who)
def correction(reference: str, **_named: object) -> Response:
    """Words of staff, to be corrected."""
    desk, form = open_case(reference), CorrectForm()
    form.offer(desk, {})
    form.start(desk)
    return _page(desk, form)


def _again(desk: Desk, form: CorrectForm, trouble: Trouble | None) -> Response:
    form.offer(desk, {})
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _page(desk: Desk, form: CorrectForm, status: int = 200, why: str = "") -> Response:
    form.on(desk.case, str(Verb.CORRECT))
    place = {"reference": desk.case.reference, "kind": named("kind"), "target": named("target")}
    action = url_for("desk.correct", **place)
    page = render_template("desk/correct.html", case=desk.case, form=form, why=why, action=action)
    note_read(desk, "case")
    db.session.commit()
    return make_response(page, status)


stand(Verb.CORRECT, Page(_again, to_case), PLACE)
