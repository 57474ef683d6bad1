"""The console's one blueprint, and how its views answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template

from grievance.accounts import queries
from grievance.extensions import db
from grievance.i18n import time_text

console = Blueprint("console", __name__, url_prefix="/staff")


def moment(at: datetime) -> str:
    """A moment in the operator's zone."""
    told = queries.profile(db.session())
    return time_text(at, ZoneInfo(told.time_zone if told else "UTC"))


def answer(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console."""
    return make_response(render_template(f"console/{template}.html", **values), status)
