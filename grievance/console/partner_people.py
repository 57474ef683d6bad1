"""People of a partner: a new password, taking somebody out, taking a link back; and hearing the six
words of its key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance.accounts import queries, staff, stepping
from grievance.accounts.forms import Confirm, text_of
from grievance.accounts.operations import invitations, letters, members, partners
from grievance.accounts.partners import PartnerFact, unconfirmed
from grievance.accounts.roles import COMPANY
from grievance.console.partner_forms import HearWords
from grievance.console.partners import acting_on, found, invite_form, partner_page
from grievance.console.people import open_links, send
from grievance.console.surface import answer, console
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.referrals.operations import recalling
from grievance.refusals import Refused
from grievance.vault.keys import StrangeKey
from grievance.web.audience import audience
from grievance.web.pages import tell
from grievance.web.redirects import see_other

STRANGE = N_(
    "The stored key of this partner is not the one they made. Somebody changed it in the database:"
    " do not confirm, and tell whoever runs the server."
)


def _person(partner_id: UUID, person_id: UUID) -> queries.PersonFact:
    """A person of this partner, or 404."""
    listed = queries.people(db.session(), partner_id)
    return next((one for one in listed if one.id == person_id), None) or abort(404)


@console.route("/partners/<uuid:partner_id>/<uuid:person_id>/reset", methods=["GET", "POST"])
@audience("staff", "people.manage")
def reset_there(partner_id: UUID, person_id: UUID) -> Response:
    """A link for a new password of somebody of a partner."""
    stepping.needs_step_up()
    there, form = found(partner_id), Confirm(request.form)
    person = _person(there.id, person_id)
    if request.method == "POST" and form.validate():
        act = acting_on(there.id)
        sent = send(act, invitations.offer_reset(act, person_id))
        return partner_page(there, invite_form(there, fresh=True), sent)
    return answer("people_confirm", form=form, **_about_reset(there, person))


def _about_reset(there: PartnerFact, person: queries.PersonFact) -> dict[str, Any]:
    sentences = [
        _("They get a link by e-mail. Nothing changes before they use it."),
        _("Then they are signed out everywhere and have a new key of their own."),
    ]
    holders = [one for one in queries.people(db.session(), there.id) if one.holds_key]
    alone = person.holds_key and len(holders) == 1 and there.kind != COMPANY
    if there.kind == COMPANY:
        sentences.append(
            _(
                "They read nothing before somebody here who works on cases has heard the six words"
                " of the new key from them. What they were named for is laid on their desk again"
                " from the page of each hand-over."
            )
        )
    elif alone:
        sentences.append(
            _(
                "Nobody else of them holds their key, so a new one is made. They read nothing"
                " before somebody here who works on cases has heard its six words from them."
            )
        )
    elif person.holds_key:
        sentences.append(_("They read nothing until a colleague of theirs gives them the key."))
    return {
        "page_name": "staff.partners",
        "title": _("A new password for %(name)s") % {"name": person.name},
        "consequences": sentences,
        "label": _("Send the link"),
        "verb": "reset",
        "grave": alone,
        "back": url_for("console.partner", partner_id=there.id),
    }


@console.route("/partners/<uuid:partner_id>/<uuid:person_id>/remove", methods=["GET", "POST"])
@audience("staff", "people.manage")
def remove_there(partner_id: UUID, person_id: UUID) -> Response:
    """Take somebody out of a partner; what they have open shows nothing more."""
    stepping.needs_step_up()
    there, form = found(partner_id), Confirm(request.form)
    person = _person(there.id, person_id)
    if request.method == "POST" and form.validate():
        try:
            _remove(there.id, person_id)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("console.partner", partner_id=there.id))
    return answer("people_confirm", form=form, **_about_removal(there, person))


def _remove(partner_id: UUID, person_id: UUID) -> None:
    act = acting_on(partner_id)
    partners.remove_person(act, person_id)
    recalling.drop_reader(act.session, person_id)
    letters.tell_of_removal(act, person_id, current_app.config["SITE"].public_url)
    act.session.commit()


def _about_removal(there: PartnerFact, person: queries.PersonFact) -> dict[str, Any]:
    sentences = [
        _("They are signed out, and what they have open shows nothing more."),
        _("To come back they need a new invitation."),
        _("They and everybody else who manages people are told by letter."),
    ]
    others = [one for one in queries.people(db.session(), there.id) if one.id != person.id]
    if there.kind == COMPANY:
        sentences.append(_("What they were named for is open to nobody in their place."))
    elif person.holds_key and any(one.holds_key for one in others):
        sentences.append(
            _("Their organisation's key is changed when a colleague next opens a page.")
        )
    elif person.holds_key:
        sentences.append(
            _("Nobody else of them holds the key. Who comes next gets a new one, after six words.")
        )
    return {
        "page_name": "staff.partners",
        "title": _("Remove %(name)s") % {"name": person.name},
        "consequences": sentences,
        "label": _("Remove"),
        "verb": "remove",
        "grave": True,
        "back": url_for("console.partner", partner_id=there.id),
    }


@console.route("/partners/<uuid:partner_id>/links/<uuid:link_id>", methods=["GET", "POST"])
@audience("staff", "people.manage")
def revoke_there(partner_id: UUID, link_id: UUID) -> Response:
    """Take back a link that was sent to somebody of a partner and not used yet."""
    stepping.needs_step_up()
    there, form = found(partner_id), Confirm(request.form)
    link = next((one for one in open_links(there.id) if one.id == link_id), None) or abort(404)
    if request.method == "POST" and form.validate():
        try:
            members.revoke(acting_on(there.id), link_id)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("console.partner", partner_id=there.id))
    return answer("people_confirm", form=form, **_about_link(there, link.name))


def _about_link(there: PartnerFact, name: str) -> dict[str, Any]:
    return {
        "page_name": "staff.partners",
        "title": _("Take back the link"),
        "about": [(_("Person"), name)],
        "consequences": [
            _("The link opens nothing any more. Nothing else changes for this person.")
        ],
        "label": _("Take it back"),
        "verb": "revoke",
        "grave": True,
        "back": url_for("console.partner", partner_id=there.id),
    }


@console.route("/keys/partners/<uuid:partner_id>", methods=["GET", "POST"])
@audience("staff", "keys.compare")
def confirm_partner_key(partner_id: UUID) -> Response:
    """Type the six words that somebody of a partner read out: its key is theirs."""
    stepping.needs_step_up()
    waiting = unconfirmed(db.session())
    there = next((one for one in waiting if one.id == partner_id), None) or abort(404)
    form = HearWords(request.form)
    if request.method == "POST" and form.validate():
        try:
            _confirm(there.id, text_of(form.words))
        except Refused as refused:
            db.session.rollback()
            form.words.errors = [refused.sentence]
        except StrangeKey:
            db.session.rollback()
            form.words.errors = [_(STRANGE)]
        else:
            return see_other(url_for("console.keys"))
    status = 422 if form.errors else 200
    return answer("people_confirm", status, form=form, **_about_key(there))


def _confirm(partner_id: UUID, words: str) -> None:
    partners.confirm_key(staff.acting(), partner_id, words)
    db.session.commit()


def _about_key(there: PartnerFact) -> dict[str, Any]:
    name = directory.book(db.session()).name(there.mechanism) or there.name
    return {
        "page_name": "staff.keys",
        "title": _("The key of %(name)s") % {"name": name},
        "consequences": [
            _("What workers agree to hand over to it is sealed to this key from now on."),
            _("Telephone them at a number from the directory, not at one from a letter."),
        ],
        "label": _("These are their words"),
        "verb": "confirm",
        "grave": False,
        "back": url_for("console.keys"),
    }
