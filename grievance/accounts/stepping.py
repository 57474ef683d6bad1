"""The password once more before something grave, or a passkey, without losing what was typed.

On the way to a page it is asked on a page of its own. When a form is sent, the answer asks for it
and carries the form, so that the password sends it on.
"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, make_response, redirect, render_template, request, url_for

from grievance.accounts import door, forms, proving, staff
from grievance.accounts.operations import passkeys, signing
from grievance.accounts.operations.asserting import Shown, Signed
from grievance.accounts.operations.owning import TooMany, WrongCode
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
            if step_up(member, form, form.step_up):
                _still()
                return
        except Busy as problem:
            _ask(form, 503, problem)
    elif form.step_up.name not in request.form:
        form = forms.GoOn()
    _ask(form, 422 if form.errors else 200)


def step_up(member: staff.Member, form: forms.OrPasskey, field: Any) -> bool:
    """Commit, when password or passkey was right; what was wrong stands at the field. Busy."""
    signed = form.signed
    shown = Signed(signed, door.site()) if signed else forms.text_of(field)
    try:
        _prove(member, shown)
    except WrongPassword:
        db.session.rollback()
        field.errors = [gettext("This is not your password. Try it again.")]
    except WrongCode as wrong:
        door.keep_count(member.person_id, wrong)
        field.errors = [proving.told(wrong, shown)]
    except TooMany as wrong:
        db.session.rollback()
        field.errors = [proving.told(wrong, shown)]
    else:
        return True
    return False


def _prove(member: staff.Member, shown: Shown) -> None:
    if isinstance(shown, Signed):
        passkeys.step_up(proving.own(), shown)
    else:
        entrant = door.authenticate_again(member, shown)
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
        if name not in (TOKEN, *form.instead)
        for value in request.form.getlist(name)
    ]
    if busy:
        told = "Many people sign in right now. What you typed is kept; try again in a moment."
        tell(gettext(told), "bad")
    values = {"form": form, "kept": kept, "has": proving.has(staff.current_member().person_id)}
    page = make_response(render_template("accounts/confirm_password.html", **values), status)
    if busy:
        page.headers["Retry-After"] = str(busy.retry_after)
    abort(page)
