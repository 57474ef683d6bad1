"""What a blob is called: nothing that tells of its case."""

from __future__ import annotations

import re

_ID = re.compile(r"[0-9a-f]{32}")


def is_id(name: str) -> bool:
    """Whether this is the id of a blob: the 32 lower-case hex digits of a UUID."""
    return _ID.fullmatch(name) is not None


def checked(blob: str) -> str:
    """The id as it is; ValueError for anything else, so that no path can be made of it."""
    if not is_id(blob):
        raise ValueError("a blob id is the 32 lower-case hex digits of a UUID")
    return blob
