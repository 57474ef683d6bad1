"""Filing for somebody who called, came or wrote: a draft that knows who holds the pen."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.accounts import staff
from grievance.clock import real_now
from grievance.desk.blueprint import bp
from grievance.extensions import db
from grievance.i18n import lazy
from grievance.questions import drafts
from grievance.web.audience import audience
from grievance.web.binding import set_cookie
from grievance.web.forms import Form, Select, option
from grievance.web.language import enabled
from grievance.web.redirects import see_other

COOKIE = "draft"
CLERK = "_clerk"  # read by the sending of a filing: who wrote for the caller


class CallerForm(Form):
    """How the person reached us."""

    channel = Select(
        lazy("How did they reach you?"),
        choices=[
            option("phone", lazy("By phone")),
            option("in_person", lazy("In person")),
            option("post", lazy("By post")),
        ],
        default="phone",
        needed=lazy("Choose how they reached you."),
    )


@bp.post("/file-for-caller")
@audience("staff", "case.work")
def file_for_caller() -> Answer:
    """Begin a filing whose code counts as seen by staff, and go to its first page."""
    form = CallerForm(request.form)
    if not form.validate():
        return redirect(url_for("desk.today"), 303)
    known = {"channel": str(form.channel.data), CLERK: staff.current_member().actor}
    secret, _draft = drafts.start(db.session(), staff.key_ring(), real_now(), answers=known)
    db.session.commit()
    spoken = staff.current_member().language
    lang = spoken if spoken in enabled() else "en"
    answer = see_other(url_for("intake.start", lang=lang, mine=1))
    set_cookie(answer, COOKIE, secret)
    return answer
