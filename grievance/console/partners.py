"""Partners and companies: bodies of the directory that have accounts here; adding a partner, the
people of either, closing it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance.accounts import queries, staff, stepping
from grievance.accounts.act import StaffAct
from grievance.accounts.companies import company_of, respondents
from grievance.accounts.forms import Confirm, text_of
from grievance.accounts.operations import invitations, partner_letters, partners
from grievance.accounts.partners import STATES, PartnerFact
from grievance.accounts.partners import partners as all_partners
from grievance.accounts.roles import COMPANY
from grievance.accounts.surface import moment
from grievance.console.partner_forms import (
    NUMBERED,
    VETTED,
    AddPartner,
    InviteRespondent,
    InviteThere,
)
from grievance.console.people import Sent, links, send
from grievance.console.surface import answer, console
from grievance.directory import queries as directory
from grievance.directory.entries import Mechanism
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals.operations import recalling
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import option
from grievance.web.pages import tell
from grievance.web.redirects import see_other

STATE = {
    "empty": N_("nobody has joined yet"),
    "unheld": N_("nobody holds its key"),
    "unconfirmed": N_("its key waits for six words"),
    "unheard": N_("nobody's six words were heard yet"),
    "ready": N_("answers here"),
    "closed": N_("closed"),
}
complete(STATE, STATES)


@console.route("/partners", methods=["GET", "POST"])
@audience("staff", "people.manage")
def partner_list() -> Response:
    """All partners; adding one."""
    if request.method == "POST":
        stepping.needs_step_up()
    form = AddPartner(request.form)
    form.body.choices = _free_bodies()
    if request.method == "POST" and form.validate():
        try:
            added = _add(form)
        except Refused as refused:
            db.session.rollback()
            form.body.errors = [refused.sentence]
        else:
            return see_other(url_for("console.partner", partner_id=added))
    rows = [(one, _name(one), _(STATE[one.state])) for one in all_partners(db.session())]
    return answer("partners", 422 if form.errors else 200, form=form, rows=rows)


def _free_bodies() -> list[Any]:
    """The bodies of the directory that can have an account and have none, by name."""
    taken = {one.mechanism for one in all_partners(db.session()) if one.closed_at is None}
    entries = directory.book(db.session()).entries.values()
    free = [one for one in entries if one.id not in taken and _can_be(one.facts)]
    listed = sorted((one.name(), one.id) for one in free)
    return [option("", _("Choose a body")), *(option(id_, name) for name, id_ in listed)]


def _can_be(facts: Mechanism) -> bool:
    return facts.can_answer and facts.kind != COMPANY


def _name(partner: PartnerFact) -> str:
    """What it calls itself, and the body that it is."""
    body = directory.book(db.session()).name(partner.mechanism)
    return partner.name if partner.name == body else f"{partner.name} · {body}"


def _add(form: AddPartner) -> UUID:
    body = text_of(form.body)
    entry = directory.book(db.session()).entries[body]
    name, vetted = text_of(form.name), text_of(form.vetted_by)
    new = partners.NewPartner(body, name, vetted, _can_be(entry.facts))
    added = partners.add(staff.acting(), new)
    db.session.commit()
    return added


def found(partner_id: UUID) -> PartnerFact:
    """The partner with this id, or 404."""
    listed = all_partners(db.session())
    return next((one for one in listed if one.id == partner_id), None) or abort(404)


def acting_on(partner_id: UUID) -> StaffAct:
    """What this request's member does to a partner, from now on."""
    return replace(staff.acting(), organisation_id=partner_id)


@console.route("/partners/<uuid:partner_id>", methods=["GET", "POST"])
@audience("staff", "people.manage")
def partner(partner_id: UUID) -> Response:
    """One partner: its people, open links, inviting one more."""
    if request.method == "POST":
        stepping.needs_step_up()
    there, sent = found(partner_id), None
    form = invite_form(there)
    if request.method == "POST" and form.validate():
        try:
            act = acting_on(there.id)
            sent = send(act, invitations.invite(act, form.invitee()))
            form = invite_form(there, fresh=True)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
    return partner_page(there, form, sent)


def invite_form(there: PartnerFact, *, fresh: bool = False) -> InviteThere:
    """What is asked about whom to invite: of somebody of a company more. As sent, or `fresh`."""
    kind = InviteRespondent if there.kind == COMPANY else InviteThere
    return kind() if fresh else kind(request.form)


def partner_page(there: PartnerFact, form: InviteThere, sent: Sent | None = None) -> Response:
    """The page of one partner; with a link that was just made, where it has to be shown."""
    session = db.session()
    return answer(
        "partner",
        422 if form.errors else 200,
        form=form,
        partner=there,
        name=_name(there),
        state=_(STATE[there.state]),
        vetted=_(VETTED[there.vetted_by]),
        by=queries.names(session, [there.added_by]).get(there.added_by, ""),
        added=moment(there.added_at),
        people=queries.people(session, there.id),
        **_of_company(there),
        links=links(there.id),
        sent=sent,
    )


def _of_company(there: PartnerFact) -> dict[str, Any]:
    """What was confirmed of a company, and what was asked about its people."""
    session = db.session()
    company = company_of(session, there.id)
    if company is None:
        return {"company": None, "seats": {}}
    return {
        "company": company,
        "seats": {one.id: one for one in respondents(session, there.id)},
        "numbered": _(NUMBERED[company.number_by]),
        "checked": moment(company.checked_at),
        "checked_by": queries.names(session, [company.checked_by])[company.checked_by],
    }


@console.route("/partners/<uuid:partner_id>/close", methods=["GET", "POST"])
@audience("staff", "people.manage")
def close_partner(partner_id: UUID) -> Response:
    """Close a partner: nobody of it opens anything here any more."""
    stepping.needs_step_up()
    there, form = found(partner_id), Confirm(request.form)
    if request.method == "POST" and form.validate():
        try:
            _close(there.id)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("console.partner_list"))
    return answer("people_confirm", form=form, **_about_closing(there))


def _close(partner_id: UUID) -> None:
    act = acting_on(partner_id)
    people = partners.close(act)
    recalling.drop_all_of(act.session, partner_id)
    partner_letters.tell_of_closing(act, people, current_app.config["SITE"].public_url)
    act.session.commit()


def _about_closing(there: PartnerFact) -> dict[str, Any]:
    return {
        "page_name": "staff.partners",
        "title": _("Close %(name)s") % {"name": _name(there)},
        "consequences": [
            _(
                "Everybody of it is signed out, has no account any more, and is told by letter;"
                " open invitations end."
            ),
            _("They can open no paper here any more. What they have printed stays with them."),
            _("Hand-overs that are under way go on by letter, telephone or a reply link."),
            _("You can open it again later. Papers from before are not given to it by that."),
        ],
        "label": _("Close it"),
        "verb": "close",
        "grave": True,
        "back": url_for("console.partner", partner_id=there.id),
    }
