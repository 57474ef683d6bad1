"""The numbers: how many cases, how long each step took, what came of them, and how bodies answer.

`words` says what each figure counts, `periods` which days are meant, `reading` puts a page
together, `sheets` writes it as a table to take along, `views` are the pages.
"""

from __future__ import annotations

from flask import Flask

from grievance.reports import views
from grievance.reports.blueprint import bp

__all__ = ["init_app", "views"]


def init_app(app: Flask) -> None:
    """Serve the numbers."""
    app.register_blueprint(bp)
