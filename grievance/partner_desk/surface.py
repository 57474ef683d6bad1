"""The blueprint of a partner's pages, who is asking, and how its views answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template

from grievance.accounts import staff
from grievance.accounts.queries import MembershipFact
from grievance.referrals.laid import Whose

partner = Blueprint("partner", __name__, url_prefix="/partner")


def membership() -> MembershipFact:
    """What the member is at their partner; 403 for who is at none."""
    found = staff.current_member().partner
    if found is None:
        abort(403)
    return found


def whose() -> Whose:
    """Whose desk it is: all of a partner's, or in a company one's own."""
    here, person = membership(), staff.current_member().person_id
    return Whose(here.organisation_id, person if here.by_name else None)


def answer(template: str, status: int = 200, **values: Any) -> Response:
    """A page of a partner."""
    page = render_template(f"partner_desk/{template}.html", here=membership(), **values)
    return make_response(page, status)
