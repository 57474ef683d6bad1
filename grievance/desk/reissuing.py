"""A lost code: the second of two staff issues a new one, after typing their password again.

The new code is shown once, on the answer to the POST; it is nowhere else.
"""

from __future__ import annotations

from flask import Response, make_response, render_template

from grievance.accounts import queries as accounts
from grievance.accounts import stepping
from grievance.cases.models import Reissue
from grievance.cases.operations import receipts
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import words
from grievance.desk.acting import CASE, Page, Trouble, back, stand
from grievance.desk.blueprint import bp
from grievance.desk.loading import Desk, open_case
from grievance.desk.reissue_form import ReissueForm
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.refusals import SENTENCES
from grievance.vault.labels import Label
from grievance.vault.receipts import grouped
from grievance.web.audience import audience


@bp.get("/cases/<reference>/reissue")
@audience("staff", "case.work")
def reissue_page(reference: str) -> Response:
    """Look at the check the colleague made."""
    stepping.needs_step_up()
    desk, form = open_case(reference), ReissueForm()
    form.offer(desk, {})
    return _asking(desk, form) if form.asked else back(reference)


def _asking(desk: Desk, form: ReissueForm, status: int = 200) -> Response:
    asked = form.asked
    assert asked is not None
    page = _page(desk, form, asked)
    note_read(desk, "reissue")
    db.session.commit()
    return make_response(page, status)


def _page(desk: Desk, form: ReissueForm, asked: Reissue) -> str:
    form.on(desk.case, str(Verb.REISSUE))
    names = accounts.names(db.session(), [asked.asked_by])
    return render_template(
        "desk/reissue.html",
        case=desk.case,
        form=form,
        by=names.get(asked.asked_by, ""),
        refused=receipts.issuer_refusal(db.session(), asked, desk.member.person_id, now()),
        one_hand=SENTENCES["one_hand"],
        when=words.due(asked.asked_at, asked.asked_at, operator_hours(db.session()).zone).text,
        check_made=desk.opened.open_text(Label.CASE_NOTE, asked.id, asked.check_made),
    )


def _again(desk: Desk, form: ReissueForm, trouble: Trouble | None) -> Response:
    form.offer(desk, {})
    if form.asked is None:  # somebody was faster
        return back(desk.case.reference)
    return CASE.again(desk, form, trouble) if trouble else _asking(desk, form, 422)


def _issued(desk: Desk, form: ReissueForm, _done: object) -> Response:
    language = words.tongue(desk.case.language)
    code = grouped(form.code)
    page = render_template("desk/reissued.html", case=desk.case, code=code, worker_reads=language)
    return make_response(page)


stand(Verb.REISSUE, Page(_again, _issued), "/reissue")
