"""A lost code: the second of two staff issues a new one, after typing their password again.

The new code is shown once, on the answer to the POST; it is nowhere else. Its slow hash runs in a
hash slot, outside every transaction.
"""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request

from grievance.accounts import queries as accounts
from grievance.accounts import staff, stepping
from grievance.accounts.roles import Permission
from grievance.cases.models import Reissue
from grievance.cases.operations import receipts
from grievance.cases.states import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk import words
from grievance.desk.acting import back, refusal
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case, site
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.refusals import SENTENCES, Refused
from grievance.vault.labels import Label
from grievance.vault.receipts import ReceiptKeys, draw, grouped, receipt_keys, slow_root
from grievance.vault.slots import HashSlots
from grievance.web.audience import audience


@bp.route("/cases/<reference>/reissue", methods=["GET", "POST"])
@audience("staff", "case.work")
def reissue(reference: str) -> Response:
    """Look at the check the colleague made, then issue the new code."""
    stepping.needs_step_up()
    desk, form = open_case(reference), ActForm(request.form)
    asked = receipts.waiting_reissue(db.session(), desk.case.id)
    if asked is None:
        return back(reference)
    if request.method == "POST" and form.validate():
        return _issue(reference, form)
    page = _asking(desk, asked, form)
    note_read(desk, "reissue")
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


def _asking(desk: Desk, asked: Reissue, form: ActForm) -> str:
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


def _issue(reference: str, form: ActForm) -> Response:
    code = draw()
    keys = _keys_of(code)
    staff.still(Permission.CASE_WORK)
    desk, session = open_case(reference, change=True), db.session()
    if receipts.waiting_reissue(session, desk.case.id) is None:
        return back(reference)
    try:
        receipts.reissue(desk.act(form.seen), keys)
    except Refused as refused:
        session.rollback()
        return refusal(reference, Verb.REISSUE, form, refused)
    language = words.tongue(desk.case.language)
    page = render_template(
        "desk/reissued.html", case=desk.case, code=grouped(code), worker_reads=language
    )
    session.commit()
    return make_response(page)


def _keys_of(code: str) -> ReceiptKeys:
    ring, slots = site().ring, current_app.config["HASH_SLOTS"]
    assert isinstance(slots, HashSlots)
    db.session.rollback()
    with slots.hold(known=True):
        root = slow_root(code, ring.receipt_salt)
    return receipt_keys(root, ring.pepper(ring.newest_pepper), ring.newest_pepper)
