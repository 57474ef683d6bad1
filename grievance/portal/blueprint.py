"""The blueprint that the public pages hang on."""

from __future__ import annotations

from flask import Blueprint

portal = Blueprint("portal", __name__)
