"""Which browser this is, and the form token that proves a form came from one of its pages.

A surface that keeps something in a cookie (draft, receipt, staff session) binds its forms to that
cookie. A page for somebody who holds none yet gets a `visit` cookie. The token is an HMAC over the
cookie, so it has no time limit and nothing is stored. Of a cookie with a dot only what follows it
is bound: that part outlives a change of the secret before it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest

VISIT = "visit"
COOKIE = 200  # letters of the longest cookie of ours, and of a form token
FORM_AGAIN = 422  # the status of a form that is shown again
BOUND = ("staff", "receipt", "draft", VISIT)


def cookie_name(name: str) -> str:
    """The name as sent: with TLS the `__Host-` prefix pins it to this host."""
    return f"__Host-{name}" if current_app.config["SECURE"] else name


def cookie(name: str) -> str:
    """What the browser sent under this name; an empty string for nothing, and for what is longer
    than any cookie of ours."""
    sent = request.cookies.get(cookie_name(name), "")
    return sent if len(sent) <= COOKIE else ""


def set_cookie(answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Set one of our cookies; without `seconds` it ends with the browser session."""
    answer.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SECURE"],
        path="/",
    )


def drop_cookie(answer: Response, name: str) -> None:
    """Take one of our cookies back."""
    answer.delete_cookie(
        cookie_name(name), httponly=True, samesite="Lax", secure=current_app.config["SECURE"]
    )


def held() -> list[str]:
    """The values of our cookies that this browser sent, strongest first."""
    return _sent(BOUND)


def _sent(names: Iterable[str]) -> list[str]:
    return [value for name in names if (value := cookie(name))]


def _counting() -> list[str]:
    """The cookies whose tokens count in this request, strongest first."""
    return _sent(g.get("counting", BOUND))


def _token(secret: str) -> str:
    key: bytes = current_app.config["FORM_KEY"]
    return hmac.new(key, secret.rpartition(".")[2].encode(), sha256).hexdigest()[:40]


def form_token() -> str:
    """The token for this browser's forms, of a cookie that counts where they are sent; a browser
    that holds none of ours is given a visit."""
    cookies = _counting() or held()
    if not cookies and "new_visit" not in g:
        g.new_visit = secrets.token_urlsafe(24)
    return _token(cookies[0] if cookies else g.new_visit)


def only_of(name: str) -> None:
    """From here on in this request only a token of this cookie counts. The others may have been in
    this browser before whoever came in with it, and be known: nobody proves a cookie by having it.
    Call it before a form is checked or made."""
    g.counting = (name,)


def token_fits(given: str) -> bool:
    """Whether `given` was made for a cookie this browser holds, and that counts here."""
    return any(token_is_of(value, given) for value in _counting())


def token_is_of(secret: str, given: str) -> bool:
    """Whether `given` was made for this very cookie."""
    if not secret or len(given) > COOKIE:
        return False
    return hmac.compare_digest(_token(secret).encode(), given.encode())


class NotOurs(BadRequest):
    """A button that was pressed on no page which this browser holds a cookie for."""


def must_be_ours() -> None:
    """Go on only when this POST carries a token of this browser; `NotOurs` otherwise."""
    if not token_fits(request.form.get("token", "")):
        raise NotOurs


def from_our_page() -> bool:
    """Whether this POST came from a page of ours: by its token, or by what the browser says of
    where it comes from. Some browsers say nothing; for them the token decides."""
    if token_fits(request.form.get("token", "")):
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def same_form(form_id: str, *said: str) -> UUID:
    """The id of one sending: the same form with the same words gives the same id, other words
    another. An HMAC under a key outside the database, so it tells nothing of the words."""
    key: bytes = current_app.config["FORM_KEY"]
    told = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in said)
    return UUID(bytes=hmac.digest(key, b"sending" + form_id.encode() + b"\0" + told, "sha256")[:16])


def _remember_visit(answer: Response) -> Response:
    visit: Any = g.get("new_visit")
    if visit and (answer.status_code < 400 or answer.status_code == FORM_AGAIN):
        set_cookie(answer, VISIT, visit)
    return answer


def init_app(app: Flask) -> None:
    """Hand out visit cookies with the forms that need one."""
    app.after_request(_remember_visit)
    app.jinja_env.globals.update(form_token=form_token, holds_cookie=lambda: bool(held()))
