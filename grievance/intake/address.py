"""The code that only our e-mail holds: typed here, it shows that the e-mails reach the worker."""

from __future__ import annotations

from flask import Response, abort, make_response, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response as Answer

from grievance.cases import records
from grievance.cases.actors import Actor
from grievance.cases.opening import OpenCase
from grievance.cases.operations import addressing
from grievance.cases.operations.moving import allowed
from grievance.cases.states import Verb
from grievance.clock import now
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import LetterForm
from grievance.intake.visits import site, visited
from grievance.model import digits_of
from grievance.notifications import proof
from grievance.web.audience import audience

LENGTH = N_("The code has 8 digits. Count them: two groups of four.")
WRONG = N_("This is not the code in our e-mail. Look again at each digit.")
NEW = N_("That e-mail is too old. We have sent you a new one: type the code from it.")
TOO_MANY = N_("Too many codes were tried. Change your address, or try again in two weeks.")


@bp.route("/case/address", methods=["GET", "POST"])
@audience("worker")
def address() -> Answer | Response:
    """Type the code from the one e-mail that was sent."""
    opened, _receipt, actor = visited(lock=asked.method == "POST")
    if not allowed(opened.case, Verb.CHANGE_CONTACT, actor):
        abort(403)
    contact = records.read(db.session(), opened, "identity").get("contact") or {}
    form = LetterForm(asked.form)
    if not addressing.address_of(contact) or contact.get(addressing.BOX):
        return redirect(url_for("intake.case", _anchor="contact"), 303)
    if asked.method == "POST" and form.validate() and _confirmed(form, opened, actor):
        return redirect(url_for("intake.case", _anchor="contact"), 303)
    page = render_template("intake/address.html", form=form, contact=contact)
    return make_response(page, 422 if form.errors else 200)


def _confirmed(form: LetterForm, opened: OpenCase, actor: Actor) -> bool:
    """Whether the code was right; commits either way, for wrong ones are counted."""
    session, typed = db.session(), digits_of(form.letter.data or "")
    sentence = ""
    if len(typed) != proof.DIGITS:
        sentence = _(LENGTH)
    else:
        try:
            addressing.confirm(session, site(), opened, typed, actor, now())
        except proof.NotTheCode:
            sentence = _(WRONG)
        except proof.NoLetter:
            contact = records.read(session, opened, "identity")["contact"]
            again = addressing.ask(session, site(), opened.case, contact, now())
            sentence = _(NEW) if again else _(TOO_MANY)
        session.commit()
    form.letter.errors = [sentence] if sentence else []
    return not sentence
