"""Own reminders on the page of a case and on Today: set, change, done. Nobody else is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request, url_for

from grievance.accounts import audit
from grievance.accounts.staff import Member
from grievance.cases import own_reminders
from grievance.cases.models import Case
from grievance.cases.operations import own_reminding
from grievance.cases.own_reminders import Remind, Reminded
from grievance.clock import local_day, now
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.desk.blueprint import bp
from grievance.desk.loading import Desk, open_case, reader_of
from grievance.extensions import db
from grievance.i18n import date_text, lazy
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import FormId, Hidden, Line
from grievance.web.read_back import Day
from grievance.web.redirects import see_other

BESIDE = {"reminder_day": "due_on", "reminders_many": "words"}


class ReminderForm(FormId):
    """On which day, and of what."""

    due_on = Day(lazy("Day"), needed=lazy("Write the day."))
    words = Line(
        lazy("What to think of"),
        hint=lazy(
            "Sealed, and read by you alone. If you have the case, or look after it, it goes along "
            "with it: whoever gets the case, or your deputy while you are away, reads it."
        ),
        needed=lazy("Write what you want to think of."),
    )

    @property
    def asked(self) -> Remind:
        """What was written."""
        assert isinstance(self.due_on.data, date)
        return Remind(self.due_on.data, str(self.words.data))

    def refuse(self, refused: Refused) -> None:
        """Put why beside its field."""
        self[BESIDE[refused.code]].errors = [refused.sentence]


class DoneForm(FormId):
    """That it is done, and where that was said."""

    back = Hidden()

    @classmethod
    def on(cls, page: str) -> DoneForm:
        """A form that stands on this page."""
        form = cls()
        form.back.data = page
        return form


@dataclass(frozen=True)
class Kept:
    """A reminder in words; `closed` where nobody reads here on its day."""

    id: UUID
    reference: str
    day: str
    come: bool
    closed: bool
    words: str = field(repr=False)


def kept_of(case: Case, found: Sequence[Reminded], hours: Hours, at: datetime) -> list[Kept]:
    """Reminders of a case as they are shown."""
    today = local_day(at, hours.zone)
    return [
        Kept(
            one.row.id,
            case.reference,
            date_text(one.row.due_on),
            one.row.due_on <= today,
            one.row.due_on >= today and not hours.reads_on(one.row.due_on),
            one.words,
        )
        for one in found
    ]


def of_case(desk: Desk, hours: Hours, at: datetime) -> dict[str, Any]:
    """The panel on the page of a case: what is there for who looks, and the form for one more."""
    found = own_reminders.of_case(db.session(), desk.opened, desk.member.person_id, at)
    kept = kept_of(desk.case, found, hours, at)
    form = ReminderForm().fresh()
    for one in form:
        one.id = f"reminder-{one.name}"
    return {"kept": kept, "form": form, "done": DoneForm.on("case")}


def due(member: Member, cases: Sequence[Case], at: datetime) -> list[Kept]:
    """What has come in these cases, for Today."""
    session = db.session()
    hours = operator_hours(session)
    today = local_day(at, hours.zone)
    found = own_reminders.due(session, reader_of(member), cases, today, at)
    session.commit()
    return [kept for case in cases for kept in kept_of(case, found.get(case.id, ()), hours, at)]


@bp.post("/cases/<reference>/reminders")
@audience("staff", "case.work")
def remind(reference: str) -> Response:
    """Set one."""
    desk, form = open_case(reference, change=True), ReminderForm(request.form)
    said = (reference, str(desk.member.person_id), form.words.data or "", str(form.due_on.typed))
    return _keep(desk, form, form.once(*said), new=True)


@bp.get("/cases/<reference>/reminders/<uuid:row>")
@audience("staff", "case.work")
def reminder(reference: str, row: UUID) -> Response:
    """Change its day or its words."""
    desk, form = open_case(reference), ReminderForm()
    found = own_reminding.mine(desk.act(desk.case.version), row)
    if found is None:
        return _to_case(reference)
    form.due_on.process_data(found.due_on)
    form.words.data = own_reminders.words_of(desk.opened, found)
    if found.person_id != desk.member.person_id:
        audit.record_read(db.session(), desk.case.id, actor=desk.actor.name, now=now(), what="note")
    return _page(desk, form, row)


@bp.post("/cases/<reference>/reminders/<uuid:row>", endpoint="change_reminder")
@audience("staff", "case.work")
def change_reminder(reference: str, row: UUID) -> Response:
    """Keep what was changed; one that is done meanwhile is set anew."""
    return _keep(open_case(reference, change=True), ReminderForm(request.form), row)


@bp.post("/cases/<reference>/reminders/<uuid:row>/done")
@audience("staff", "case.work")
def reminder_done(reference: str, row: UUID) -> Response:
    """It is done, and gone."""
    desk, form = open_case(reference, change=True), DoneForm(request.form)
    if form.validate():
        own_reminding.done(desk.act(desk.case.version), row)
        db.session.commit()
    if form.back.data == "today":
        return see_other(url_for("desk.today", _anchor="list-reminded"))
    return _to_case(reference)


def _keep(desk: Desk, form: ReminderForm, row: UUID, new: bool = False) -> Response:
    reference = desk.case.reference
    try:
        if form.validate():
            own_reminding.remind(desk.act(desk.case.version), row, form.asked)
            db.session.commit()
            return _to_case(reference)
    except Refused as refused:
        db.session.rollback()
        desk = open_case(reference)
        form.refuse(refused)
    return _page(desk.shown, form, None if new else row, 422)


def _to_case(reference: str) -> Response:
    return see_other(url_for("desk.case", reference=reference, _anchor="reminders"))


def _page(desk: Desk, form: ReminderForm, row: UUID | None, status: int = 200) -> Response:
    reference = desk.case.reference
    own = url_for("desk.remind", reference=reference)
    if row:
        own = url_for("desk.change_reminder", reference=reference, row=row)
    page = render_template("desk/reminder.html", case=desk.case, form=form.fresh(), action=own)
    db.session.commit()
    return make_response(page, status)
