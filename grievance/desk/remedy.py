"""The page of one remedy."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for

from grievance.cases.lifecycle import PROMISED
from grievance.cases.operations.moving import allowed
from grievance.cases.operations.referring import local_today
from grievance.cases.operations.sums import facts_of
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.desk import remedy_words as words
from grievance.desk.acting import Page, Trouble, beside, stand, to_case, why
from grievance.desk.blueprint import bp
from grievance.desk.loading import Desk, open_case
from grievance.desk.remedy_form import RemedyForm
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.web.audience import audience


@bp.get("/cases/<reference>/remedy")
@bp.get("/cases/<reference>/remedy/<uuid:item_id>")
@audience("staff", TABLE[Verb.RECORD_REMEDY].who)
def remedy(reference: str, **_named: object) -> Response:
    """Write down a remedy, or look at one and change it."""
    desk, form = open_case(reference), RemedyForm()
    form.offer(desk, {})
    if form.item:
        form.show(form.item, facts_of(desk.opened, form.item))
    elif desk.case.state in PROMISED:
        form.stands.data = "agreed"
    return _page(desk, form)


def _again(desk: Desk, form: RemedyForm, trouble: Trouble | None) -> Response:
    form.offer(desk, {})
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _page(desk: Desk, form: RemedyForm, status: int = 200, why: str = "") -> Response:
    form.on(desk.case, str(Verb.RECORD_REMEDY))
    item = form.item
    page = render_template(
        "desk/remedy.html",
        case=desk.case,
        form=form,
        item=item,
        why=why,
        amounts=list(words.AMOUNTS),
        can=allowed(desk.case, Verb.RECORD_REMEDY, desk.actor),
        action=url_for(
            "desk.record_remedy", reference=desk.case.reference, item_id=item.id if item else None
        ),
        today=local_today(db.session(), now()),
    )
    note_read(desk, "remedy")
    db.session.commit()
    return make_response(page, status)


stand(Verb.RECORD_REMEDY, Page(_again, to_case), "/remedy", "/remedy/<uuid:item_id>")
