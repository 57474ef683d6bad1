"""Filing: the first page, a question a page, check, write the number down, send, sent."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from grievance import clock
from grievance.accounts import queries as accounts
from grievance.cases import doors
from grievance.cases.operations.filing import FilingClosed
from grievance.extensions import db
from grievance.i18n import gettext
from grievance.intake import drafting, looking, picture, posting, short, whose
from grievance.intake.blueprint import bp
from grievance.intake.drafting import Found
from grievance.intake.looking import LookForm
from grievance.intake.visits import BUSY, UnknownCode, begin
from grievance.intake.visits import COOKIE as VISIT
from grievance.questions import browser, drafts
from grievance.questions.bank import shipped
from grievance.questions.drafts import OpenDraft
from grievance.questions.forms import answers_in
from grievance.vault.receipts import grouped
from grievance.vault.slots import Busy
from grievance.web.audience import audience
from grievance.web.binding import drop_cookie, set_cookie
from grievance.web.forms import Form
from grievance.web.language import whole_page
from grievance.web.redirects import see_other


@bp.route("/file", methods=["GET", "POST"])
@audience("public")
def start() -> Any:
    """The story, on the short ways; on the full one what happens, language, phone, for whom."""
    closed = accounts.filing_closed(db.session())
    if closed:
        return _closed(closed)
    found = drafting.found()
    if found.other and request.method == "GET":
        return see_other(whose.address())
    if way := drafting.wanted_way(found.draft):
        return short.tell(found, way)
    return whole_page() or _everything(found)


def _everything(found: Found) -> Any:
    """The first page of the full way."""
    form = drafting.form_on(found.draft, drafting.START, drafting.JOURNEY)
    if request.method == "POST" and form.validate() and found.may_keep:
        return _begin(found, form)
    answer = make_response(_start_page(found, form))
    return browser.renewed(answer, found.draft) if found.draft else answer


def _start_page(found: Found, form: Form) -> str:
    draft = found.draft
    return render_template(
        "intake/file_start.html",
        form=form,
        questions=shipped().asked("file", drafting.START, draft.answers if draft else {}),
        operator=accounts.profile(db.session()),
        earlier=found.earlier,
        over=drafting.OVER in request.values or found.ran_out,
        kept=draft is not None,
        other=found.other is not None,
        begun=draft and drafting.START in draft.seen,
        go_on=draft and drafting.first_open(draft),
    )


@bp.route("/file/<page>", methods=["GET", "POST"])
@audience("worker")
def question(page: str) -> Any:
    """One page of questions; what was typed stays when something is wrong."""
    draft = drafting.open_filing(lock=request.method == "POST")
    if not drafting.meets(draft, page):
        return redirect(drafting.first_open(draft), 303)
    form = drafting.form_on(draft, page)
    if request.method == "POST" and form.validate():
        drafting.keep(draft, page, form)
        following = drafting.after(draft, page)
        db.session.commit()
        return redirect(following, 303)
    return render_template("intake/file_question.html", form=form, **drafting.around(draft, page))


@bp.route("/file/doors", methods=["GET", "POST"])
@audience("worker")
def file_doors() -> Any:
    """Doors to call first, before anything else is asked."""
    draft = drafting.open_filing(lock=request.method == "POST")
    form = Form(request.form)
    if request.method == "POST" and form.validate():
        drafts.save(draft, {}, clock.real_now(), seen="doors")
        following = drafting.after(draft, "doors")
        db.session.commit()
        return redirect(following, 303)
    return render_template(
        "intake/file_doors.html",
        form=form,
        doors=doors.to_call(drafting.advice(draft), clock.now()),
        reading=doors.next_reading(),
        **drafting.around(draft, "doors"),
    )


@bp.route("/file/check", methods=["GET", "POST"])
@audience("worker")
def check() -> Any:
    """All answers with a way to change each; the number is drawn when they are first complete."""
    draft = drafting.open_filing(lock=True)
    if drafting.missing(draft):
        return redirect(drafting.first_open(draft), 303)
    drawn = drafts.draw_codes(draft, posting.codes_wanted(draft), clock.real_now())
    form = LookForm(request.form)
    if request.method == "POST" and form.validate() and not looking.differs(form, draft):
        if "send" in request.form or not draft.codes:
            db.session.commit()
            return _send(draft)
        answer = see_other(url_for(".receipt"))
    else:
        answer = make_response(_check_page(draft, form))
    if drawn:
        return browser.renewed(answer, draft)
    db.session.commit()
    return answer


def _check_page(draft: OpenDraft, form: LookForm) -> str:
    name = "intake/short/check.html" if drafting.way_of(draft) else "intake/file_check.html"
    return render_template(
        name,
        form=form,
        changes=looking.changes(form, draft, again="again" in request.args),
        lines=drafting.lines(draft),
        files=draft.files,
        reissue=draft.answers.get("reissue"),
        **_codes(draft),
    )


@bp.route("/file/receipt", methods=["GET", "POST"])
@audience("worker")
def receipt() -> Any:
    """The number to write down, marked as not sent yet; then send."""
    draft = drafting.open_filing()
    codes = list(draft.codes)
    if not codes or codes != posting.codes_wanted(draft) or drafting.missing(draft):
        again = "1" if request.method == "POST" else None
        return redirect(url_for(".check", again=again), 303)
    form = LookForm(request.form)
    if request.method == "POST" and form.validate() and not looking.differs(form, draft):
        return _send(draft)
    return render_template(
        "intake/file_receipt.html",
        form=form,
        changes=looking.changes(form, draft, again="again" in request.args),
        reissue=draft.answers["reissue"],
        **_codes(draft),
    )


@bp.route("/file/sent", methods=["GET", "POST"])
@audience("worker")
def sent() -> Any:
    """The number again, for an hour in this browser or until "I have it"; what happens next."""
    draft = browser.here(lock=request.method == "POST")
    if draft is None or not draft.sent:
        return redirect(url_for("intake.back"), 303)
    form = Form(request.form)
    if request.method == "POST" and form.validate():
        drafts.forget(db.session(), draft)
        db.session.commit()
        answer = see_other(url_for("portal.home"))
        drop_cookie(answer, browser.COOKIE)
        return answer
    return _sent_page(draft, form)


@bp.route("/file/open", methods=["GET", "POST"])
@audience("worker")
def open_page() -> Any:
    """Begin a visit with the number that was just shown here, which nobody has to type."""
    draft = browser.here()
    if draft is None or not draft.sent:
        return redirect(url_for("intake.back"), 303)
    form, code = Form(request.form), _own_code(draft)
    if request.method == "GET" or not code:
        return redirect(url_for(".sent"), 303)
    if not form.validate():
        return _sent_page(draft, form)
    try:
        secret, kept = begin(code)
    except UnknownCode:  # it was changed for another one since
        return redirect(url_for("intake.back"), 303)
    except Busy as busy:
        return _later(draft, busy)
    answer = see_other(kept or url_for("intake.case"))
    set_cookie(answer, VISIT, secret)
    return answer


def _own_code(draft: OpenDraft) -> str:
    """The number of the person who sits here."""
    return draft.codes.get("helper") or draft.codes.get("worker", "")


def _later(draft: OpenDraft, busy: Busy) -> Response:
    """The same page, saying in how many seconds to press again."""
    said = gettext(BUSY) % {"seconds": busy.retry_after}
    answer = make_response(_sent_page(draft, Form(), said), 503)
    answer.headers["Retry-After"] = str(busy.retry_after)
    return answer


def _sent_page(draft: OpenDraft, form: Form, busy: str = "") -> str:
    reading = doors.next_reading()
    return render_template(
        "intake/file_sent.html", form=form, reading=reading, busy=busy, **_codes(draft)
    )


@bp.get("/file/number")
@audience("worker")
def paper() -> Any:
    """The number on a page of its own for printing; it does not say what it is for."""
    draft = browser.here()
    if draft is None or not draft.codes:
        return redirect(url_for(".start"), 303)
    return render_template("intake/file_paper.html", **_codes(draft))


@bp.get("/file/number.png")
@audience("worker")
def number_picture() -> Any:
    """The number as a picture to keep in a phone; it does not say what it is for."""
    draft = browser.here()
    if draft is None or not draft.codes:
        return redirect(url_for(".start"), 303)
    drawn = picture.of([grouped(code) for code in draft.codes.values()])
    return send_file(drawn, "image/png", as_attachment=True, download_name="number.png")


def _begin(found: Found, form: Form) -> Answer:
    """Start a draft, or go on with the one of this browser under a new secret."""
    given = answers_in(form, drafting.asked(found.draft, drafting.START, drafting.JOURNEY))
    given |= drafting.door()
    secret, draft = drafting.begun(found)
    drafts.become_filing(draft, given | drafting.take_way(draft, ""), clock.real_now())
    drafts.save(draft, {}, clock.real_now(), seen=drafting.START)
    answer = see_other(drafting.after(draft, drafting.START))
    if not secret:
        return browser.renewed(answer, draft)
    db.session.commit()
    return browser.give(answer, draft, secret)


def _send(draft: OpenDraft) -> Any:
    try:
        mine = posting.send(draft)
    except posting.Changed:
        db.session.rollback()
        return redirect(url_for(".check", again=1), 303)
    except FilingClosed:
        db.session.rollback()
        return _closed(accounts.filing_closed(db.session()) or ("no_key",))
    answer = see_other(url_for(".sent"))
    if mine is not None:
        return browser.renewed(answer, mine)
    db.session.commit()
    return answer


def _closed(reasons: tuple[str, ...]) -> Response:
    """Why nobody can file here now; answers that exist are kept."""
    status = 503 if request.method == "POST" else 200
    return Response(render_template("intake/file_closed.html", reasons=reasons), status)


def _codes(draft: OpenDraft) -> dict[str, Any]:
    """(whose, digits in fours), first the one of the person who sits here."""
    order = sorted(draft.codes, key=lambda role: role != "helper")
    return {
        "codes": [(role, grouped(draft.codes[role])) for role in order],
        "way": drafting.way_of(draft),
        "renumbered": draft.renumbered,
    }
