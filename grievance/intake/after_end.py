"""After the end: the worker of a closed report is asked how they are, and says it by tapping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import (
    Response,
    abort,
    get_template_attribute,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from grievance.cases import checks, records
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.operations import addressing, aftercare, remedying
from grievance.cases.operations.aftercare import CheckIn
from grievance.clock import local_day, now
from grievance.extensions import db
from grievance.i18n import current, speaking
from grievance.intake.after_form import AfterForm
from grievance.intake.blueprint import bp
from grievance.intake.visits import visited
from grievance.notifications import reminders
from grievance.refusals import Refused
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.language import own_language, strange_language


@dataclass(frozen=True)
class After:
    """From which day on the worker is asked how they are: whether that is still `ahead`, with a
    letter, or the page `asks` now; or they have said it, for which it `thanks`."""

    day: date
    ahead: bool
    asks: bool
    thanks: bool
    letter: bool


def after_of(act: Act) -> After | None:
    """What the page of a closed report says of the watch; None for everybody but its worker, and
    when it is over."""
    session, case, zone = act.session, act.case, act.hours.zone
    day = checks.asked_from(session, case.id, zone)
    if day is None or case.state != "closed" or act.actor.role != "worker":
        return None
    today = local_day(now(), zone)
    ahead, said = day > today, checks.answered(session, case.id, min(day, today), zone)
    return After(day, ahead, not ahead and not said, said, ahead and _letter(act))


def notice_of(act: Act, contact: dict[str, Any]) -> Markup:
    """What the page of a closed report says of the watch, in the worker's own language also where
    the page itself is not in it; its links stay there. Nothing where there is none."""
    told = after_of(act)
    if told is None:
        return Markup()
    own = strange_language()
    with speaking(own or current()):
        notice = get_template_attribute("intake/case_after.html", "notice")
        return cast(Markup, notice(told, contact, own))


def _letter(act: Act) -> bool:
    contact = records.read(act.session, act.opened, "identity").get("contact") or {}
    day = checks.asked_from(act.session, act.case.id, act.hours.zone)
    if day is None or not contact.get(addressing.BOX):
        return False
    first = datetime.combine(day, datetime.min.time(), ZoneInfo(act.hours.zone))
    box = UUID(contact[addressing.BOX])
    return reminders.planned(act.session, box, first, first + timedelta(days=1))


@bp.route("/case/after", methods=["GET", "POST"])
@audience("worker")
def after() -> Answer | Response:
    """Are you safe?"""
    act = visited(lock=request.method == "POST")
    if act.actor.role != "worker":
        abort(403)
    told, form = after_of(act), AfterForm(request.form)
    if not remedying.asked_about(act.session, act.case):
        del form.stayed
    if request.method == "POST" and form.validate():
        return _say(act, form)
    if told is None or not (told.asks or request.method == "POST"):
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    page = render_template("intake/after.html", form=form.fresh(), actor=act.actor)
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


def _say(act: Act, form: AfterForm) -> Answer | Response:
    """Also from a page that was open before they said that all is well: worse news counts."""
    stayed = str(form.stayed.data) if "stayed" in form else None
    text, safe = form.message.data or "", str(form.safe.data)
    told = (safe, str(form.reprisal.data), stayed or "", str(form.enough.data), text)
    written = Written(text, own_language().slug, form.once(str(act.case.id), *told))
    said = CheckIn(safe, form.punished, written, stayed, again=not form.enough.data)
    try:
        aftercare.check_in(act, said)
    except Refused:
        db.session.rollback()
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    db.session.commit()
    return redirect(url_for("intake.case"), 303)
