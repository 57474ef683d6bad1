"""The public side: the directory, the guided finder, and who runs this.

`doors` turns bodies into cards, `words` codes into sentences, `views` are the pages of the
directory, `finder` asks a few questions and shows which doors fit, `numbers` are those that
everybody may read.
"""

from __future__ import annotations

from flask import Flask

from grievance.portal import finder, numbers, security, views
from grievance.portal.blueprint import portal
from grievance.web.language import first_screens


def init_app(app: Flask) -> None:
    """Serve the public pages."""
    views.provide(app)
    app.register_blueprint(portal)
    first_screens(app, {"portal.home": None})


__all__ = ["finder", "init_app", "numbers", "security"]
