"""People of the operator: who is here, inviting, a new password, removing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, abort, current_app, redirect, request, url_for

from grievance.accounts import queries, staff, stepping
from grievance.accounts.act import StaffAct
from grievance.accounts.forms import Confirm
from grievance.accounts.operations import invitations, leaving, letters, members
from grievance.accounts.roles import Permission
from grievance.accounts.surface import moment
from grievance.cases.operations import freeing
from grievance.cases.operations.freeing import Leaving
from grievance.clock import now, real_now
from grievance.console.people_forms import Invite, Remove
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import N_, ngettext
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.notifications.queries import mail_works
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.pages import tell

ABOUT = {
    "join": N_("an invitation"),
    "reset": N_("a new password"),
    "address": N_("a new e-mail address"),
}
complete(ABOUT, members.REVOCABLE)


@console.get("/people")
@audience("staff", "people.see")
def people() -> Response:
    """Who is here."""
    return _people_page(Invite(), None)


@console.post("/people")
@audience("staff", "people.manage")
def invite() -> Response:
    """Invite one more."""
    stepping.needs_step_up()
    form, sent = Invite(request.form), None
    if form.validate():
        try:
            sent = _invite(form)
            form = Invite()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
    return _people_page(form, sent)


def _people_page(form: Invite, sent: Sent | None = None) -> Response:
    listed = queries.people(db.session(), staff.current_member().organisation_id)
    status = 422 if form.errors else 200
    return answer(
        "people",
        status,
        form=form,
        people=listed,
        sent=sent,
        links=links(staff.current_member().organisation_id),
        changed="changed" in request.args,
    )


class Link(NamedTuple):
    """An open link in words: what it is for, who sent it, until when it works."""

    link: members.OpenLink
    about: str
    by: str
    until: str


def open_links(organisation_id: UUID) -> list[members.OpenLink]:
    """The links of an organisation that who manages people may take back."""
    if not staff.current_member().can(Permission.PEOPLE_MANAGE):
        return []
    return members.open_links(db.session(), organisation_id, real_now())


def links(organisation_id: UUID) -> list[Link]:
    """The same in words."""
    found = open_links(organisation_id)
    names = queries.names(db.session(), [link.by for link in found if link.by])
    return [
        Link(
            link, _(ABOUT[link.kind]), names.get(link.by, "") if link.by else "", moment(link.until)
        )
        for link in found
    ]


class Sent(NamedTuple):
    """A link that is on its way by letter; shown only when no letter goes out."""

    shown: str


def _invite(form: Invite) -> Sent:
    act = staff.acting()
    return send(act, invitations.invite(act, form.invitee()))


def send(act: StaffAct, token: str) -> Sent:
    """Put the letter into the outbox and commit. While mail works nobody but the person it is for
    sees the link: who sees it could act under their name."""
    path = url_for("accounts.invitation", token=token)
    link = f"{current_app.config['SETTINGS'].public_url}{path}"
    letters.send_invitation(act, token, link, staff.current_member().language)
    works = mail_works(act.session, act.now)
    act.session.commit()
    return Sent("" if works else link)


def let_go(act: StaffAct, who: Leaving, end: Callable[[], None]) -> None:
    """End a membership: a colleague takes the open cases of who had it, or nobody has them, and
    they and everybody who manages people are told."""
    site = current_app.config["SITE"]
    with freeing.let_go(act.session, site, who, now()):
        end()
    letters.tell_of_removal(act, who.person, site.public_url)


def person_or_404(person_id: UUID) -> queries.PersonFact:
    """The member of one's own organisation with this id, or 404."""
    listed = queries.people(db.session(), staff.current_member().organisation_id)
    found = next((person for person in listed if person.id == person_id), None)
    if found is None:
        abort(404)
    return found


@console.route("/people/<uuid:person_id>/reset", methods=["GET", "POST"])
@audience("staff", "people.manage")
def reset_person(person_id: UUID) -> Response:
    """A link for a new password."""
    stepping.needs_step_up()
    person, form = person_or_404(person_id), Confirm(request.form)
    if request.method == "POST" and form.validate():
        act = staff.acting()
        return _people_page(Invite(), send(act, invitations.offer_reset(act, person_id)))
    return answer("people_confirm", form=form, **_about_reset(person))


def _about_reset(person: queries.PersonFact) -> dict[str, Any]:
    sentences = [
        _("They get a link by e-mail. Nothing changes before they use it."),
        _("Then they are signed out everywhere and have a new key of their own."),
        _("A second step of theirs at sign-in is gone then, too."),
    ]
    if person.holds_key:
        sentences.append(
            _("They can read no case until another member who holds the key approves it.")
        )
    holders = [p for p in _colleagues() if p.holds_key]
    if person.holds_key and len(holders) == 1:
        sentences.append(
            _(
                "Nobody else holds the key. Only the recovery sheet can give it back; without that"
                " paper every case is lost for good."
            )
        )
    return {
        "page_name": "staff.people",
        "title": _("A new password for %(name)s") % {"name": person.name},
        "consequences": sentences,
        "label": _("Send the link"),
        "verb": "reset",
        "grave": person.holds_key and len(holders) == 1,
        "back": url_for("console.people"),
    }


def _colleagues() -> list[queries.PersonFact]:
    return queries.people(db.session(), staff.current_member().organisation_id)


@console.route("/people/<uuid:person_id>/remove", methods=["GET", "POST"])
@audience("staff", "people.manage")
def remove_person(person_id: UUID) -> Response:
    """End a membership; what they have open shows nothing more."""
    stepping.needs_step_up()
    person, form = person_or_404(person_id), Remove(request.form)
    form.of(person.id)
    if request.method == "POST" and form.validate() and form.chosen():
        try:
            _remove(form.leaving())
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return redirect(url_for("console.people"), 303)  # type: ignore[return-value]
    status = 422 if form.errors else 200
    return answer("people_confirm", status, form=form, **_about_removal(person, form.count))


def _remove(who: Leaving) -> None:
    act = staff.acting()
    let_go(act, who, lambda: leaving.remove_member(act, who.person))
    act.session.commit()


def _about_removal(person: queries.PersonFact, cases: int) -> dict[str, Any]:
    sentences = [
        _("They are signed out, and what they have open shows nothing more."),
        _("To come back they need a new invitation."),
        _("They and everybody else who manages people are told by letter."),
        _("For 30 days they still count as somebody who could decide with you."),
    ]
    if cases:
        sentences.append(
            ngettext(
                "They have %(num)s open case. Say below who takes it; they are told.",
                "They have %(num)s open cases. Say below who takes them; they are told.",
                cases,
            )
            % {"num": cases}
        )
        sentences.append(
            _(
                "What they may not have, or nobody takes, stands with the cases that nobody has,"
                " and who works on cases is told."
            )
        )
    if person.holds_key and staff.current_member().can(Permission.KEYS_APPROVE):
        sentences.append(_("The key of your organisation is changed, in the same step."))
    elif person.holds_key:
        sentences.append(_("Somebody who holds the key has to change it afterwards."))
    return {
        "page_name": "staff.people",
        "title": _("Remove %(name)s") % {"name": person.name},
        "consequences": sentences,
        "label": _("Remove"),
        "verb": "remove",
        "grave": True,
        "back": url_for("console.people"),
    }
