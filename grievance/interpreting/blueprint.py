"""The blueprint that an interpreter's pages hang on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("interpreting", __name__, url_prefix="/staff/passages")
