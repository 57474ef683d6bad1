"""The pages of a reply link. A GET shows and changes nothing; a code is typed, an answer sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for

from grievance.extensions import db
from grievance.i18n import BY_SLUG, N_
from grievance.i18n import gettext as _
from grievance.papers import answering
from grievance.papers.answering import tell_operator
from grievance.papers.forms import Saying
from grievance.papers.reading import PaperPage, Visit, operator
from grievance.partners.blueprint import bp
from grievance.partners.forms import LOOK_AGAIN, WRONG, CodeForm, PlainForm
from grievance.partners.visits import COOKIE, Over, WrongCode, begin, is_live, visited
from grievance.referrals.operations import linking
from grievance.vault.receipts import NotAReceipt
from grievance.vault.slots import Busy
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.binding import cookie, drop_cookie, only_of, set_cookie
from grievance.web.redirects import see_other

BUSY = N_(
    "Many codes are being tried right now. Wait %(seconds)s seconds and press the button again."
)


@dataclass(frozen=True)
class ByLink:
    """The door of a body without an account: its link, opened with the code."""

    token: str

    def visit(self, *, lock: bool = False) -> Visit | None:
        """The running visit of this browser."""
        return visited(self.token, lock=lock)

    def page(self, visit: Visit, form: Saying, status: int = 200, why: str = "") -> Response:
        """The document, and what can be said about it."""
        page = render_template(
            "partners/paper.html",
            token=self.token,
            door=self,
            shown=PaperPage(visit),
            form=answering.ready(visit, form),
            plain=PlainForm(),
            operator=operator(),
            languages=BY_SLUG,
            why=why,
        )
        answering.note_read(visit)
        db.session.commit()
        return make_response(page, status)

    def shut(self) -> Response:
        """The visit had ended: the words are shown to be copied, and the way leads to the code."""
        only_of(COOKIE)
        return resuming.texts_page(resuming.written(), self.url())

    def url(self, endpoint: str = "page", **values: Any) -> str:
        """An address below the link."""
        return url_for(f"partners.{endpoint}", token=self.token, **values)


@bp.route("", methods=["GET", "POST"])
@audience("public")
def page(token: str) -> Response:
    """Type the code; with it, the document and what can be said about it."""
    form = CodeForm(request.form)
    if request.method == "POST" and form.validate():
        return _entered(token, form)
    link = ByLink(token)
    visit = link.visit() if request.method == "GET" else None
    if visit:
        return link.page(visit, answering.form_of(visit))
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


@bp.post("/answer")
@audience("link")
def answer(token: str) -> Response:
    """Tell the operator, once."""
    return tell_operator(ByLink(token))


@bp.get("/paper.pdf")
@audience("link")
def paper_pdf(token: str) -> Response:
    """The document as an accessible PDF."""
    return answering.paper_pdf(ByLink(token))


@bp.get("/copies/<uuid:file_id>")
@audience("link")
def paper_copy(token: str, file_id: UUID) -> Response:
    """A copy that goes with the document."""
    return answering.paper_copy(ByLink(token), file_id)


@bp.get("/proof/<uuid:file_id>")
@audience("link")
def sent_proof(token: str, file_id: UUID) -> Response:
    """A file that was sent with an answer."""
    return answering.sent_proof(ByLink(token), file_id)


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
