"""The one blueprint of the door and how its views answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request

from grievance import i18n
from grievance.accounts import queries, staff
from grievance.extensions import db
from grievance.vault.slots import Busy
from grievance.web.pages import tell

accounts = Blueprint("accounts", __name__, url_prefix="/staff")

BUSY = i18n.lazy("Many people sign in right now. What you typed is kept; try again in a moment.")


@accounts.before_request
def _speak() -> None:
    """Pages at the door speak the browser's language; the guard has set a member's own."""
    if staff.member() is None:
        header = request.headers.get("Accept-Language", "")
        i18n.speak(i18n.negotiate(header, i18n.STAFF_LANGUAGES))


def moment(at: datetime) -> str:
    """A moment in the operator's zone."""
    told = queries.profile(db.session())
    return i18n.time_text(at, ZoneInfo(told.time_zone if told else "UTC"))


def operator_name() -> str:
    """Who sends links for new passwords, also to partners' people; empty before it is founded."""
    found = queries.operator(db.session())
    return found.name if found else ""


def answer(template: str, status: int = 200, **values: Any) -> Response:
    """A page of this room."""
    return make_response(render_template(f"accounts/{template}.html", **values), status)


def busy_page(template: str, problem: Busy, **values: Any) -> Response:
    """The same page with what was typed, saying when to try again."""
    tell(str(BUSY), "bad")
    page = answer(template, 503, **values)
    page.headers["Retry-After"] = str(problem.retry_after)
    return page
