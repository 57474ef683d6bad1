"""The console: people, partners, keys, the operator, the directory's confirmations, what was kept
long enough, and how it all runs."""

from __future__ import annotations

from flask import Flask

from grievance.console import (
    closed_days,
    companies,
    confirm,
    due,
    folding,
    health,
    interpreters,
    keys,
    letters,
    members,
    operator,
    partner_people,
    partners,
    people,
    runs,
    second_steps,
)
from grievance.console.surface import console

VIEWS = (
    people,
    members,
    partners,
    partner_people,
    companies,
    interpreters,
    second_steps,
    folding,
    keys,
    letters,
    runs,
    operator,
    closed_days,
    confirm,
    due,
)  # importing a module puts its views on the blueprint


def init_app(app: Flask) -> None:
    """Serve the pages of every module above, and `/healthz`."""
    app.register_blueprint(console)
    app.register_blueprint(health.bp)
