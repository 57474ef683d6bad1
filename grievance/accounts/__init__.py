"""People, organisations, roles, keys, sign-in, invitations and the permission vocabulary."""

from __future__ import annotations

from flask import Flask

from grievance.accounts import door, staff, views


def init_app(app: Flask) -> None:
    """Guard the staff pages and serve the door."""
    staff.init_app(app)
    door.init_app(app)
    app.register_blueprint(views.accounts)
