"""What every page needs: assets with their hash, notices, the switch of languages, one session."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for

from grievance.extensions import db
from grievance.i18n import Language, name_in
from grievance.web import telephones
from grievance.web.burmese import in_unicode
from grievance.web.file_notes import file_notes
from grievance.web.resuming import MARK

STATIC = Path(__file__).parent / "static"
GONE, FORBIDDEN = (404, 405), 403


@lru_cache(maxsize=32)
def _mark(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file of ours; it changes with the content, so it is cached for good."""
    return url_for("static", filename=name, v=_mark(name))


def switch_url(language: Language) -> str:
    """This page in another language, with what its address chose; of an address that only takes a
    form, or that its reader may not open, the page it belongs to. The first page where this one
    has no other language, or is not there."""
    endpoint, rule, failed = request.endpoint or "", request.url_rule, g.get("failed")
    speaks = rule is not None and current_app.url_map.is_endpoint_expecting(endpoint, "lang")
    if rule is None or not speaks or failed in GONE:
        return url_for("portal.home", lang=language.slug)
    path = url_for(endpoint, **{**(request.view_args or {}), "lang": language.slug})
    if failed == FORBIDDEN or "GET" not in (rule.methods or ()):
        return _above(path.rpartition("/")[0])
    chosen = [(name, value) for name, value in request.args.items(multi=True) if name != MARK]
    return f"{path}?{urlencode(chosen)}" if chosen else path


def _above(path: str) -> str:
    """The nearest address above that can be opened."""
    known = current_app.url_map.bind("")
    while not known.test(path, "GET"):
        path = path.rpartition("/")[0] or "/"
    return path


def tell(sentence: str, kind: str = "") -> None:
    """Show a sentence at the top of the page that this request answers with."""
    g.setdefault("notices", []).append((kind, sentence))


def _notices() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = g.get("notices", [])
    return found


def keep_open(address: str) -> None:
    """Let typing on this page tell `address`, now and then, that somebody is still here."""
    g.still = address


def provide(app: Flask, **things: Callable[..., Any]) -> None:
    """Let every template call these by name."""
    app.jinja_env.globals.update(things)


def init_app(app: Flask) -> None:
    """Give templates the kit."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000
    provide(
        app,
        asset=asset,
        file_notes=file_notes,
        in_unicode=in_unicode,
        name_in=name_in,
        switch_url=switch_url,
        notices=_notices,
        still=lambda: g.get("still", ""),
        telephone=telephones.shown,
        demo=lambda: bool(app.config["SETTINGS"].demo),
        wordmark=lambda: app.config.get("WORDMARK", "Hidamari"),
    )
    app.teardown_request(lambda _problem: db.session.rollback())
