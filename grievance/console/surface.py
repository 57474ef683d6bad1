"""The console's one blueprint, and how its views answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template

console = Blueprint("console", __name__, url_prefix="/staff")


def answer(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console."""
    return make_response(render_template(f"console/{template}.html", **values), status)
