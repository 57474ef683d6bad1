"""Going on to another page after something was done."""

from __future__ import annotations

from flask import Response, make_response, redirect


def see_other(to: str) -> Response:
    """On to this page with a GET (303): a reload does not send the form again."""
    return make_response(redirect(to, 303))
