"""The password once more before something grave, without losing what was typed.

On the way to a page it is asked on a page of its own. When a form is sent, the answer asks for it
and carries the form, so that the password sends it on.
"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, make_response, redirect, render_template, request, url_for

from grievance.accounts import door, forms, staff
from grievance.accounts.operations import signing
from grievance.accounts.queries import STEP_UP
from grievance.clock import real_now
from grievance.extensions import act_as, db
from grievance.i18n import gettext
from grievance.vault.passwords import WrongPassword
from grievance.vault.slots import Busy
from grievance.web.binding import token_fits
from grievance.web.pages import tell

TOKEN = "token"  # of the form; the page that asks has one of its own  # noqa: S105


def needs_step_up() -> None:
    """Ask for the password again when it was typed more than ten minutes ago.

    What another site sends is never carried on: it has no token of this browser.
    """
    member = staff.current_member()
    if real_now() - member.stepped_up_at <= STEP_UP:
        return
    if request.method != "POST" or not token_fits(request.form.get(TOKEN, "")):
        after = request.full_path.rstrip("?") if request.method == "GET" else request.path
        abort(redirect(url_for("accounts.confirm_password", next=after), 303))
    form = forms.GoOn(request.form)
    if form.step_up.name in request.form and form.validate():
        try:
            _step_up(member, forms.text_of(form.step_up))
        except WrongPassword:
            db.session.rollback()
            form.step_up.errors = [gettext("This is not your password. Try it again.")]
        except Busy as problem:
            _ask(form, 503, problem)
        else:
            _still()
            return
    elif form.step_up.name not in request.form:
        form = forms.GoOn()
    _ask(form, 422 if form.errors else 200)


def _step_up(member: staff.Member, password: str) -> None:
    entrant = door.authenticate_again(member, password)
    act_as(member.actor)
    signing.step_up(db.session(), entrant.admitted, member.session_id, real_now())
    db.session.commit()


def _still() -> None:
    """The page's permission once more: it may be gone after a slow hash."""
    view: Any = current_app.view_functions[request.endpoint or ""]
    staff.still(view.permission or staff.SIGNED_IN, view.audience)


def _ask(form: forms.GoOn, status: int, busy: Busy | None = None) -> None:
    """Answer with the page that asks, and carries all that was sent."""
    kept = [
        (name, value)
        for name in request.form
        if name not in (TOKEN, form.step_up.name)
        for value in request.form.getlist(name)
    ]
    if busy:
        told = "Many people sign in right now. What you typed is kept; try again in a moment."
        tell(gettext(told), "bad")
    page = make_response(
        render_template("accounts/confirm_password.html", form=form, kept=kept), status
    )
    if busy:
        page.headers["Retry-After"] = str(busy.retry_after)
    abort(page)
