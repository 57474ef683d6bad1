"""The blueprint that the handlers' pages hang on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__, url_prefix="/staff")
