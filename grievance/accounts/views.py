"""The door: signing in and out, invitations, the recovery sheet, one's own account."""

from __future__ import annotations

from flask import Response, abort, current_app, redirect, request, url_for

from grievance import i18n
from grievance.accounts import (
    door,
    factors,
    forms,
    interpreters,
    keys,
    proving,
    queries,
    returning,
    staff,
    stepping,
    words,
)
from grievance.accounts.models import Invitation, Organisation, Person
from grievance.accounts.operations import (
    founding,
    invitations,
    letters,
    partner_letters,
    recovery,
    signing,
)
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.roles import GUESTS
from grievance.accounts.surface import BUSY, accounts, answer, busy_page
from grievance.clock import real_now
from grievance.extensions import act_as, db
from grievance.refusals import Refused
from grievance.vault.passwords import WrongPassword
from grievance.vault.recovery import fingerprint, sheet_text
from grievance.vault.slots import Busy
from grievance.web.audience import audience
from grievance.web.binding import cookie, drop_cookie, must_be_ours
from grievance.web.pages import tell
from grievance.web.redirects import see_other

WRONG = i18n.lazy("Address and password do not belong together. Look at both again.")
OVER = i18n.lazy("That took too long, or your password was changed. Sign in again.")
KEPT = i18n.lazy(
    "Your session had ended. What you just wrote is kept for 20 minutes: sign in here, and it is "
    "back in its box. It is not sent yet."
)


@accounts.route("/sign-in", methods=["GET", "POST"])
@audience("public")
def sign_in() -> Response:
    """Sign in with address and password."""
    form = forms.SignIn(request.form)
    if words.are_kept(db.session(), cookie(staff.COOKIE), real_now()):
        tell(str(KEPT))
    if "over" in request.args:
        tell(str(OVER), "bad")
    if request.method == "POST" and form.validate():
        try:
            return door.sign_in(*form.written, request.args.get("next", ""))
        except WrongPassword:
            db.session.rollback()
            form.password.errors = [str(WRONG)]
        except Busy as problem:
            return busy_page("sign_in", problem, form=form)
    return answer("sign_in", 422 if form.errors else 200, form=form)


@accounts.post("/sign-out")
@audience("member")
def sign_out() -> Response:
    """End the session here; the row goes and the cookie opens nothing."""
    must_be_ours()
    member = staff.current_member()
    words.drop(db.session(), cookie(staff.COOKIE))
    signing.close_session(db.session(), member.session_id, member.person_id, real_now())
    db.session.commit()
    gone: Response = redirect(url_for("accounts.sign_in"), 303)  # type: ignore[assignment]
    drop_cookie(gone, staff.COOKIE)
    gone.headers["Clear-Site-Data"] = '"cache"'
    return gone


@accounts.post("/still")
@audience("member")
def still() -> Response:
    """Typing keeps the session open: the guard has noted that somebody is here."""
    must_be_ours()
    return Response(status=204)


@accounts.route("/invitation/<token>", methods=["GET", "POST"])
@audience("public")
def invitation(token: str) -> Response:
    """Found or join. Looking at the page uses nothing up."""
    invited = queries.invitation(db.session(), token, real_now())
    if invited is None or invited.kind not in invitations.ADMITS:
        return answer("invitation_gone", 404)
    form, kind = _invitation_form(invited), invited.kind
    if request.method == "POST" and form.validate():
        try:
            admitted = _accept(token, form)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        except Busy as problem:
            return busy_page("invitation", problem, form=form, kind=kind)
        else:
            return door.enter(door.Entrant(admitted), _after(invited))
    return answer("invitation", 422 if form.errors else 200, form=form, kind=kind)


def _after(invited: Invitation) -> str:
    """Where who came by this link goes on to; a partner's people to their own first page."""
    if invited.kind == "found":
        return url_for("accounts.recovery_sheet")
    house = db.session.get_one(Organisation, invited.organisation_id)
    return url_for("partner.start") if house.kind in GUESTS else url_for("accounts.account")


def _invitation_form(invited: Invitation) -> forms.Join:
    kind = forms.Found if invited.kind == "found" else forms.Join
    person = db.session.get(Person, invited.person_id)
    spoken = person.language if person else i18n.current().slug
    form = kind(request.form, language=spoken)
    form.known = (invited.name, person.name if person else "")
    form.offer()
    return form


def _accept(token: str, form: forms.Join) -> Admitted:
    """Hash outside the transaction, then found or join and tell who can give keys."""
    password = door.new_password(forms.text_of(form.password))
    session, ring, now = db.session(), staff.key_ring(), real_now()
    if isinstance(form, forms.Found):
        return founding.found(session, token, form.founder(password), ring=ring, now=now)
    newcomer = invitations.Newcomer(password, forms.text_of(form.language))
    invited = queries.invitation(session, token, now)
    guarded = invited and factors.guards(session, invited.person_id)
    admitted = invitations.accept(session, token, newcomer, ring=ring, now=now)
    if guarded:
        door.tell_of_factor(admitted.person_id, "removed")
    public_url = current_app.config["SETTINGS"].public_url
    letters.tell_of_key_request(session, admitted.person_id, public_url, ring=ring, now=now)
    if invited and invited.kind == "reset":
        post = partner_letters.Post(ring, public_url, now)
        partner_letters.tell_of_reset(session, admitted.person_id, post)
    return admitted


@accounts.route("/recovery-sheet", methods=["GET", "POST"])
@audience("staff", staff.SIGNED_IN)
def recovery_sheet() -> Response:
    """Print the recovery sheet, then type it back; filing opens when that is done."""
    member, ring, session = staff.current_member(), staff.key_ring(), db.session()
    secret = recovery.sheet_secret(session, member.organisation_id, member.holder)
    if secret is None:
        abort(404)
    form = forms.TypeSheet(request.form)
    if request.method == "POST" and form.validate():
        try:
            recovery.confirm_sheet(staff.acting(), form.typed)
            session.commit()
        except Refused as refused:
            form.rows.errors = [refused.sentence]
        else:
            return see_other(url_for("console.operator"))
    sheet = sheet_text(secret, ring.receipt_salt, ring.peppers)
    printed = queries.day_here(db.session(), real_now())
    status = 422 if form.errors else 200
    return answer("recovery_sheet", status, form=form, sheet=sheet, printed=printed)


@accounts.route("/recovery", methods=["GET", "POST"])
@audience("staff", staff.SIGNED_IN)
def recover() -> Response:
    """Nobody holds the key any more: the recovery sheet gives it to the member who waits."""
    member, session = staff.current_member(), db.session()
    waiting = queries.waiting_requests(session, member.organisation_id, member.person_id)
    if not waiting or keys.holders(session, member.organisation_id):
        abort(404)
    stepping.needs_step_up()
    form = forms.TypeSheet(request.form)
    if request.method == "POST" and form.validate():
        try:
            recovery.recover(staff.acting(), waiting[0].id, form.typed)
        except Refused as refused:
            db.session.rollback()
            form.rows.errors = [refused.sentence]
        else:
            session.commit()
            return see_other(url_for("accounts.recovery_sheet"))
    return answer("recovery", 422 if form.errors else 200, form=form)


@accounts.route("/confirm-password", methods=["GET", "POST"])
@audience("member")
def confirm_password() -> Response:
    """The password once more before something grave, or a passkey; then back to where one was
    going."""
    member, form = staff.current_member(), forms.ConfirmPassword(request.form)
    if request.method == "POST" and form.validate():
        try:
            if stepping.step_up(member, form, form.password):
                partner = member.partner is not None
                return see_other(door.onward(request.args.get("next", ""), partner=partner))
        except Busy as problem:
            has = proving.has(member.person_id)
            return busy_page("confirm_password", problem, form=form, has=has)
    has = proving.has(member.person_id)
    return answer("confirm_password", 422 if form.errors else 200, form=form, has=has)


@accounts.get("/account")
@audience("member")
def account() -> Response:
    """One's own account: the six words while a key is awaited, language, password."""
    return _account_page(_password_form(staff.current_member()), _language_form())


@accounts.post("/account/language")
@audience("member")
def language() -> Response:
    """Choose the language of the desk."""
    member, form = staff.current_member(), _language_form()
    if not form.validate():
        return _account_page(_password_form(member), form)
    signing.choose_language(db.session(), member.person_id, form.language.data)
    db.session.commit()
    return see_other(url_for("accounts.account"))


@accounts.post("/account/letters")
@audience("staff", "case.work")
def digest_hour() -> Response:
    """Choose the hour of the letter of the day."""
    member, form = staff.current_member(), _hour_form()
    if not form.validate():
        return _account_page(_password_form(member), _language_form())
    signing.choose_hour(db.session(), member.person_id, int(forms.text_of(form.hour)))
    db.session.commit()
    return see_other(url_for("accounts.account"))


def _hour_form() -> forms.ChooseHour:
    person = db.session.get_one(Person, staff.current_member().person_id)
    sent = request.form if request.endpoint == "accounts.digest_hour" else None
    return forms.ChooseHour(sent, hour=str(person.digest_hour))


@accounts.post("/account/password")
@audience("member")
def password() -> Response:
    """Change the password; every other session of this person ends."""
    member = staff.current_member()
    form = _password_form(member)
    if form.validate():
        try:
            _change_password(member, form)
        except WrongPassword:
            db.session.rollback()
            form.current.errors = [i18n.gettext("This is not your password. Try it again.")]
        except Busy as problem:
            tell(str(BUSY), "bad")
            return _account_page(form, _language_form(), 503, problem.retry_after)
        else:
            return see_other(url_for("accounts.account", changed=1))
    return _account_page(form, _language_form())


def _change_password(member: staff.Member, form: forms.ChangePassword) -> None:
    entrant = door.authenticate_again(member, forms.text_of(form.current))
    hashed = door.new_password(forms.text_of(form.password))
    act_as(member.actor)
    signing.change_password(
        db.session(), entrant.admitted, hashed, keep_session=member.session_id, now=real_now()
    )
    db.session.commit()


def _password_form(member: staff.Member) -> forms.ChangePassword:
    form = forms.ChangePassword(request.form)
    form.known = (member.name, *(fact.organisation for fact in member.memberships))
    form.offer()
    return form


def _language_form() -> forms.ChooseLanguage:
    return forms.ChooseLanguage(request.form, language=staff.current_member().language)


def _account_page(
    form: forms.ChangePassword,
    language_form: forms.ChooseLanguage,
    status: int = 200,
    retry: int | None = None,
) -> Response:
    member, session = staff.current_member(), db.session()
    words = alone = None
    unheard = any(one.id == member.person_id for one in interpreters.unheard(session))
    for fact in member.memberships:
        waits = queries.waiting_requests(session, fact.organisation_id, member.person_id)
        if waits or unheard:
            person = session.get_one(Person, member.person_id)
            words = fingerprint(keys.member_holder(staff.key_ring(), person).public)
            alone = not keys.holders(session, fact.organisation_id)
    page = answer(
        "account",
        422 if form.errors or language_form.errors else status,
        form=form,
        language_form=language_form,
        hour_form=_hour_form(),
        words=words,
        alone=alone,
        unheard=unheard,
        changed="changed" in request.args,
        ways=returning.ways_here(),
        second=factors.guards(session, member.person_id),
    )
    if retry is not None:
        page.headers["Retry-After"] = str(retry)
    return page
