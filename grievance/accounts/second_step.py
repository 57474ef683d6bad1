"""The second step: the page of the code at sign-in, and a member's own page about it."""

from __future__ import annotations

from itertools import accumulate

import segno
from flask import Response, request, url_for
from markupsafe import Markup

from grievance import i18n
from grievance.accounts import door, factors, forms, proving, staff, stepping
from grievance.accounts.forms import text_of
from grievance.accounts.operations import factors as verbs
from grievance.accounts.operations import signing
from grievance.accounts.operations.asserting import Shown
from grievance.accounts.operations.owning import TooMany, WrongCode
from grievance.accounts.operations.passkeys import MOST
from grievance.accounts.surface import accounts, answer, moment
from grievance.extensions import db
from grievance.model import clusters
from grievance.refusals import Refused
from grievance.vault.factors import address_for_app
from grievance.web.audience import audience
from grievance.web.binding import only_of
from grievance.web.forms import Form
from grievance.web.pages import tell
from grievance.web.redirects import see_other

NAME_BYTES = 120  # of a name in the picture, 40 letters of Japanese; of more no camera reads it
GONE = i18n.lazy("Nothing is being set up any more. Begin again.")


@accounts.route("/sign-in/code", methods=["GET", "POST"])
@audience("public")
def type_code() -> Response:
    """The code after the password, or a passkey. Nobody is in before it was right."""
    only_of(door.ENTRY)
    after, form = request.args.get("next", ""), forms.TypeCode(request.form)
    by = door.half_way()
    if by is None:
        return _over(after)
    has = proving.has(by.person_id)
    if not has["app"]:
        form.paper_only()
    if request.method == "POST" and form.validate():
        came = proving.sent(form)
        try:
            return door.pass_code(by, came.shown, after)
        except signing.Superseded:
            db.session.rollback()
            return _over(after)
        except (WrongCode, TooMany) as wrong:
            return proving.refused("sign_in_code", came, wrong, has=has)
    return answer("sign_in_code", 422 if form.errors else 200, form=form, has=has)


def _over(after: str) -> Response:
    """Back to the password; who brought a code is told why."""
    over = 1 if request.method == "POST" else None
    return see_other(url_for("accounts.sign_in", next=after or None, over=over))


@accounts.route("/account/second-step", methods=["GET", "POST"])
@audience("member")
def second_step() -> Response:
    """Whether there is one, and what can be done with it."""
    stepping.needs_step_up()
    has = proving.has(staff.current_member().person_id)
    if not (has["app"] or has["passkeys"]):
        return _none_yet()
    form = forms.ChangeFactor(request.form)
    form.offer(app=has["app"], passkeys=bool(has["passkeys"]))
    if not has["app"]:
        form.paper_only()
    if request.method == "POST" and form.validate():
        came = proving.sent(form)
        try:
            return _change(text_of(form.what), came.shown)
        except (WrongCode, TooMany) as wrong:
            proving.keep_count(wrong)
            return proving.refused("second_step", came, wrong, **_facts())
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
    return answer("second_step", 422 if form.errors else 200, form=form, **_facts())


def _none_yet() -> Response:
    if "gone" in request.args:
        tell(str(GONE))
    form = Form(request.form)
    if request.method == "POST" and form.validate():
        verbs.offer(proving.own())
        db.session.commit()
        return see_other(url_for("accounts.new_factor"))
    here = door.site().takes_passkeys
    return answer("second_step_none", 422 if form.errors else 200, form=form, here=here)


def _facts() -> dict[str, object]:
    person_id = staff.current_member().person_id
    has = proving.has(person_id)
    rows = [
        (one.id, one.name, moment(one.made_at), moment(one.used_at) if one.used_at else "")
        for one in has["passkeys"]
    ]
    left = factors.codes_left(db.session(), person_id)
    return {"left": left, "has": has, "rows": rows, "most": MOST}


def _change(what: str, shown: Shown) -> Response:
    """Do one of the three things that need a code or a passkey."""
    own, person_id = proving.own(), staff.current_member().person_id
    if what == "replace":
        verbs.offer(own, shown)
        db.session.commit()
        return see_other(url_for("accounts.new_factor"))
    if what == "remove":
        last = verbs.remove(own, shown)
        door.tell_of_factor(person_id, "removed" if last else "app_removed")
        db.session.commit()
        return see_other(url_for("accounts.second_step"))
    codes = verbs.new_codes(own, shown)
    door.tell_of_factor(person_id, "codes_made")
    db.session.commit()
    return answer("recovery_codes", codes=codes)


@accounts.route("/account/second-step/new", methods=["GET", "POST"])
@audience("member")
def new_factor() -> Response:
    """The secret, as a picture and to type; a code typed back makes it count."""
    stepping.needs_step_up()
    form, secret = forms.TypeBack(request.form), verbs.shown(proving.own())
    if secret is None:
        return _gone()
    if request.method == "POST" and form.validate():
        try:
            return _confirm(text_of(form.code))
        except WrongCode as wrong:
            db.session.rollback()
            form.code.errors = [proving.told(wrong, "")]
        except Refused:
            db.session.rollback()
            return _gone()
    return answer("second_step_new", 422 if form.errors else 200, form=form, **_picture(secret))


def _gone() -> Response:
    """Back to the page that begins it, which says why; not to who has a second step meanwhile."""
    if factors.guards(db.session(), staff.current_member().person_id):
        return see_other(url_for("accounts.second_step"))
    return see_other(url_for("accounts.second_step", gone=1))


def _confirm(typed: str) -> Response:
    codes = verbs.confirm(proving.own(), typed)
    door.tell_of_factor(staff.current_member().person_id, "set")
    db.session.commit()
    return answer("recovery_codes", codes=codes)


def _picture(secret: str) -> dict[str, object]:
    """The secret for eyes: a QR code for the camera of an app, and groups of four to type."""
    member = staff.current_member()
    where = member.memberships[0].organisation if member.memberships else ""
    told = address_for_app(secret, _begun(member.name), _begun(where) or "Grievance")
    drawn = segno.make(told, micro=False)
    svg = drawn.svg_inline(scale=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return {"picture": Markup(svg), "groups": groups}  # noqa: S704  drawn here, no text in it


def _begun(name: str) -> str:
    """The letters at the beginning of a name for which there is room."""
    fits = [one for one in accumulate(clusters(name)) if len(one.encode()) <= NAME_BYTES]
    return fits[-1] if fits else ""
