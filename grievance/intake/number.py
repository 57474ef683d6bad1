"""A new number: shown first and marked as not yet valid, then taken."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases.operations import receipts
from grievance.cases.verbs import Verb
from grievance.clock import real_now
from grievance.extensions import db
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import PlainForm
from grievance.intake.visits import COOKIE, root_of, site, visited
from grievance.vault.receipts import ReceiptKeys, grouped, receipt_keys
from grievance.web.audience import audience
from grievance.web.binding import cookie, set_cookie
from grievance.web.redirects import see_other


@bp.route("/case/number", methods=["GET", "POST"])
@audience("worker")
def number() -> Answer | str:
    """Say what changing means; the button shows the new number."""
    act = visited()
    form = PlainForm(request.form)
    if not act.may(Verb.CHANGE_RECEIPT):
        abort(403)
    if request.method == "POST" and form.validate():
        receipts.pending_code(db.session(), site().ring, cookie(COOKIE))
        db.session.commit()
        return redirect(url_for("intake.new_number"), 303)
    return render_template("intake/number.html", form=form, actor=act.actor)


@bp.route("/case/new-number", methods=["GET", "POST"])
@audience("worker")
def new_number() -> Answer | str:
    """Show the new number, not yet valid; taking it retires the old one at once."""
    act = visited()
    if not act.may(Verb.CHANGE_RECEIPT):
        abort(403)
    code = receipts.pending_code(db.session(), site().ring, cookie(COOKIE))
    db.session.commit()
    form = PlainForm(request.form)
    if request.method == "POST" and form.validate():
        return _take(_keys_of(code))
    return render_template("intake/new_number.html", form=form, code=grouped(code))


def _keys_of(code: str) -> ReceiptKeys:
    ring = site().ring
    return receipt_keys(root_of(code), ring.pepper(ring.newest_pepper), ring.newest_pepper)


def _take(keys: ReceiptKeys) -> Answer:
    act = visited(lock=True)
    fresh = receipts.change(act, keys)
    secret = receipts.begin_visit(db.session(), site().ring, fresh, keys, real_now())
    db.session.commit()
    answer = see_other(url_for("intake.case", changed="1"))
    set_cookie(answer, COOKIE, secret)
    return answer
