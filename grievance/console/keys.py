"""Keys: who waits for one, approving and refusing, changing the key, a new recovery sheet."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, abort, redirect, request, url_for

from grievance.accounts import interpreters as interpreting
from grievance.accounts import keys as holding
from grievance.accounts import queries, returning, staff, stepping
from grievance.accounts.companies import unheard
from grievance.accounts.forms import Approve, Confirm
from grievance.accounts.models import KeyRequest, Organisation, Person
from grievance.accounts.operations import keys as giving
from grievance.accounts.operations import recovery
from grievance.accounts.partners import unconfirmed
from grievance.accounts.roles import NAMES, Permission
from grievance.accounts.surface import moment
from grievance.cases.operations.freeing import Leaving
from grievance.console.people import let_go
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.vault.keys import StrangeKey
from grievance.web.audience import audience
from grievance.web.pages import tell

STRANGE = N_(
    "The stored key of this person is not the one they made. Somebody changed it in the database:"
    " do not approve, and tell whoever runs the server."
)


@console.get("/keys")
@audience("staff", "keys.compare")
def keys() -> Response:
    """Who waits, and the state of key and recovery sheet."""
    session, member = db.session(), staff.current_member()
    waiting = queries.waiting_requests(session, member.organisation_id)
    ids = [id_ for asked in waiting for id_ in (asked.person_id, asked.invited_by)]
    sheet = holding.recovery_key(session, member.organisation_id)
    confirmed = sheet.confirmed_at if sheet else None
    return answer(
        "keys",
        waiting=[Waiting(asked, *_turn(asked)) for asked in waiting],
        names=queries.names(session, ids),
        rotation_due=session.get_one(Organisation, member.organisation_id).rotation_due,
        confirmed_on=queries.day_here(session, confirmed) if confirmed else None,
        leads=member.can(Permission.KEYS_APPROVE),
        moment=moment,
        printable=sheet is not None and sheet.printed_by == member.person_id,
        ways=_ways(),
        partners=unconfirmed(session),
        respondents=unheard(session),
        interpreters=interpreting.unheard(session),
        outdated=recovery.outdated(session, member.organisation_id),
    )


def _ways() -> list[tuple[UUID, str, str, str]]:
    """Links to come back by, with whom they are for, and from when to when they work."""
    found = returning.ways_of_mine()
    names = queries.names(db.session(), [way.row.person_id for way in found])
    return [
        (
            way.row.id,
            names[way.row.person_id],
            moment(way.opens),
            moment(way.row.expires_at),
        )
        for way in found
    ]


class Waiting(NamedTuple):
    """Somebody who waits, whether this member may approve, and from when, alone."""

    asked: KeyRequest
    mine: bool
    alone: datetime | None


def _turn(asked: KeyRequest) -> tuple[bool, datetime | None]:
    session = db.session()
    mine = staff.current_member().person_id in giving.approvers(session, asked)
    return mine, giving.alone_from(session, asked)


def _request(request_id: UUID) -> KeyRequest:
    """A waiting request of one's own organisation, or 404."""
    waiting = queries.waiting_requests(db.session(), staff.current_member().organisation_id)
    found = next((asked for asked in waiting if asked.id == request_id), None)
    if found is None:
        abort(404)
    return found


@console.route("/keys/<uuid:request_id>/approve", methods=["GET", "POST"])
@audience("staff", "keys.compare")
def approve_key(request_id: UUID) -> Response:
    """Give the key to who waits, after typing the six words that they read out."""
    stepping.needs_step_up()
    asked, form = _request(request_id), Approve(request.form)
    facts = _about(asked)
    if request.method == "POST" and form.validate():
        try:
            _approve(request_id, form.words.data or "")
        except Refused as refused:
            db.session.rollback()
            form.words.errors = [refused.sentence]
        else:
            return redirect(url_for("console.keys"), 303)  # type: ignore[return-value]
    status = 422 if form.errors else 200
    return answer("people_confirm", status, form=form, **facts, **_approval(asked))


def _approve(request_id: UUID, words: str) -> None:
    giving.approve(staff.acting(), request_id, words)
    db.session.commit()


def _about(asked: KeyRequest) -> dict[str, Any]:
    """Who invited whom; told in words when the stored key was swapped."""
    session = db.session()
    person = session.get_one(Person, asked.person_id)
    names = queries.names(session, [asked.person_id, asked.invited_by])
    roles = {fact.organisation_id: fact.role for fact in queries.memberships_of(session, person.id)}
    try:
        holding.member_holder(staff.key_ring(), person)
    except StrangeKey:
        tell(_(STRANGE), "danger-note")
    role = roles.get(asked.organisation_id)
    return {
        "page_name": "staff.keys",
        "back": url_for("console.keys"),
        "about": [
            (_("Person"), names[asked.person_id]),
            (_("Role"), _(NAMES[role]) if role else ""),
            (_("Invited by"), names[asked.invited_by]),
        ],
    }


def _approval(asked: KeyRequest) -> dict[str, Any]:
    sentences = [
        _("They can read every case of your organisation from now on, older ones too."),
        _("Speak to the person themselves, not to who invited them."),
    ]
    alone = giving.alone_from(db.session(), asked)
    if alone:
        told = _("Nobody else holds the key, so you can give it from %(day)s; they were told.")
        sentences.append(told % {"day": moment(alone)})
    return {
        "title": _("Give the key"),
        "consequences": sentences,
        "label": _("Give the key"),
        "verb": "approve",
        "grave": False,
    }


@console.route("/keys/<uuid:request_id>/refuse", methods=["GET", "POST"])
@audience("staff", "keys.approve")
def refuse_key(request_id: UUID) -> Response:
    """Refuse the key; the membership ends with it."""
    stepping.needs_step_up()
    asked, form = _request(request_id), Confirm(request.form)
    facts = _about(asked)
    if request.method == "POST" and form.validate():
        try:
            act = staff.acting()
            let_go(act, Leaving(asked.person_id), lambda: giving.refuse(act, request_id))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return redirect(url_for("console.keys"), 303)  # type: ignore[return-value]
    return answer("people_confirm", form=form, **facts, **_refusal())


def _refusal() -> dict[str, Any]:
    return {
        "title": _("Refuse the key"),
        "consequences": [
            _("Their membership ends and they are signed out. They have read nothing."),
            _("If it was a mistake, they need a new invitation."),
        ],
        "label": _("Refuse"),
        "verb": "refuse",
        "grave": True,
    }


@console.route("/keys/change", methods=["GET", "POST"])
@audience("staff", "keys.approve")
def rotate_key() -> Response:
    """A new key for the organisation."""
    stepping.needs_step_up()
    form = Confirm(request.form)
    if request.method == "POST" and form.validate():
        giving.rotate(staff.acting())
        db.session.commit()
        return redirect(url_for("console.keys"), 303)  # type: ignore[return-value]
    return answer("people_confirm", form=form, **_about_rotation())


def _about_rotation() -> dict[str, Any]:
    return {
        "page_name": "staff.keys",
        "title": _("Change the key"),
        "consequences": [
            _("Everybody who holds the key now gets the new one at once. Nobody notices."),
            _("New cases are sealed to the new key; older ones follow while you work."),
            _("The recovery sheet still opens the cases; print a new one soon."),
        ],
        "label": _("Change the key"),
        "verb": "rotate",
        "grave": False,
        "back": url_for("console.keys"),
    }


@console.route("/keys/sheet", methods=["GET", "POST"])
@audience("staff", "keys.approve")
def new_sheet() -> Response:
    """A new recovery sheet in place of a lost one."""
    stepping.needs_step_up()
    form = Confirm(request.form)
    if request.method == "POST" and form.validate():
        recovery.replace_sheet(staff.acting())
        db.session.commit()
        return redirect(url_for("accounts.recovery_sheet"), 303)  # type: ignore[return-value]
    return answer("people_confirm", form=form, **_about_sheet())


def _about_sheet() -> dict[str, Any]:
    return {
        "page_name": "staff.keys",
        "title": _("Make a new recovery sheet"),
        "consequences": [
            _("The old sheet opens nothing any more. Destroy it if you find it."),
            _("Workers cannot file until you have printed the new one and typed it back."),
        ],
        "label": _("Make a new sheet"),
        "verb": "new-sheet",
        "grave": False,
        "back": url_for("console.keys"),
    }
