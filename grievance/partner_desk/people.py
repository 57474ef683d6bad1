"""Colleagues: who is here, who holds the key and who waits for it; giving it, beginning anew."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance.accounts import keys, queries, staff, stepping
from grievance.accounts.act import StaffAct
from grievance.accounts.forms import Approve, Confirm
from grievance.accounts.models import KeyRequest, Person
from grievance.accounts.operations import keys as giving
from grievance.accounts.operations import letters, partner_letters, partners
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.partner_desk.surface import answer, membership, partner
from grievance.refusals import Refused
from grievance.vault.keys import StrangeKey
from grievance.vault.recovery import fingerprint
from grievance.web.audience import audience
from grievance.web.pages import tell
from grievance.web.redirects import see_other

STRANGE = (
    "The stored key of this person is not the one they made. Somebody changed it in the database:"
    " do not approve, and tell who gave you this account."
)


class Waiting(NamedTuple):
    """Somebody who waits for the key, and whether this member may give it."""

    asked: KeyRequest
    mine: bool


@partner.get("/people")
@audience("partner", staff.SIGNED_IN)
def people() -> Response:
    """Everybody of this organisation, the words of its key, and who waits for it."""
    session, member, here = db.session(), staff.current_member(), membership()
    waiting = queries.waiting_requests(session, here.organisation_id)
    listed = queries.people(session, here.organisation_id)
    key = keys.organisation_key(session, here.organisation_id)
    return answer(
        "people",
        people=listed,
        names={one.id: one.name for one in listed},
        waiting=[
            Waiting(one, member.person_id in giving.approvers(session, one)) for one in waiting
        ],
        words=_words(),
        confirmed=key is not None and key.confirmed_at is not None,
        nobody=not here.by_name and not keys.holders(session, here.organisation_id),
    )


def _words() -> str:
    """The six words of the organisation's key, for who holds it and while nobody confirmed it; in
    a company those of one's own, while nobody has heard them."""
    session, here = db.session(), membership()
    if here.by_name:
        person = session.get_one(Person, staff.current_member().person_id)
        mine = keys.member_holder(staff.key_ring(), person)
        return "" if here.holds_key else fingerprint(mine.public)
    key = keys.organisation_key(session, here.organisation_id)
    if key is None or key.confirmed_at is not None or not here.holds_key:
        return ""
    return fingerprint(keys.holder_of(staff.key_ring(), key).public)


def _request(request_id: UUID) -> KeyRequest:
    """A waiting request of one's own organisation, or 404; in a company nobody gives a key."""
    if membership().by_name:
        abort(404)
    waiting = queries.waiting_requests(db.session(), membership().organisation_id)
    return next((one for one in waiting if one.id == request_id), None) or abort(404)


@partner.route("/people/<uuid:request_id>/approve", methods=["GET", "POST"])
@audience("partner", "referral.answer")
def approve_key(request_id: UUID) -> Response:
    """Give the key to a colleague who waits, after typing the six words that they read out."""
    stepping.needs_step_up()
    asked, form = _request(request_id), Approve(request.form)
    if request.method == "POST" and form.validate():
        try:
            giving.approve(staff.acting_there(), request_id, form.words.data or "")
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            form.words.errors = [refused.sentence]
        except StrangeKey:
            db.session.rollback()
            form.words.errors = [_(STRANGE)]
        else:
            return see_other(url_for("partner.people"))
    name = db.session.get_one(Person, asked.person_id).name
    return answer("approve", 422 if form.errors else 200, form=form, name=name)


def _refuse(act: StaffAct, request_id: UUID, person_id: UUID) -> None:
    giving.refuse(act, request_id)
    letters.tell_of_removal(act, person_id, current_app.config["SITE"].public_url)
    act.session.commit()


@partner.route("/people/<uuid:request_id>/refuse", methods=["GET", "POST"])
@audience("partner", "referral.answer")
def refuse_key(request_id: UUID) -> Response:
    """Refuse the key; the colleague's membership ends with it."""
    stepping.needs_step_up()
    asked, form = _request(request_id), Confirm(request.form)
    if request.method == "POST" and form.validate():
        try:
            _refuse(staff.acting_there(), request_id, asked.person_id)
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("partner.people"))
    name = db.session.get_one(Person, asked.person_id).name
    return answer("refuse", form=form, name=name)


def _begin(act: StaffAct) -> None:
    partners.begin_anew(act)
    post = partner_letters.Post(act.ring, current_app.config["SITE"].public_url, act.now)
    partner_letters.tell_of_key(act.session, act.by.person_id, post)
    act.session.commit()


@partner.route("/people/begin", methods=["GET", "POST"])
@audience("partner", staff.SIGNED_IN)
def begin_anew() -> Response:
    """Nobody here holds the key any more: a new one is made with who waits."""
    here = membership()
    if here.by_name or here.holds_key or keys.holders(db.session(), here.organisation_id):
        abort(404)
    stepping.needs_step_up()
    form = Confirm(request.form)
    if request.method == "POST" and form.validate():
        try:
            _begin(staff.acting_there())
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("partner.people"))
    return answer("begin", form=form)
