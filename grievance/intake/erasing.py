"""The worker asks that their report is deleted, reads that it is proposed, or says no to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases import erasures
from grievance.cases.act import Act
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Erasure
from grievance.cases.operations import erasing
from grievance.cases.state_words import ERASURE_GROUNDS
from grievance.cases.states import Verb
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_, date_text, speaking
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import PlainForm
from grievance.intake.visits import visited
from grievance.model import complete
from grievance.referrals import queries as referrals
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.language import whole_language

SAID = {
    "worker": N_(
        "You asked us on %(asked)s to delete your report. Our people look at it and delete "
        "it; from then on your number opens nothing any more."
    ),
    "told": N_(
        "On %(asked)s we wrote down that you want your report to be deleted. From %(day)s it can "
        "be deleted for good. If that was not you, tell us here to keep it."
    ),
    "retention": N_(
        "The time for which we keep a report that is over ends. From %(day)s yours can be deleted "
        "for good. Copy before what you still need."
    ),
    "mistake": N_(
        "We think that your report was sent by mistake, or twice. From %(day)s it can be deleted "
        "for good. If you need it, tell us here to keep it."
    ),
}
complete(SAID, ERASURE_GROUNDS)
BY = N_("We do that by %(by)s at the latest.")
LATE = N_(
    "We said that we would do that by %(by)s. That day is over, and it was our task, not yours. "
    "Somebody has to see to it now."
)
SEEN = N_(
    "Somebody else has seen your number, or the one before it, so that is not done before %(day)s."
)


@dataclass(frozen=True)
class Waits:
    """That the report is to be deleted, as its worker reads it; `stops` when they can say no."""

    said: str
    stops: bool
    form: PlainForm


def waits_of(act: Act) -> Waits | None:
    """What the case page says about deleting the report; None while nobody asked for it."""
    session = act.session
    asked = erasures.asked(session, act.case.id)
    row = asked or erasures.proposed(session, act.case.id)
    if row is None or act.actor.role != "worker":
        return None
    with speaking(whole_language()):
        return Waits(_sentence(act, row), act.may(Verb.STOP_ERASURE), PlainForm())


def _sentence(act: Act, row: Erasure) -> str:
    hours = operator_hours(act.session)
    by = erasures.promised(row, hours)

    def day(at: datetime) -> str:
        return date_text(local_day(at, hours.zone))

    days = {"asked": day(row.asked_at), "day": day(row.from_at), "by": day(by)}
    seen = row.ground == "worker" and row.from_at > row.asked_at
    said = {
        SAID[row.ground]: True,
        SEEN: seen,
        BY: row.ground in erasures.ASKED and by >= act.now,
        LATE: row.ground in erasures.ASKED and by < act.now,
    }
    return " ".join(_(sentence) % days for sentence, holds in said.items() if holds)


@bp.route("/case/erase", methods=["GET", "POST"])
@audience("worker")
def erase() -> Answer | Response:
    """Ask that the report is deleted, after reading what goes and what stays."""
    act = visited(lock=request.method == "POST")
    form = PlainForm(request.form)
    if act.actor.role != "worker":
        abort(403)
    if not act.may(Verb.ASK_ERASURE):
        return redirect(url_for("intake.case"), 303)
    if request.method == "POST" and form.validate():
        erasing.ask_erasure(act)
        db.session.commit()
        return redirect(url_for("intake.case"), 303)
    book = directory.book(act.session)
    page = render_template(
        "intake/erase.html",
        form=form,
        bodies=sorted(book.name(one) for one in referrals.had_it(act.session, act.case.id)),
        is_open=act.case.state in OPEN,
    )
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


@bp.post("/case/keep")
@audience("worker")
def keep() -> Answer:
    """Keep the report after all."""
    act = visited(lock=True)
    if PlainForm(request.form).validate():
        try:
            erasing.stop_erasure(act)
        except Refused as refused:
            db.session.rollback()
            if refused.code == "actor":
                abort(403)
        else:
            db.session.commit()
    return redirect(url_for("intake.case"), 303)
