"""Back to the queue as it was: its filters, its page, the row of the case one comes from.

A cookie of the browser session keeps the address of the page of the queue that was opened last. It
holds codes of filters and a signed place, and no case.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, url_for

from grievance.accounts import staff
from grievance.cases.queue import Filters
from grievance.web.binding import COOKIE, cookie, set_cookie

KEPT = "queue"
PLACES = ("after", "before")
KNOWN = (*asdict(Filters()), *PLACES)


def keep(answer: Response, filters: dict[str, Any], place: dict[str, Any]) -> Response:
    """Remember this page of the queue in this session of the browser; without its place where both
    are too long for a cookie."""
    for kept in ({**filters, **place}, filters, {}):
        value = f"{_mine()}.{urlencode(kept)}"
        if len(value) <= COOKIE:
            set_cookie(answer, KEPT, value)
            break
    return answer


def back_to_queue(reference: str = "") -> str:
    """The address of the page of the queue that this session opened last, at the row of this
    case; the whole queue where none was."""
    session, _dot, query = cookie(KEPT).partition(".")
    kept = dict(parse_qsl(query)) if session == _mine() else {}
    wanted: dict[str, Any] = {name: value for name, value in kept.items() if name in KNOWN}
    row = f"case-{reference}" if reference and wanted else None
    return url_for("desk.queue", _anchor=row, **wanted)


def _mine() -> str:
    """The beginning of the id of this session, so that nobody comes back to where another was."""
    return staff.current_member().session_id.hex[:8]
