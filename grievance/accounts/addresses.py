"""Proving a new e-mail address: the page that the letter to it leads to."""

from __future__ import annotations

from flask import Response, current_app, request

from grievance.accounts import forms, queries, staff
from grievance.accounts.operations import letters, members
from grievance.accounts.surface import accounts, answer
from grievance.clock import real_now
from grievance.extensions import db
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.pages import tell


@accounts.route("/new-address/<token>", methods=["GET", "POST"])
@audience("public")
def new_address(token: str) -> Response:
    """Use this address from now on. Looking at the page changes nothing."""
    found = queries.invitation(db.session(), token, real_now())
    if found is None or found.kind != members.ADDRESS:
        return answer("invitation_gone", 404)
    form, done = forms.Confirm(request.form), False
    if request.method == "POST" and form.validate():
        try:
            _prove(token)
            done = True
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
    return answer("new_address", 422 if form.errors else 200, form=form, done=done)


def _prove(token: str) -> None:
    session, now = db.session(), real_now()
    before = members.prove_address(session, token, now)
    public_url, ring = current_app.config["SETTINGS"].public_url, staff.key_ring()
    letters.tell_of_new_address(session, before, public_url, ring=ring, now=now)
    session.commit()
