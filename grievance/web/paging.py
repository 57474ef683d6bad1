"""Opaque, signed keyset tokens: where the next page begins, told to nobody else."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

from flask import abort, current_app


def _mark(body: bytes) -> bytes:
    key: bytes = current_app.config["PAGING_KEY"]
    return hmac.new(key, body, sha256).digest()[:12]


def token_for(place: list[Any]) -> str:
    """The token of the place (JSON values: the sort keys of the last row shown)."""
    body = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mark(body) + body).decode().rstrip("=")


def place_of(token: str) -> list[Any] | None:
    """The place a token names, None for no token; a token that is not ours is a 404."""
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        abort(404)
    if not hmac.compare_digest(_mark(raw[12:]), raw[:12]):
        abort(404)
    place: list[Any] = json.loads(raw[12:])
    return place
