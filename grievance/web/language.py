"""The language of a page: first part of a worker's URL, the person's choice at the desk."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.routing import BaseConverter, Map

from grievance import i18n

CHOICE_COOKIE = "own"


class LanguageConverter(BaseConverter):
    """`<language:lang>`: one of the slugs of the language table."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map)
        self.regex = "|".join(sorted(i18n.BY_SLUG, key=len, reverse=True))


def enabled() -> tuple[str, ...]:
    """The slugs whose pages this instance serves; English is always one of them."""
    slugs: tuple[str, ...] = current_app.config["LANGUAGES"]
    return slugs


def own_language() -> i18n.Language:
    """The language the reader asked for, though its pages may not exist yet."""
    chosen = i18n.BY_SLUG.get(request.cookies.get(CHOICE_COOKIE, ""))
    return chosen or i18n.current()


def _pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    slug = (values or {}).pop("lang", None)
    g.lang = slug
    i18n.speak(i18n.BY_SLUG[slug] if slug else i18n.ENGLISH)


def _push(endpoint: str, values: dict[str, Any]) -> None:
    known = endpoint in current_app.view_functions
    if (
        "lang" not in values
        and known
        and current_app.url_map.is_endpoint_expecting(endpoint, "lang")
    ):
        values["lang"] = i18n.current().slug


def _only_enabled() -> Response | None:
    slug = g.get("lang")
    if not slug or slug in enabled():
        return None
    answer = redirect(url_for("portal.home", lang="en"), code=302)
    answer.set_cookie(
        CHOICE_COOKIE, slug, httponly=True, samesite="Lax", secure=current_app.config["SECURE"]
    )
    return answer  # type: ignore[return-value]  # werkzeug's Response is Flask's here


def best() -> i18n.Language:
    """The enabled language that the browser asks for."""
    return i18n.negotiate(request.headers.get("Accept-Language", ""), enabled())


def init_app(app: Flask) -> None:
    """Serve the enabled languages; refuse a slug nobody knows."""
    unknown = [slug for slug in app.config["LANGUAGES"] if slug not in i18n.BY_SLUG]
    if unknown:
        raise ValueError(f"GRIEVANCE_LANGUAGES: unknown language {', '.join(unknown)}")
    # The router's own redirects name the host that the sender named, so it makes none.
    app.url_map.strict_slashes = app.url_map.merge_slashes = app.url_map.redirect_defaults = False
    app.url_map.converters["language"] = LanguageConverter
    app.url_value_preprocessor(_pull)
    app.url_defaults(_push)
    app.before_request(_only_enabled)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
    )
    app.jinja_env.globals.update(
        language=i18n.current, languages=i18n.LANGUAGES, enabled_languages=enabled
    )
    app.jinja_env.filters["day"] = i18n.date_text
