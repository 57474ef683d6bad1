"""The second step: the page of the code at sign-in, and a member's own page about it."""

from __future__ import annotations

from itertools import accumulate

import segno
from flask import Response, request, url_for
from markupsafe import Markup

from grievance import i18n
from grievance.accounts import door, factors, forms, staff, stepping
from grievance.accounts.forms import text_of
from grievance.accounts.operations import factors as verbs
from grievance.accounts.operations import signing
from grievance.accounts.operations.factors import Own, TooMany, WrongCode
from grievance.accounts.surface import accounts, answer
from grievance.clock import real_now
from grievance.extensions import db
from grievance.model import clusters
from grievance.refusals import Refused
from grievance.vault.factors import address_for_app
from grievance.web.audience import audience
from grievance.web.binding import only_of
from grievance.web.forms import Form
from grievance.web.pages import tell
from grievance.web.redirects import see_other

WRONG = i18n.lazy(
    "This code is not right, or it was used already. Type the one that your app shows now."
)
WAIT = i18n.lazy(
    "Too many wrong codes came. Wait, and try again in %(minutes)s minutes. Another browser that "
    "you have signed in from before does not have to wait."
)
NAME_BYTES = 120  # of a name in the picture, 40 letters of Japanese; of more no camera reads it
GONE = i18n.lazy("Nothing is being set up any more. Begin again.")


@accounts.route("/sign-in/code", methods=["GET", "POST"])
@audience("public")
def type_code() -> Response:
    """The code after the password. Nobody is in before it was right."""
    only_of(door.ENTRY)
    after, form = request.args.get("next", ""), forms.TypeCode(request.form)
    by = door.half_way()
    if by is None:
        return _over(after)
    if request.method == "POST" and form.validate():
        try:
            return door.pass_code(by, text_of(form.code), after)
        except signing.Superseded:
            db.session.rollback()
            return _over(after)
        except (WrongCode, TooMany) as wrong:
            return _refused("sign_in_code", form, wrong)
    return answer("sign_in_code", 422 if form.errors else 200, form=form)


def _over(after: str) -> Response:
    """Back to the password; who brought a code is told why."""
    over = 1 if request.method == "POST" else None
    return see_other(url_for("accounts.sign_in", next=after or None, over=over))


def _refused(
    template: str, form: forms.TypeCode, wrong: WrongCode | TooMany, **values: object
) -> Response:
    """The page again, saying what the code was not; when a lane is full, from when it takes one."""
    if isinstance(wrong, WrongCode):
        form.code.errors = [str(WRONG)]
        return answer(template, 422, form=form, **values)
    db.session.rollback()
    form.code.errors = [str(WAIT) % {"minutes": -(-wrong.retry_after // 60)}]
    page = answer(template, 429, form=form, **values)
    page.headers["Retry-After"] = str(wrong.retry_after)
    return page


def _own() -> Own:
    """What this request's member does to their own second step."""
    member, session = staff.current_member(), db.session()
    lane = door.device_of(member.person_id)
    return Own(session, member.holder, real_now(), lane, member.session_id)


@accounts.route("/account/second-step", methods=["GET", "POST"])
@audience("member")
def second_step() -> Response:
    """Whether there is one, and what can be done with it."""
    stepping.needs_step_up()
    there = factors.counting(db.session(), staff.current_member().person_id)
    if there is None:
        return _none_yet()
    form = forms.ChangeFactor(request.form)
    if request.method == "POST" and form.validate():
        try:
            return _change(text_of(form.what), text_of(form.code))
        except (WrongCode, TooMany) as wrong:
            _keep_count(wrong)
            return _refused("second_step", form, wrong, **_facts())
        except Refused:
            db.session.rollback()
            return see_other(url_for("accounts.second_step"))
    return answer("second_step", 422 if form.errors else 200, form=form, **_facts())


def _none_yet() -> Response:
    if "gone" in request.args:
        tell(str(GONE))
    form = Form(request.form)
    if request.method == "POST" and form.validate():
        verbs.offer(_own())
        db.session.commit()
        return see_other(url_for("accounts.new_factor"))
    return answer("second_step_none", 422 if form.errors else 200, form=form)


def _facts() -> dict[str, object]:
    return {"left": factors.codes_left(db.session(), staff.current_member().person_id)}


def _keep_count(wrong: WrongCode | TooMany) -> None:
    """A wrong code counts, and the tenth is told by letter."""
    if isinstance(wrong, WrongCode):
        if wrong.last:
            door.tell_of_factor(staff.current_member().person_id, "wrong")
        db.session.commit()


def _change(what: str, typed: str) -> Response:
    """Do one of the three things that need a code."""
    own, person_id = _own(), staff.current_member().person_id
    if what == "replace":
        verbs.offer(own, typed)
        db.session.commit()
        return see_other(url_for("accounts.new_factor"))
    if what == "remove":
        verbs.remove(own, typed)
        door.tell_of_factor(person_id, "removed")
        db.session.commit()
        return see_other(url_for("accounts.second_step"))
    codes = verbs.new_codes(own, typed)
    door.tell_of_factor(person_id, "codes_made")
    db.session.commit()
    return answer("recovery_codes", codes=codes)


@accounts.route("/account/second-step/new", methods=["GET", "POST"])
@audience("member")
def new_factor() -> Response:
    """The secret, as a picture and to type; a code typed back makes it count."""
    stepping.needs_step_up()
    form, secret = forms.TypeBack(request.form), verbs.shown(_own())
    if secret is None:
        return _gone()
    if request.method == "POST" and form.validate():
        try:
            return _confirm(text_of(form.code))
        except WrongCode as wrong:
            db.session.rollback()
            return _refused("second_step_new", form, wrong, **_picture(secret))
        except Refused:
            db.session.rollback()
            return _gone()
    return answer("second_step_new", 422 if form.errors else 200, form=form, **_picture(secret))


def _gone() -> Response:
    """Back to the page that begins it, which says why; not to who has a second step meanwhile."""
    if factors.counting(db.session(), staff.current_member().person_id):
        return see_other(url_for("accounts.second_step"))
    return see_other(url_for("accounts.second_step", gone=1))


def _confirm(typed: str) -> Response:
    codes = verbs.confirm(_own(), typed)
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
