"""The code that only our e-mail holds: typed here, it shows that the e-mails reach the worker."""

from __future__ import annotations

from flask import Response, abort, current_app, make_response, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response as Answer

from grievance.cases import records
from grievance.cases.act import Act
from grievance.cases.operations import addressing
from grievance.cases.verbs import Verb
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import LetterForm
from grievance.intake.visits import BUSY, COOKIE, visited
from grievance.model import digits_of
from grievance.notifications import proof
from grievance.vault.slots import Busy, SlowLane
from grievance.web.audience import audience
from grievance.web.binding import only_of

LENGTH = N_("The code has 8 digits. Count them: two groups of four.")
# One sentence for each reason: another would tell that somebody else has named this address.
WRONG = N_(
    "This code does not fit. Look again at each digit, and at whether you have a newer e-mail. "
    "After 10 wrong codes none fits for two weeks; you can change the address."
)


@bp.route("/case/address", methods=["GET", "POST"])
@audience("worker")
def address() -> Answer | Response:
    """Type the code from the one e-mail that was sent; who guesses waits as with a number."""
    only_of(COOKIE)  # the form is checked before the visit is: guessing waits outside its lock
    form = LetterForm(asked.form)
    if asked.method == "GET" or not form.validate():
        return _page(form, typed=False)
    lane: SlowLane = current_app.config["RECEIPT_LANE"]
    try:
        with lane.pass_through(asked.remote_addr or ""):
            return _page(form, typed=True)
    except Busy as busy:
        form.letter.errors = [_(BUSY) % {"seconds": busy.retry_after}]
        return _page(form, typed=False)


def _page(form: LetterForm, *, typed: bool) -> Answer | Response:
    act = visited(lock=typed)
    if not act.may(Verb.CHANGE_CONTACT):
        abort(403)
    contact = records.read(act.session, act.opened, "identity").get("contact") or {}
    done = not addressing.address_of(contact) or contact.get(addressing.BOX)
    if done or (typed and _confirmed(form, act)):
        return redirect(url_for("intake.case", _anchor="contact"), 303)
    page = render_template("intake/address.html", form=form, contact=contact)
    return make_response(page, 422 if form.errors else 200)


def _confirmed(form: LetterForm, act: Act) -> bool:
    """Whether the code was right; commits either way, for wrong ones are counted."""
    session, typed = act.session, digits_of(form.letter.data or "")
    if len(typed) != proof.DIGITS:
        form.letter.errors = [_(LENGTH)]
        return False
    try:
        addressing.confirm(act, typed)
        session.commit()
        return True
    except proof.NotTheCode:
        session.commit()
    except proof.NoLetter:
        contact = records.read(session, act.opened, "identity")["contact"]
        addressing.ask(session, act.site, act.case, contact, act.now)
        session.commit()
    lane: SlowLane = current_app.config["RECEIPT_LANE"]
    lane.record_wrong(asked.remote_addr or "")
    form.letter.errors = [_(WRONG)]
    return False
