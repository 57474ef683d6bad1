"""A member who stays: another role, name or address; and taking back a link that was sent."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance.accounts import queries, staff, stepping
from grievance.accounts.act import StaffAct
from grievance.accounts.forms import Confirm, text_of
from grievance.accounts.operations import letters, members
from grievance.accounts.roles import KEY_HOLDERS, Role
from grievance.cases.operations import freeing
from grievance.clock import now
from grievance.console.people import open_links, person_or_404
from grievance.console.people_forms import Change
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.pages import tell
from grievance.web.redirects import see_other


@console.route("/people/<uuid:person_id>/change", methods=["GET", "POST"])
@audience("staff", "people.manage")
def change_person(person_id: UUID) -> Response:
    """Role, name and address of a member; only what is another than before is changed."""
    stepping.needs_step_up()
    person = person_or_404(person_id)
    form = Change(request.form, data={"name": person.name, "role": person.role.value})
    form.of(person.id)
    if request.method == "POST" and form.validate() and (not _loses(person, form) or form.chosen()):
        try:
            _change(person, form)
        except Refused as refused:
            db.session.rollback()
            _beside(form, refused)
        else:
            return see_other(url_for("console.people", changed=1))
    own = person.id == staff.current_member().person_id
    status = 422 if form.errors else 200
    return answer("person_change", status, form=form, person=person, own=own)


def _beside(form: Change, refused: Refused) -> None:
    """Say why beside the field it is about."""
    beside = {"address_taken": "email", "takes": "cases_to"}
    field = form[beside.get(refused.code, "role")]
    field.errors = [refused.sentence]


def _change(person: queries.PersonFact, form: Change) -> None:
    act, site = staff.acting(), current_app.config["SITE"]
    role, name, address = Role(text_of(form.role)), text_of(form.name), text_of(form.email)
    if role != person.role:
        with _cases_of(act, form) if _loses(person, form) else nullcontext():
            members.change_role(act, person.id, role)
    if name != person.name:
        members.rename(act, person.id, name)
    if address:
        token = members.offer_address(act, person.id, address)
        path = url_for("accounts.new_address", token=token)
        letters.send_new_address(act, token, f"{site.public_url}{path}")
    if address or role != person.role or name != person.name:
        letters.tell_of_change(act, person.id, site.public_url)
    if role in KEY_HOLDERS and person.role not in KEY_HOLDERS:
        letters.tell_of_key_request(
            act.session, person.id, site.public_url, ring=act.ring, now=act.now
        )
    act.session.commit()


def _loses(person: queries.PersonFact, form: Change) -> bool:
    """Whether they work on no case from now on."""
    return person.role in KEY_HOLDERS and Role(text_of(form.role)) not in KEY_HOLDERS


def _cases_of(act: StaffAct, form: Change) -> AbstractContextManager[None]:
    return freeing.let_go(act.session, current_app.config["SITE"], form.leaving(), now())


@console.route("/people/links/<uuid:link_id>/revoke", methods=["GET", "POST"])
@audience("staff", "people.manage")
def revoke_link(link_id: UUID) -> Response:
    """Take back an invitation or another link that was sent and not used yet."""
    stepping.needs_step_up()
    form, here = Confirm(request.form), staff.current_member().organisation_id
    found = next((link for link in open_links(here) if link.id == link_id), None)
    if found is None:
        abort(404)
    if request.method == "POST" and form.validate():
        try:
            members.revoke(staff.acting(), link_id)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("console.people", changed=1))
    return answer("people_confirm", form=form, **_about_link(found.name))


def _about_link(name: str) -> dict[str, Any]:
    return {
        "page_name": "staff.people",
        "title": _("Take back the link"),
        "about": [(_("Person"), name)],
        "consequences": [
            _("The link opens nothing any more. Nothing else changes for this person.")
        ],
        "label": _("Take it back"),
        "verb": "revoke",
        "grave": True,
        "back": url_for("console.people"),
    }
