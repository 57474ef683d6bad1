"""The pages of a body without an account: a link, a code, the document, its answer.

`visits` is the door and the one loader, `forms` its forms, `views` the pages. What stands on them
and what is done there is that of `papers`.
"""

from __future__ import annotations

from flask import Flask

from grievance.partners import views
from grievance.partners.blueprint import bp

__all__ = ["init_app", "views"]


def init_app(app: Flask) -> None:
    """Serve the reply links."""
    app.register_blueprint(bp)
