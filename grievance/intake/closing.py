"""The end of a report: the worker says that it may be closed, and reads later how it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from grievance.cases import models
from grievance.cases.act import Act
from grievance.cases.lifecycle import OPEN
from grievance.cases.messages import Written
from grievance.cases.models import Feedback
from grievance.cases.opening import OpenCase
from grievance.cases.operations import closing, handling
from grievance.cases.operations.closing import SignOff
from grievance.cases.state_words import OUTCOMES
from grievance.cases.verbs import Verb
from grievance.extensions import db
from grievance.i18n import N_, date_text
from grievance.i18n import gettext as _
from grievance.intake import remedies
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import CloseForm
from grievance.intake.visits import visited
from grievance.model import complete
from grievance.refusals import Refused
from grievance.vault.labels import Label
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.language import own_language

SAID_YES = N_("You told us that we may close your report.")
WRITTEN_DOWN = N_("You told us that we may close your report, and we wrote it down.")
SEEN = N_(
    "You told us that we may close your report. It counts as written down by us, because somebody "
    "else has seen your number."
)
NOT_REACHED = N_("We closed it without your yes, because we could not reach you.")
REACHED_BY = {
    "phone": N_("by telephone"),
    "email": N_("by e-mail"),
    "chat": N_("by chat"),
    "post": N_("by letter"),
    "visit": N_("by coming to see you"),
    "helper": N_("through your helper"),
    "page": N_("on this page"),
}
complete(REACHED_BY, models.REACHED_BY)


@dataclass(frozen=True)
class Ending:
    """How far a report is from its end: what its worker `said` about it, or whether saying it is
    `offered`; `alone` when no second person could look at it; `given` is the feedback that says
    so."""

    said: str
    offered: bool
    alone: bool
    given: UUID | None


def ending_of(act: Act) -> Ending:
    """What the case page says about closing a report that is not over."""
    session, case = act.session, act.case
    given = closing.ground(session, case).feedback if case.state in OPEN else None
    offered = given is None and act.may(Verb.SIGN_OFF)
    alone = bool(given or offered) and len(handling.workers(session, case)) < 2
    return Ending(_said(given) if given else "", offered, alone, given.id if given else None)


def _said(given: Feedback) -> str:
    if given.given_by == "receipt":
        return _(SAID_YES)
    return _(WRITTEN_DOWN) if given.recorder_id else _(SEEN)


@dataclass(frozen=True)
class Closed:
    """How a case was closed, as the worker reads it: what came of it, on what ground, the days on
    which we tried to reach them where that was the ground, whether one person decided, and the
    feedback that was `given`."""

    result: str
    ground: str
    tries: Sequence[tuple[str, str]]
    alone: bool
    given: UUID | None


def closed_of(session: Session, opened: OpenCase) -> Closed | None:
    """How this case was closed; None in every other state."""
    found = closing.last_outcome(session, opened.case.id)
    if opened.case.state != "closed" or found is None:
        return None
    given = session.get(Feedback, found.feedback_id) if found.feedback_id else None
    tried = closing.attempts(session, opened.case.id) if given is None else []
    return Closed(
        _(OUTCOMES[found.result]),
        _said(given) if given else _(NOT_REACHED),
        [(date_text(one.on), _(REACHED_BY[one.way])) for one in tried if one.at <= found.at],
        opened.open_json(Label.OUTCOME_WORDS, found.id, found.words)["alone"],
        found.feedback_id,
    )


@bp.route("/case/close", methods=["GET", "POST"])
@audience("worker")
def close() -> Answer | Response:
    """Say that the report may be closed, after reading what that means."""
    act = visited(lock=request.method == "POST")
    if act.actor.role != "worker":
        abort(403)
    ending, form = ending_of(act), CloseForm(request.form)
    if request.method == "POST" and form.validate():
        return _sign(act, form)
    if not ending.offered:
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    rows = remedies.rows(act.session, act.opened)
    page = render_template(
        "intake/close.html", form=form.fresh(), actor=act.actor, remedies=rows, ending=ending
    )
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


def _sign(act: Act, form: CloseForm) -> Answer | Response:
    text = form.message.data or ""
    told = (form.rating.data or "", form.reprisal.data or "", text)
    sent = form.once(str(act.case.id), *told)
    said = SignOff(form.stars, form.punished, Written(text, own_language().slug, sent))
    try:
        closing.sign_off(act, said)
    except Refused:
        db.session.rollback()
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    db.session.commit()
    return redirect(url_for("intake.case"), 303)
