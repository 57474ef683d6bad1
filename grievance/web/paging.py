"""Opaque, signed keyset tokens: where the next page begins, told to nobody else.

A token is of one list (its `purpose`): on another one it is no token at all.
"""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

from flask import abort, current_app

LONGEST = 400  # characters; the sort keys of a list are short
_MARK = 12


def _mark(purpose: str, body: bytes) -> bytes:
    key: bytes = current_app.config["PAGING_KEY"]
    return hmac.new(key, purpose.encode() + b"\0" + body, sha256).digest()[:_MARK]


def token_for(purpose: str, place: list[Any]) -> str:
    """The token of the place (JSON values: the sort keys of the last row shown) in this list."""
    body = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mark(purpose, body) + body).decode().rstrip("=")


def place_of(purpose: str, token: str) -> list[Any] | None:
    """The place a token names in this list, None for no token; one that is not ours, or of
    another list, is a 404. Nothing is decoded before its length is known, nor read before its
    mark fits."""
    if not token:
        return None
    if len(token) > LONGEST:
        abort(404)
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        abort(404)
    if not hmac.compare_digest(_mark(purpose, raw[_MARK:]), raw[:_MARK]):
        abort(404)
    place: list[Any] = json.loads(raw[_MARK:])
    return place
