"""Interpreting of one case: giving passages, taking them back, looking over what was handed in."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for

from grievance.cases.operations.moving import allowed
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import given
from grievance.desk.acting import CASE, Page, Trouble, beside, people, stand, why
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case
from grievance.desk.verbs import blank
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.web.audience import audience
from grievance.web.redirects import see_other

HEARD = Verb.RECORD_INTERPRETER


@bp.get("/cases/<reference>/passages")
@audience("staff", "case.work")
def passages(reference: str) -> Response:
    """What was given to interpreters, and the way to give more."""
    desk = open_case(reference)
    hours = operator_hours(db.session())
    form = blank(Verb.GIVE_PASSAGES, desk, people(desk.case), hours, now())
    return _page(desk, form)


def _page(
    desk: Desk,
    form: ActForm,
    status: int = 200,
    trouble: str = "",
    heard: ActForm | None = None,
) -> Response:
    session, typed = db.session(), heard is not None
    if heard is None:
        heard = blank(HEARD, desk, {}, operator_hours(session), now())
    page = render_template(
        "desk/passages.html",
        case=desk.case,
        form=form,
        wish=given.wish(desk),
        gives=allowed(desk.case, Verb.GIVE_PASSAGES, desk.actor),
        given=given.given(desk),
        heard=heard if allowed(desk.case, HEARD, desk.actor) else None,
        typed=typed,
        heard_label=_(TABLE[HEARD].label),
        trouble=trouble,
        label=_(TABLE[Verb.GIVE_PASSAGES].label),
    )
    note_read(desk, "passages")
    db.session.commit()
    return make_response(page, status)


def _again(desk: Desk, form: ActForm, trouble: Trouble | None) -> Response:
    if not allowed(desk.case, Verb.GIVE_PASSAGES, desk.actor):
        return CASE.again(desk, form, trouble)
    form.offer(desk, people(desk.case))
    form.on(desk.case, str(Verb.GIVE_PASSAGES))
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _heard_again(desk: Desk, form: ActForm, trouble: Trouble | None) -> Response:
    """With the words that were typed."""
    hours = operator_hours(db.session())
    give = blank(Verb.GIVE_PASSAGES, desk, people(desk.case), hours, now())
    form.on(desk.case, str(HEARD))
    if trouble is None or beside(form, trouble):
        return _page(desk, give, 422, heard=form)
    sentence, status = why(trouble)
    return _page(desk, give, status, sentence, form)


def _refused(desk: Desk, _form: ActForm, trouble: Trouble | None) -> Response:
    hours = operator_hours(db.session())
    form = blank(Verb.GIVE_PASSAGES, desk, people(desk.case), hours, now())
    sentence, status = why(trouble) if trouble else (_("Look at it again."), 422)
    return _page(desk, form, status, sentence)


def _back(desk: Desk, _form: ActForm, _done: object) -> Response:
    return see_other(url_for("desk.passages", reference=desk.case.reference))


stand(Verb.GIVE_PASSAGES, Page(_again, _back), "/passages")
stand(HEARD, Page(_heard_again, _back), f"/{HEARD}")
stand(Verb.TAKE_BACK_PASSAGE, Page(_refused, _back), f"/{Verb.TAKE_BACK_PASSAGE}")
stand(Verb.CHECK_TRANSLATION, Page(_refused, _back), f"/{Verb.CHECK_TRANSLATION}")
