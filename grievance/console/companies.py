"""Companies: adding one after its number and a contact were checked, and hearing the six words of
each of its people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for

from grievance.accounts import staff, stepping
from grievance.accounts.companies import RespondentFact, corporate_number, unheard
from grievance.accounts.forms import text_of
from grievance.accounts.models import Organisation
from grievance.accounts.operations import companies
from grievance.accounts.operations.companies import NewCompany
from grievance.clock import now
from grievance.console.partner_forms import AddCompany, HearWords
from grievance.console.surface import answer, console
from grievance.directory import operations as directory
from grievance.directory.queries import desk_of
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.vault.keys import StrangeKey
from grievance.web.audience import audience
from grievance.web.redirects import see_other

STRANGE = N_(
    "The stored key of this person is not the one they made. Somebody changed it in the database:"
    " do not confirm, and tell whoever runs the server."
)


@console.route("/partners/company", methods=["GET", "POST"])
@audience("staff", "people.manage")
def add_company() -> Response:
    """Add a company whose number and contact were checked."""
    if request.method == "POST":
        stepping.needs_step_up()
    form = AddCompany(request.form)
    if request.method == "POST" and form.validate():
        try:
            added = _add(form)
        except Refused as refused:
            db.session.rollback()
            form.number.errors = [refused.sentence]
        else:
            return see_other(url_for("console.partner", partner_id=added))
    return answer("company", 422 if form.errors else 200, form=form)


def _add(form: AddCompany) -> UUID:
    """With a desk of its own in the directory, where it has none."""
    act, name = staff.acting(), text_of(form.name)
    number = corporate_number(text_of(form.number))
    mechanism = desk_of(db.session(), number)
    if not mechanism:
        brands = tuple(one.strip() for one in text_of(form.brands).split(",") if one.strip())
        mechanism = f"company-{number}"
        desk = directory.Desk(mechanism, text_of(form.template), name, number, brands)
        by = staff.current_member().actor
        directory.register_desk(db.session(), desk, actor=by, now=now())
    new = NewCompany(
        mechanism,
        name,
        number,
        text_of(form.number_by),
        text_of(form.spoken_with),
        text_of(form.spoken_by),
    )
    added = companies.add(act, new)
    db.session.commit()
    return added


@console.route("/keys/respondents/<uuid:person_id>", methods=["GET", "POST"])
@audience("staff", "keys.compare")
def hear_respondent(person_id: UUID) -> Response:
    """Type the six words that somebody of a company read out: their key is theirs."""
    stepping.needs_step_up()
    waiting = unheard(db.session())
    there = next((one for one in waiting if one.id == person_id), None) or abort(404)
    form = HearWords(request.form)
    if request.method == "POST" and form.validate():
        try:
            companies.hear(staff.acting(), there.id, text_of(form.words))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            form.words.errors = [refused.sentence]
        except StrangeKey:
            db.session.rollback()
            form.words.errors = [_(STRANGE)]
        else:
            return see_other(url_for("console.keys"))
    return answer("people_confirm", 422 if form.errors else 200, form=form, **_about(there))


def _about(there: RespondentFact) -> dict[str, Any]:
    company = db.session.get_one(Organisation, there.organisation_id).name
    return {
        "page_name": "staff.keys",
        "title": _("The key of %(name)s") % {"name": there.name},
        "about": [(_("Company"), company), (_("What they do there"), there.task)],
        "consequences": [
            _("Papers for which they are named are sealed to this key from now on."),
            _("Telephone them at a number of the company that you have from elsewhere."),
        ],
        "label": _("These are their words"),
        "verb": "confirm",
        "grave": False,
        "back": url_for("console.keys"),
    }
