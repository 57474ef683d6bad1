"""The question whether it arrived: the worker says what came, what did not, and if it hurt them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases.act import Act
from grievance.cases.lifecycle import PROMISED
from grievance.cases.messages import Written
from grievance.cases.models import Feedback
from grievance.cases.operations import remedying, replying
from grievance.cases.operations.remedying import Arrival
from grievance.cases.operations.replying import Sent
from grievance.cases.operations.sums import counted, news_of
from grievance.extensions import db
from grievance.intake import remedies
from grievance.intake.blueprint import bp
from grievance.intake.remedies import Row
from grievance.intake.return_forms import ArrivalForm, arrival_form, name_of, sum_of
from grievance.intake.visits import visited
from grievance.refusals import Refused
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.bodies import STORY, fits
from grievance.web.language import own_language


@dataclass(frozen=True)
class Asked:
    """What this visit's worker is asked about."""

    act: Act
    rows: Sequence[Row]


@bp.route("/case/remedy", methods=["GET", "POST"])
@audience("worker")
def remedy() -> Answer | Response:
    """Did it arrive?"""
    asked = _asked(lock=request.method == "POST")
    form = arrival_form(asked.rows)(request.form)
    sent = form.once(str(asked.act.case.id), *_all_said())
    if db.session.get(Feedback, sent):
        return redirect(url_for("intake.case"), 303)
    if not asked.rows:
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    if request.method == "POST" and form.validate():
        return _tell(asked, form, sent)
    if request.method == "GET":
        form.begin(asked.rows, asked.act.case.state)
    page = render_template(
        "intake/remedy.html", asked=asked, form=form.fresh(), name_of=name_of, sum_of=sum_of
    )
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


def _asked(*, lock: bool) -> Asked:
    """The one loader: what is promised in a worker's own case; 403 for a helper."""
    act = visited(lock=lock)
    if act.actor.role != "worker":
        abort(403)
    watched = [
        row
        for row in remedies.rows(act.session, act.opened)
        if act.case.state in PROMISED and row.item.state in remedying.WATCHED
    ]
    return Asked(act, watched)


def _all_said() -> list[str]:
    """All that was sent, as it was sent: what the answer is known by when it comes twice, though
    the page would ask other things by then."""
    return sorted(
        f"{name}={said}"
        for name, said in request.form.items(multi=True)
        if name not in ("token", "form_id") and fits(said, STORY)
    )


def _tell(asked: Asked, form: ArrivalForm, sent: UUID) -> Answer | Response:
    """Report it, and go to the page that comes next."""
    came = {row.item.id: str(form[name_of(row.item)].data) for row in asked.rows}
    watched = [row.item for row in asked.rows]
    came = counted(asked.act.opened, watched, came, form.sums)
    still = set(came.values()) == {"all"} and asked.act.case.state == "remedy_monitored"
    written = Written(form.message.data or "", own_language().slug, sent)
    if still and not form.punished:
        if news_of(asked.act.opened, watched, form.sums):
            said = Arrival(came, form.punished, replace(written, text=""), form.sums)
            remedying.report(asked.act, said)
        if written.text:
            replying.say(asked.act, Sent(written))
        db.session.commit()
        return redirect(url_for("intake.close"), 303)
    said = Arrival(came, form.punished, written, form.sums)
    try:
        remedying.report(asked.act, said)
    except Refused:
        db.session.rollback()
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    db.session.commit()
    return redirect(url_for("intake.case"), 303)
