"""Deleting a case for good: the second of two staff looks at what goes, after typing their
password again."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template

from grievance.accounts import staff, stepping
from grievance.cases import erasures
from grievance.cases.models import Erasure
from grievance.cases.operations import erasing
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.desk.acting import CASE, Page, Trouble, back, stand
from grievance.desk.blueprint import bp
from grievance.desk.deciding import second_of
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, actor_of, open_case, site
from grievance.desk.views import note_read
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import date_text, time_text
from grievance.questions.jobs import sweep_left
from grievance.referrals import queries as referrals
from grievance.refusals import Refused
from grievance.web.afterwards import afterwards
from grievance.web.audience import audience


@bp.get("/cases/<reference>/erase")
@audience("staff", "case.four_eyes")
def erase_page(reference: str) -> Response:
    """Look at what a colleague proposed to delete."""
    stepping.needs_step_up()
    return _asking(open_case(reference), ActForm())


def _asking(desk: Desk, form: ActForm, status: int = 200) -> Response:
    wanted = erasures.proposed(db.session(), desk.case.id)
    if wanted is None:  # somebody was faster
        return back(desk.case.reference)
    page = _page(desk, wanted, form)
    note_read(desk, "erase")
    db.session.commit()
    return make_response(page, status)


def _page(desk: Desk, wanted: Erasure, form: ActForm) -> str:
    session, at = db.session(), now()
    zone = operator_hours(session).zone
    form.on(desk.case, str(Verb.ERASE))
    second = second_of(desk, at, zone)
    assert second is not None  # it is proposed
    book = directory.book(session)
    return render_template(
        "desk/erase.html",
        case=desk.case,
        form=form,
        second=second,
        waits=second.waits or _unripe(desk, wanted, at),
        first_day=time_text(wanted.from_at, ZoneInfo(zone)),
        bodies=sorted(book.name(one) for one in referrals.had_it(session, desk.case.id)),
    )


def _unripe(desk: Desk, wanted: Erasure, at: datetime) -> str:
    """Why nobody can delete it now; empty when somebody can."""
    try:
        erasing.check_ripe(db.session(), desk.case, wanted, at)
    except Refused as refused:
        return refused.sentence
    return ""


def _again(desk: Desk, form: ActForm, trouble: Trouble | None) -> Response:
    return CASE.again(desk, form, trouble) if trouble else _asking(desk, form, 422)


def _erased(desk: Desk, _form: ActForm, _done: object) -> Response:
    """What is written down to go is swept out of the store: nothing, if this is not committed."""
    blobs = site().blobs
    afterwards(desk.actor.name, lambda: sweep_left(db.session(), blobs))
    return _told(desk.case.reference)


def _told(reference: str) -> Response:
    days = site().backup_days
    gone = erasures.gone_by(local_day(now(), operator_hours(db.session()).zone), days)
    return make_response(
        render_template("desk/erased.html", reference=reference, gone=date_text(gone))
    )


def _gone(reference: str) -> Response | None:
    """Pressed twice: the first has done it."""
    actor = actor_of(staff.current_member()).name
    return _told(reference) if erasures.erased_by(db.session(), reference, actor) else None


stand(Verb.ERASE, Page(_again, _erased, _gone), "/erase")
