"""A page of the desk that a member may not see: who lacks only the key is told how to get it."""

from __future__ import annotations

from flask import Response, make_response, render_template
from werkzeug.exceptions import Forbidden

from grievance.accounts import staff
from grievance.accounts.roles import KEY_HOLDERS
from grievance.desk.blueprint import bp
from grievance.web.errors import error_page


@bp.errorhandler(403)
def denied(_problem: Forbidden) -> Response:
    """403: by role, or because the organisation's key was not given yet."""
    member = staff.member()
    if member is None or member.role not in KEY_HOLDERS:
        return error_page(403, "forbidden")
    return make_response(render_template("desk/no_key.html"), 403)
