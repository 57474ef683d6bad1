"""The blueprint that the pages of numbers hang on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/staff")
