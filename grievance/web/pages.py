"""What every page needs: assets with their hash, notices, the switch of languages, one session."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for

from grievance.extensions import db
from grievance.i18n import Language, name_in
from grievance.web import telephones
from grievance.web.burmese import in_unicode
from grievance.web.file_notes import file_notes

STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=32)
def _mark(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file of ours; it changes with the content, so it is cached for good."""
    return url_for("static", filename=name, v=_mark(name))


def switch_url(language: Language) -> str:
    """This page in another language, or the first page where this one has none."""
    endpoint = request.endpoint or ""
    if request.view_args is None or not current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        endpoint = "portal.home"
    if request.method != "GET" and not current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        endpoint = "portal.home"
    values = dict(request.view_args or {}) if endpoint == request.endpoint else {}
    return url_for(endpoint, lang=language.slug, **values)


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
