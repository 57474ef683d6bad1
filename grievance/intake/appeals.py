"""Looking again: the worker reads why we said no and who else can help, appeals, or reopens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from grievance.cases import records
from grievance.cases.messages import Written
from grievance.cases.opening import OpenCase
from grievance.cases.operations import deciding
from grievance.cases.state_words import DECLINE_REASONS
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import AgainForm
from grievance.intake.visits import visited
from grievance.refusals import Refused
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.language import own_language


@dataclass(frozen=True)
class Decision:
    """Why we could not take the report on, as the worker reads it."""

    reason: str
    door: str  # the body's code; its page is linked while the directory holds it
    name: str
    own_name: str
    listed: bool
    alone: bool


def decision_of(session: Session, opened: OpenCase) -> Decision | None:
    """The decision on a case that is not accepted; None in every other state."""
    if opened.case.state != "not_accepted":
        return None
    told = records.read(session, opened, "decision")
    book = directory.book(session)
    entry, name = book.entries.get(told["door"]), book.name(told["door"])
    own_name = entry.facts.name_ja if entry else ""
    return Decision(
        _(DECLINE_REASONS[told["reason"]]),
        told["door"],
        name,
        own_name if own_name != name else "",
        entry is not None,
        told["alone"],
    )


Does = Callable[..., None]


@bp.route("/case/appeal", methods=["GET", "POST"])
@audience("worker")
def appeal() -> Answer | Response:
    """Ask for a second look."""
    return _again(Verb.APPEAL, deciding.may_appeal, deciding.appeal, "intake/appeal.html")


@bp.route("/case/reopen", methods=["GET", "POST"])
@audience("worker")
def reopen() -> Answer | Response:
    """Open the case again, after saying what that means."""
    return _again(
        Verb.WORKER_REOPENS, deciding.may_reopen, deciding.worker_reopens, "intake/reopen.html"
    )


def _again(verb: Verb, may: Callable[..., bool], do: Does, template: str) -> Answer | Response:
    act = visited(lock=request.method == "POST")
    form = AgainForm(request.form)
    if request.method == "POST" and form.validate():
        sent = form.once(str(act.case.id), form.message.data or "")
        written = Written(form.message.data or "", own_language().slug, sent)
        try:
            do(act, written)
        except Refused as refused:
            db.session.rollback()
            if refused.code == "actor":
                abort(403)
            return resuming.texts_page(resuming.written(), url_for("intake.case"))
        db.session.commit()
        return redirect(url_for("intake.case"), 303)
    if not act.may(verb):
        abort(403)
    if not may(act.session, act.case, now()):
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    page = render_template(template, form=form.fresh())
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)
