"""Passkeys: what a browser is given to sign, making one, and a member's page about each.

Only a script can reach what makes and keeps passkeys (`static/passkey.js`); pages say so to who has
none, and codes do without.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance import i18n
from grievance.accounts import door, forms, proving, staff, stepping
from grievance.accounts.forms import text_of
from grievance.accounts.operations import passkeys, signing
from grievance.accounts.operations.asserting import Shown, Signed
from grievance.accounts.operations.owning import TooMany, WrongCode
from grievance.accounts.surface import accounts, answer
from grievance.extensions import db
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.binding import must_be_ours, only_of
from grievance.web.pages import tell
from grievance.web.redirects import see_other

NOT_MADE = i18n.lazy("No passkey was made: it took too long, or did not fit. Begin again.")


def _options(asked: str) -> Response:
    return current_app.response_class(asked, mimetype="application/json")


@accounts.post("/sign-in/passkey")
@audience("public")
def ask_at_sign_in() -> Response:
    """What the browser of who typed the password has to sign, once, within five minutes."""
    only_of(door.ENTRY)
    must_be_ours()
    by = door.half_way()
    if by is None:
        abort(403)
    try:
        return _options(door.ask_half_way(by))
    except signing.Superseded:
        db.session.rollback()
        abort(403)


@accounts.post("/account/passkeys/ask")
@audience("member")
def ask_passkey() -> Response:
    """The same in a session: before something grave, and before the second step is changed."""
    must_be_ours()
    asked = passkeys.ask(proving.own(), door.site())
    db.session.commit()
    return _options(asked)


@accounts.route("/account/passkeys/new", methods=["GET", "POST"])
@audience("member")
def new_passkey() -> Response:
    """Name it, and show the second step where there is one; then the browser makes it."""
    stepping.needs_step_up()
    if not door.site().takes_passkeys:
        abort(404)
    form = forms.NewPasskey(request.form)
    if text_of(form.made):
        return _make(form)
    has = proving.has(staff.current_member().person_id)
    if len(has["passkeys"]) >= passkeys.MOST:
        return answer("passkey_new", form=form, has=has)
    if not (has["app"] or has["passkeys"]):
        if request.method == "POST" and form.validate():
            return _begin(form, "")
        return answer("passkey_new", 422 if form.errors else 200, form=form, has=has)
    return _another(has)


def _another(has: dict[str, object]) -> Response:
    form = forms.AnotherPasskey(request.form)
    if not has["app"]:
        form.paper_only()
    if request.method == "POST" and form.validate():
        came = proving.sent(form)
        try:
            return _begin(form, came.shown)
        except (WrongCode, TooMany) as wrong:
            proving.keep_count(wrong)
            return proving.refused("passkey_new", came, wrong, has=has)
    return answer("passkey_new", 422 if form.errors else 200, form=form, has=has)


def _begin(form: forms.NamePasskey, shown: Shown) -> Response:
    """The page whose button lets the browser make it."""
    member, name = staff.current_member(), text_of(form.name)
    try:
        options = passkeys.begin(proving.own(), shown, name=member.name, site=door.site())
    except Refused as refused:
        db.session.rollback()
        return _again(name, refused.sentence)
    db.session.commit()
    made = forms.NewPasskey(name=name)
    return answer("passkey_make", form=made, name=name, options=options)


def _make(form: forms.NewPasskey) -> Response:
    """Commit, with recovery codes where there were none."""
    person_id, signed = staff.current_member().person_id, Signed(text_of(form.made), door.site())
    form.made.data = ""
    if not form.validate():
        return see_other(url_for("accounts.new_passkey"))
    try:
        codes = passkeys.add(proving.own(), text_of(form.name), signed)
    except WrongCode:
        db.session.commit()
        return _again(text_of(form.name), str(NOT_MADE))
    except Refused as refused:
        db.session.rollback()
        return _again(text_of(form.name), refused.sentence)
    door.tell_of_factor(person_id, "passkey_set")
    db.session.commit()
    if codes:
        return answer("recovery_codes", codes=codes)
    return see_other(url_for("accounts.second_step", made=1))


def _again(name: str, why: str) -> Response:
    """The first page once more, saying why nothing was made."""
    tell(why, "bad")
    has = proving.has(staff.current_member().person_id)
    kind = forms.AnotherPasskey if has["app"] or has["passkeys"] else forms.NewPasskey
    form = kind(name=name)
    if isinstance(form, forms.AnotherPasskey) and not has["app"]:
        form.paper_only()
    return answer("passkey_new", 422, form=form, has=has)


@accounts.route("/account/passkeys/<uuid:passkey_id>", methods=["GET", "POST"])
@audience("member")
def passkey(passkey_id: UUID) -> Response:
    """How it is called."""
    stepping.needs_step_up()
    row = passkeys.mine(proving.own(), passkey_id)
    if row is None:
        abort(404)
    form = forms.NamePasskey(request.form, name=row.name)
    if request.method == "POST" and form.validate():
        try:
            passkeys.rename(proving.own(), passkey_id, text_of(form.name))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("accounts.second_step"))
    return answer("passkey", 422 if form.errors else 200, form=form, row=row)


@accounts.route("/account/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@audience("member")
def remove_passkey(passkey_id: UUID) -> Response:
    """Take it off, with a code or a passkey."""
    stepping.needs_step_up()
    form, about = forms.TypeCode(request.form), _about(passkey_id)
    if not about["has"]["app"]:
        form.paper_only()
    if request.method == "POST" and form.validate():
        came = proving.sent(form)
        try:
            return _take_off(passkey_id, came.shown)
        except (WrongCode, TooMany) as wrong:
            proving.keep_count(wrong)
            return proving.refused("passkey_remove", came, wrong, **about)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
    return answer("passkey_remove", 422 if form.errors else 200, form=form, **about)


def _about(passkey_id: UUID) -> dict[str, Any]:
    """What the page of one says, that is there and theirs; 404 otherwise."""
    row = passkeys.mine(proving.own(), passkey_id)
    if row is None:
        abort(404)
    return {"has": proving.has(staff.current_member().person_id), "name": row.name}


def _take_off(passkey_id: UUID, shown: Shown) -> Response:
    last = passkeys.remove(proving.own(), passkey_id, shown)
    what = "removed" if last else "passkey_removed"
    door.tell_of_factor(staff.current_member().person_id, what)
    db.session.commit()
    return see_other(url_for("accounts.second_step"))
