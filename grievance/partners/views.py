"""The pages of a reply link. A GET shows and changes nothing; a code is typed, an answer sent."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

from flask import Response, abort, make_response, render_template, request, send_file, url_for

from grievance.accounts import audit
from grievance.cases.operations import bodies
from grievance.cases.operations.bodies import Wrote
from grievance.cases.operations.referring import About
from grievance.extensions import db
from grievance.i18n import BY_SLUG, N_
from grievance.i18n import gettext as _
from grievance.partners.blueprint import bp
from grievance.partners.forms import LOOK_AGAIN, WRONG, CodeForm, PlainForm, ReplyForm
from grievance.partners.reading import PaperPage, operator
from grievance.partners.visits import COOKIE, Over, Visit, WrongCode, begin, is_live, site, visited
from grievance.referrals import pdf, queries
from grievance.referrals.operations import linking, sealing
from grievance.refusals import Refused
from grievance.vault.receipts import NotAReceipt
from grievance.vault.slots import Busy
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.binding import cookie, drop_cookie, only_of, set_cookie
from grievance.web.redirects import see_other

BUSY = N_(
    "Many codes are being tried right now. Wait %(seconds)s seconds and press the button again."
)
CHANGED = N_(
    "Something was told us about this meanwhile, from another window or by telephone. Look at what "
    "stands here now. What you wrote is still here: send it again if it still holds."
)
NOT_NOW = N_("This cannot be told over this page any more. Please contact us.")


@bp.route("", methods=["GET", "POST"])
@audience("public")
def page(token: str) -> Response:
    """Type the code; with it, the document and what can be said about it."""
    form = CodeForm(request.form)
    if request.method == "POST" and form.validate():
        return _entered(token, form)
    visit = visited(token) if request.method == "GET" else None
    if visit:
        return _paper(visit, token)
    return _door(token, form) if is_live(token) else _over(token)


def _entered(token: str, form: CodeForm) -> Response:
    """Let in who typed the code; or say beside the field what is wrong."""
    try:
        secret = begin(token, form.code.data or "")
    except Over:
        return _over(token)
    except NotAReceipt as wrong:
        form.code.errors = [_(LOOK_AGAIN[wrong.kind])]
    except WrongCode:
        form.code.errors = [_(WRONG)]
    except Busy as busy:
        form.code.errors = [_(BUSY) % {"seconds": busy.retry_after}]
    else:
        answer = see_other(url_for("partners.page", token=token))
        set_cookie(answer, COOKIE, secret)
        return answer
    form.in_fours()
    return _door(token, form)


def _door(token: str, form: CodeForm) -> Response:
    shown = render_template("partners/door.html", token=token, form=form, operator=operator())
    return make_response(shown, 422 if form.errors else 200)


def _over(token: str) -> Response:
    """One page for a link that never was, is over, or was closed."""
    shown = render_template("partners/over.html", token=token, operator=operator())
    return make_response(shown, 404)


def _paper(
    visit: Visit, token: str, form: ReplyForm | None = None, status: int = 200, why: str = ""
) -> Response:
    form = form or ReplyForm()
    form.about(visit.referral)
    form.stand(visit.referral)
    page = render_template(
        "partners/paper.html",
        token=token,
        shown=PaperPage(visit),
        form=form,
        plain=PlainForm(),
        operator=operator(),
        languages=BY_SLUG,
        why=why,
    )
    _note_read(visit)
    db.session.commit()
    return make_response(page, status)


def _note_read(visit: Visit) -> None:
    act = visit.act
    audit.record_read(act.session, act.case.id, actor=act.actor.name, now=act.now, what="packet")


@bp.post("/answer")
@audience("link")
def answer(token: str) -> Response:
    """Tell the operator, once."""
    visit, form = visited(token, lock=True), ReplyForm(request.form)
    if visit is None:
        return _too_late(token)
    changed = form.seen != visit.referral.version
    form.from_before() if changed else form.about(visit.referral)
    if not form.validate():
        return _paper(visit, token, form, 422)
    said = str(form.kind.data), form.reference.data or "", form.words.data or ""
    sending = form.once(str(visit.link.id), *said)
    if bodies.wrote_before(db.session(), visit.link, sending):
        return _told(token)
    if changed:
        return _paper(visit, token, form, 409, _(CHANGED))
    return _write(visit, token, form, Wrote(visit.link, *said, sending))


def _write(visit: Visit, token: str, form: ReplyForm, said: Wrote) -> Response:
    try:
        bodies.write(visit.act, About(visit.referral, said))
    except Refused:
        db.session.rollback()
        visit = visited(token) or abort(404)
        return _paper(visit, token, form, 409, _(NOT_NOW))
    db.session.commit()
    return _told(token)


def _told(token: str) -> Response:
    db.session.rollback()
    return see_other(url_for("partners.page", token=token, _anchor="told"))


def _too_late(token: str) -> Response:
    """The visit had ended: the words are shown to be copied, and the way leads to the code."""
    only_of(COOKIE)
    return resuming.texts_page(resuming.written(), url_for("partners.page", token=token))


@bp.get("/paper.pdf")
@audience("link")
def paper_pdf(token: str) -> Response:
    """The document as an accessible PDF."""
    visit = visited(token) or abort(404)
    if not pdf.can_print(visit.paper.document):
        abort(404)
    data = pdf.pdf(visit.paper.document)
    number = visit.paper.document.number or "paper"
    _note_read(visit)
    db.session.commit()
    return _download(data, "application/pdf", f"{number}.pdf")


@bp.get("/copies/<uuid:file_id>")
@audience("link")
def paper_copy(token: str, file_id: UUID) -> Response:
    """A copy that goes with the document."""
    visit = visited(token) or abort(404)
    row = queries.packet_file(db.session(), visit.paper.packet.id, file_id)
    if row is None:
        abort(404)
    copy = sealing.open_file(visit.paper, row, site().blobs)
    number = visit.paper.document.number or "paper"
    _note_read(visit)
    db.session.commit()
    return _download(copy.data, "application/octet-stream", f"{number}-{copy.name}")


def _download(data: bytes, mime: str, name: str) -> Response:
    """Something to save: never shown inside our pages."""
    made = send_file(BytesIO(data), mime, as_attachment=True, download_name=name)
    made.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return made


@bp.post("/leave")
@audience("link")
def leave(token: str) -> Response:
    """End the visit: the next person at this computer needs the code."""
    only_of(COOKIE)
    form = PlainForm(request.form)
    answer = see_other(url_for("partners.page", token=token))
    if form.validate():
        linking.end_visit(db.session(), cookie(COOKIE))
        db.session.commit()
        drop_cookie(answer, COOKIE)
    return answer
