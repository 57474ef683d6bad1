"""What a member was told of cases in the last weeks: kinds and cases, no word of any."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grievance.accounts import staff
from grievance.accounts.surface import moment
from grievance.cases import notices
from grievance.cases.models import NOTICES
from grievance.clock import now
from grievance.desk.blueprint import bp
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.web.audience import audience
from grievance.web.forms import Form

KINDS = {
    "danger": N_("Somebody may be in danger."),
    "new_case": N_("A new case waits for somebody to take it."),
    "freed": N_("Nobody has the case any more."),
    "assigned": N_("The case was given to you."),
    "worker_answered": N_("There is news from the worker."),
    "body_news": N_("A body wrote."),
    "passage_given": N_("A passage was given to you."),
    "passage_gone": N_("A passage was taken back from you."),
    "passage_back": N_("An interpreter handed a passage in, or gave it back."),
    "came_back": N_("The worker came back with a case that was over."),
    "escalated": N_("The case is overdue, and it is your turn."),
    "limit_near": N_("A time limit in the law comes near."),
    "second_asked": N_("A decision waits for a second person."),
}
complete(KINDS, NOTICES)


@bp.get("/inbox")
@audience("staff", "case.read")
def inbox() -> str:
    """The list, the newest first; looking at a case marks what it tells of it as read."""
    found = notices.latest(db.session(), staff.current_member().person_id)
    rows = [
        (_(KINDS[row.kind]), reference, moment(row.at), row.read_at is None)
        for row, reference in found
    ]
    return render_template("desk/inbox.html", rows=rows, form=Form())


@bp.post("/inbox/read")
@audience("staff", "case.read")
def inbox_read() -> Response:
    """Nothing of it is new any more."""
    if Form(request.form).validate():
        notices.seen_all(db.session(), staff.current_member().person_id, now())
        db.session.commit()
    return redirect(url_for("desk.inbox"), 303)
