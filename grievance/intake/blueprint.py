"""The blueprint that the worker's pages hang on: filing, and coming back with a code."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("intake", __name__, url_prefix="/<language:lang>")
