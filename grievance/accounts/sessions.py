"""A member's own sessions: when each began and was last used, and ending them. Which browser it is
stands nowhere: names of browsers and addresses are never kept."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request, url_for

from grievance.accounts import staff
from grievance.accounts.operations import signing
from grievance.accounts.surface import accounts, answer, moment
from grievance.clock import real_now
from grievance.extensions import db
from grievance.web.audience import audience
from grievance.web.binding import must_be_ours
from grievance.web.redirects import see_other


@accounts.get("/account/sessions")
@audience("member")
def sessions() -> Response:
    """Where one is signed in now."""
    member = staff.current_member()
    found = signing.sessions_of(db.session(), member.person_id, real_now())
    rows = [
        (row.id, moment(row.created_at), moment(row.last_seen), row.id == member.session_id)
        for row in found
    ]
    return answer("sessions", rows=rows, ended="ended" in request.args)


@accounts.post("/account/sessions/end")
@audience("member")
def end_others() -> Response:
    """Sign out everywhere but here."""
    must_be_ours()
    member = staff.current_member()
    signing.close_others(db.session(), member.person_id, member.session_id, real_now())
    db.session.commit()
    return see_other(url_for("accounts.sessions", ended=1))


@accounts.post("/account/sessions/<uuid:session_id>/end")
@audience("member")
def end_one(session_id: UUID) -> Response:
    """Sign out one of one's own; another's id ends nothing."""
    must_be_ours()
    member = staff.current_member()
    signing.close_session(db.session(), session_id, member.person_id, real_now())
    db.session.commit()
    return see_other(url_for("accounts.sessions", ended=1))
