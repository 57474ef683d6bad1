"""People, organisations, roles, keys, sign-in, invitations and the permission vocabulary."""

from __future__ import annotations

from flask import Flask

from grievance.accounts import (
    addresses,
    away,
    door,
    passkeys,
    returning,
    second_step,
    sessions,
    staff,
    views,
)
from grievance.accounts.surface import accounts, operator_name
from grievance.web.pages import provide

VIEWS = (
    views,
    returning,
    addresses,
    away,
    second_step,
    passkeys,
    sessions,
)  # importing a module puts its views on the blueprint


def init_app(app: Flask) -> None:
    """Guard the staff pages and serve the door."""
    staff.init_app(app)
    provide(app, operator_name=operator_name)
    door.init_app(app)
    app.register_blueprint(accounts)
