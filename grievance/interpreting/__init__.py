"""The pages of an interpreter or translator, signed in: the passages that were given to them, one
at a time, and nothing else of any case.

`loading` is the one loader, `forms` what they send, `views` the pages.
"""

from __future__ import annotations

from flask import Flask

from grievance.interpreting import views
from grievance.interpreting.blueprint import bp

__all__ = ["init_app", "views"]


def init_app(app: Flask) -> None:
    """Serve the passages."""
    app.register_blueprint(bp)
