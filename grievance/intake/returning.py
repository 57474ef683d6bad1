"""Coming back: the code, the case as the worker sees it, and what they can do there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask import send_file as send
from werkzeug.wrappers import Response as Answer

from grievance.cases import files, messages, passages, records, wages
from grievance.cases.act import Act
from grievance.cases.afterwards import clean_afterwards
from grievance.cases.models import CaseFile
from grievance.cases.opening import OpenCase
from grievance.cases.operations import addressing, deciding, reminding, replying
from grievance.cases.operations.moving import verbs_for
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.asked import NO_PAY, Grounds
from grievance.deadlines.queries import operator_hours
from grievance.deadlines.telling import LawDate, law_dates
from grievance.extensions import db
from grievance.i18n import BY_SLUG, Language, current, speaking
from grievance.i18n import gettext as _
from grievance.intake import referral_reading, remedies
from grievance.intake.adding import next_card
from grievance.intake.after_end import notice_of
from grievance.intake.appeals import decision_of
from grievance.intake.blueprint import bp
from grievance.intake.called import calling_of
from grievance.intake.changed import marks
from grievance.intake.closing import closed_of, ending_of
from grievance.intake.contact import contact_of, fill
from grievance.intake.drafting import TELL
from grievance.intake.erasing import waits_of
from grievance.intake.interpreter import interpreting_of
from grievance.intake.message_form import MessageForm
from grievance.intake.number_form import LOOK_AGAIN, NOT_FOUND, CodeForm
from grievance.intake.remedy_feedback import voices
from grievance.intake.return_forms import ContactForm, PlainForm
from grievance.intake.sending import Unsent, read_message, write_message
from grievance.intake.silence import silence_of
from grievance.intake.status import authors, is_early, status_of, who_has_read
from grievance.intake.visits import (
    BUSY,
    COOKIE,
    UnknownCode,
    begin,
    site,
    visited,
    waiting,
)
from grievance.intake.wages import offers_wages
from grievance.questions import bank
from grievance.questions.forms import near
from grievance.questions.summary import Line, summary
from grievance.refusals import Refused
from grievance.vault.receipts import NotAReceipt
from grievance.vault.slots import Busy
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.binding import must_be_ours, only_of, set_cookie
from grievance.web.language import (
    is_partial,
    own_language,
    speak_whole,
    whole_language,
    whole_page,
)
from grievance.web.redirects import see_other

# What the short ways ask, in every language.
FIRST_ASKED = frozenset(
    question.id
    for way in TELL
    for page in bank.shipped().journeys[way]
    for question in bank.shipped().on_page(page)
)


@bp.route("/return", methods=["GET", "POST"])
@audience("public")
def back() -> Answer | str:
    """Type the code."""
    form = CodeForm(request.form)
    if request.method == "POST" and form.validate() and (begun := _begun(form)):
        secret, kept = begun
        answer = see_other(kept or url_for("intake.case"))
        set_cookie(answer, COOKIE, secret)
        return answer
    over = bool(request.args.get("over"))
    return render_template("intake/return.html", form=form, over=over, kept=over and waiting())


def _begun(form: CodeForm) -> tuple[str, str] | None:
    """A visit with what was typed; None with the sentence beside the field."""
    try:
        return begin(form.code.data or "")
    except NotAReceipt as wrong:
        form.code.errors = [_(LOOK_AGAIN[wrong.kind])]
    except UnknownCode:
        form.code.errors = [_(NOT_FOUND)]
    except Busy as busy:
        form.code.errors = [_(BUSY) % {"seconds": busy.retry_after}]
    form.in_fours()
    return None


def _case_page(act: Act, form: MessageForm) -> str:
    session, opened, actor = act.session, act.opened, act.actor
    decides, can = actor.role == "worker", set(verbs_for(act.case, actor))
    kept = files.listed(session, opened)
    _speak(opened)
    thread = passages.current(session, opened, messages.thread(session, opened, "worker"))
    clean_afterwards(act.site, opened, kept, actor.name)
    said = {**records.read(session, opened, "answers"), **records.read(session, opened, "identity")}
    contact = said.pop("contact", {}) | {"old": addressing.may_be_old(session, opened.case.id)}
    return render_template(
        "intake/case.html",
        case=opened.case,
        actor=actor,
        status=status_of(session, opened.case),
        decision=decision_of(session, opened),
        **_ends(act, contact),
        **_asked(act),
        remedies=remedies.rows(session, opened, kept),
        appeals=decides and deciding.may_appeal(session, opened.case, now()),
        reopens=decides and deciding.may_reopen(session, opened.case, now()),
        voices=voices(act),
        thread=thread,
        **marks(act, thread),
        tongues=BY_SLUG,
        reads={current().slug, own_language().slug},
        day_of=partial(local_day, zone=operator_hours(session).zone),
        files=kept,
        answers=_answers(said),
        said_elsewhere=_elsewhere,
        dates=_dates(act, said),
        warns=reminding.warns(session, opened, now()),
        contact=contact,
        readers=who_has_read(session, opened.case),
        authors=authors(actor.role),
        form=form.fresh(),
        writes=Verb.WORKER_WRITES in can,
        decides=decides,
        can=can,
        card=next_card(act),
    )


def _ends(act: Act, contact: dict[str, Any]) -> dict[str, Any]:
    """How the report ended or may end, what is asked after that, which body is silent, and when we
    call."""
    return {
        "closed": closed_of(act.session, act.opened),
        "after": notice_of(act, contact),
        "calling": calling_of(act, contact),
        "silence": silence_of(act),
        "ending": ending_of(act),
    }


def _asked(act: Act) -> dict[str, Any]:
    """What the page asks or tells above all else, and who else knows."""
    hands = referral_reading.rows(act.session, act.opened) if act.actor.role == "worker" else []
    return {
        "erasure": waits_of(act),
        "interpreting": interpreting_of(act),
        "pays": offers_wages(act),
        "hands": hands,
        "known": referral_reading.known(hands),
    }


def _answers(said: dict[str, Any]) -> list[Line]:
    """What was told, but for how to reach the worker, which stands apart."""
    told = summary(bank.shipped(), said, current().slug)
    return [line for line in told if not line.question.startswith("contact")]


def _dates(act: Act, said: dict[str, Any]) -> list[LawDate]:
    """The law's days, in a language that has their sentences: no first screen does. What the
    worker was paid is counted for nobody else."""
    worker = act.actor.role == "worker"
    pay = wages.read(act.session, act.opened).pay if worker else NO_PAY
    with speaking(whole_language()):
        return law_dates(Grounds(act.case.issues, said, pay), now())


def _elsewhere(question: str) -> Language | None:
    """The language in which this answer is told, when it is not that of the page."""
    return whole_language() if is_partial(current()) and question not in FIRST_ASKED else None


def _speak(opened: OpenCase) -> None:
    """Every language says what stands on the page of a new report; for more there is another."""
    if is_early(db.session(), opened.case):
        return
    elsewhere = whole_page()
    if elsewhere and request.method == "GET":
        db.session.commit()
        abort(elsewhere)
    speak_whole()


@bp.route("/case")
@audience("worker")
def case() -> str:
    """The case as its worker or helper sees it."""
    act = visited()
    page = _case_page(act, MessageForm())
    db.session.commit()
    return page


@bp.post("/case/still")
@audience("worker")
def still() -> Response:
    """Typing keeps the visit open, until its longest time is over."""
    only_of(COOKIE)
    must_be_ours()
    visited()
    db.session.commit()
    return Response(status=204)


@bp.route("/case/message", methods=["POST"])
@audience("worker")
def message() -> Answer | Response:
    """Send a message or an answer, once."""
    act = visited()
    form = MessageForm(request.form)
    try:
        db.session.commit()
        write_message(form, read_message(form))
    except Refused:
        db.session.rollback()
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    except Unsent:
        return make_response(_case_page(act, form), 422)
    return redirect(url_for("intake.case", _anchor="messages"), 303)


@bp.route("/case/files/<uuid:file_id>")
@audience("worker")
def file(file_id: UUID) -> Response:
    """Download a file of the case: its clean form, or the original where there is none."""
    act = visited()
    row = db.session.get(CaseFile, file_id)
    if row is None or row.case_id != act.case.id:
        abort(404)
    stored = files.read_meta(act.opened, row)
    data = files.content(site().blobs, stored, original=False)
    db.session.commit()
    return download(stored, data)


@bp.route("/case/files/<uuid:file_id>/original")
@audience("worker")
def original(file_id: UUID) -> Response:
    """A file as its worker sent it. With another's number the clean form is all there is: the
    original may tell who made it."""
    act = visited()
    row = db.session.get(CaseFile, file_id)
    own = row is not None and row.author == "worker" and act.actor.role == "worker"
    if row is None or row.case_id != act.case.id or not own:
        abort(404)
    stored = files.read_meta(act.opened, row)
    data = files.content(site().blobs, stored, original=True)
    db.session.commit()
    return download(replace(stored, name=files.original_name(stored)), data)


def download(stored: files.Stored, data: bytes) -> Response:
    """A file to save: never shown inside our pages, whatever it claims to be."""
    answer = send(
        BytesIO(data),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=stored.name,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.route("/case/contact", methods=["GET", "POST"])
@audience("worker")
def contact() -> Answer | str:
    """Change how, when and whether we may reach the worker."""
    act = visited(lock=request.method == "POST")
    form = ContactForm(request.form)
    if not act.may(Verb.CHANGE_CONTACT):
        abort(403)
    kept = records.read(act.session, act.opened, "identity")
    form.phone.near = near({**kept, "country": act.case.country})
    if request.method == "POST" and form.validate() and (said := contact_of(form)) is not None:
        replying.change_contact(act, said)
        db.session.commit()
        return redirect(url_for("intake.case", _anchor="contact"), 303)
    if request.method == "GET":
        fill(form, kept.get("contact", {}))
    return render_template("intake/contact.html", form=form)


@bp.route("/case/withdraw", methods=["GET", "POST"])
@audience("worker")
def withdraw() -> Answer | str:
    """Take the report back, after saying what that means."""
    act = visited(lock=request.method == "POST")
    form = PlainForm(request.form)
    if act.case.state == "withdrawn":
        return redirect(url_for("intake.case"), 303)
    if not act.may(Verb.WITHDRAW):
        abort(403)
    if request.method == "POST" and form.validate():
        replying.withdraw(act)
        db.session.commit()
        return redirect(url_for("intake.case"), 303)
    return render_template("intake/withdraw.html", form=form)
