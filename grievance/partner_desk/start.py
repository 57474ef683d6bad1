"""The first page of a partner's person."""

from __future__ import annotations

from flask import Response

from grievance.accounts import staff
from grievance.accounts.keys import organisation_key
from grievance.extensions import db
from grievance.partner_desk.surface import answer, membership, partner
from grievance.web.audience import audience


@partner.get("/")
@audience("partner", staff.SIGNED_IN)
def start() -> Response:
    """Who is here, for which organisation, and what is missing before anything can be read."""
    key = organisation_key(db.session(), membership().organisation_id)
    return answer("start", confirmed=key is not None and key.confirmed_at is not None)
