"""Who a page is for. A route that does not say is refused, at start and at each request.

Audiences: `public` (anybody), `worker` (holds a draft or a receipt), `staff` (signed in, of the
operator; names the permission it needs), `partner` (signed in, of a partner; likewise), `member`
(signed in, of either: one's own account), `link` (came in over a reply link), `machine` (health and
the like). Rooms add a guard for their audience.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

from grievance.extensions import act_as

View = TypeVar("View", bound=Callable[..., Any])
AUDIENCES = ("public", "worker", "staff", "partner", "member", "link", "machine")
NAMES_PERMISSION = ("staff", "partner")
Guard = Callable[[str | None], None]


def audience(kind: str, permission: str | None = None) -> Callable[[View], View]:
    """Declare who a view is for; a view of staff or partners names the permission it needs,
    or `signed-in`."""
    if kind not in AUDIENCES or (kind in NAMES_PERMISSION) != (permission is not None):
        raise ValueError(f"audience {kind!r} with permission {permission!r}")

    def declare(view: View) -> View:
        view.audience = kind  # type: ignore[attr-defined]
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def guard(app: Flask, kind: str, check: Guard) -> None:
    """Let `check` see every request of this audience before its view does."""
    app.extensions.setdefault("audience_guards", {})[kind] = check


def check_audience() -> None:
    """Before each request: default deny, then the guard of the route's audience."""
    act_as("public")
    if request.endpoint is None or request.endpoint == "static":
        return
    view = current_app.view_functions[request.endpoint]
    kind = getattr(view, "audience", None)
    if kind is None:
        abort(403)
    check = current_app.extensions.get("audience_guards", {}).get(kind)
    if check is not None:
        check(getattr(view, "permission", None))


def init_app(app: Flask) -> None:
    """Check the audience of every request."""
    app.before_request(check_audience)
