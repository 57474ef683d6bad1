"""The page on which members say when they are away and who looks after their cases; leads and
directors say it of others, too."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance import i18n
from grievance.accounts import absences, queries, staff
from grievance.accounts.forms import text_of
from grievance.accounts.operations import letters
from grievance.accounts.operations.absences import Leave, come_back, set_away
from grievance.accounts.roles import Permission
from grievance.accounts.surface import accounts, answer
from grievance.clock import now
from grievance.extensions import db
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Form, Select, option
from grievance.web.pages import tell
from grievance.web.read_back import Day
from grievance.web.redirects import see_other

NOBODY = i18n.lazy("Nobody by name: everybody sees them")


class AwayForm(Form):
    """Who, from when to when, and who looks after their cases."""

    who = Select(i18n.lazy("Who is away"), needed=i18n.lazy("Choose a person."))
    first = Day(i18n.lazy("First day away"), needed=i18n.lazy("Write the day."))
    last = Day(i18n.lazy("Last day away"), needed=i18n.lazy("Write the day."))
    deputy = Select(i18n.lazy("Who looks after the cases"))

    def leave(self) -> Leave:
        """What was said."""
        deputy = text_of(self.deputy)
        whose = UUID(text_of(self.who))
        return Leave(whose, UUID(deputy) if deputy else None, self.first.data, self.last.data)


def _form(sent: bool) -> AwayForm:
    """A member speaks of themselves; who gives cases to people, of everybody who works on them."""
    member, form = staff.current_member(), AwayForm(request.form if sent else None)
    able = {one[0] for one in queries.staff_to_notify(db.session(), Permission.CASE_WORK)}
    listed = queries.people(db.session(), member.organisation_id)
    names = [(one.id, one.name) for one in listed if one.id in able]
    leads = member.can(Permission.CASE_ASSIGN)
    form.who.choices = [
        option(str(id_), name) for id_, name in names if leads or id_ == member.person_id
    ]
    form.deputy.choices = [option("", NOBODY), *(option(str(id_), name) for id_, name in names)]
    if not sent:
        form.who.data = str(member.person_id)
        form.first.process_data(queries.day_here(db.session(), now()))
    return form


@accounts.route("/away", methods=["GET", "POST"])
@audience("staff", "case.work")
def away() -> Response:
    """Who is away, and saying so."""
    form = _form(request.method == "POST")
    if request.method == "POST" and form.validate():
        try:
            _note(form.leave())
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("accounts.away"))
    status = 200 if request.method == "GET" else 422
    return answer("away", status, form=form, noted=_noted())


def _note(leave: Leave) -> None:
    act = staff.acting()
    noted = set_away(act, leave)
    letters.tell_of_absence(act, noted, current_app.config["SETTINGS"].public_url)
    act.session.commit()


def _noted() -> list[dict[str, object]]:
    session, member = db.session(), staff.current_member()
    rows = absences.noted(session, queries.day_here(session, now()))
    ids = {one for row in rows for one in (row.person_id, row.deputy_id) if one}
    names = queries.names(session, list(ids))
    return [
        {
            "person": row.person_id,
            "name": names.get(row.person_id, ""),
            "deputy": names.get(row.deputy_id, "") if row.deputy_id else "",
            "first": i18n.date_text(row.from_day),
            "last": i18n.date_text(row.until_day),
            "ends": _may_end(member, row.person_id),
        }
        for row in rows
    ]


def _may_end(member: staff.Member, person: UUID) -> bool:
    return person == member.person_id or member.can(Permission.CASE_ASSIGN)


@accounts.post("/away/<uuid:person_id>/back")
@audience("staff", "case.work")
def back(person_id: UUID) -> Response:
    """They are back."""
    form = Form(request.form)
    if not _may_end(staff.current_member(), person_id):
        abort(403)
    if form.validate():
        try:
            come_back(staff.acting(), person_id)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
            return answer("away", 409, form=_form(sent=False), noted=_noted())
    return see_other(url_for("accounts.away"))
