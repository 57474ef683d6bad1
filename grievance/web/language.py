"""The language of a page: first part of a worker's URL, the person's choice at the desk.

Every page speaks the enabled languages. The others have their first screens only: home, danger,
the short ways of filing, coming back, the page of a new report, a new number and every error, so
that nobody meets English after tapping their own script. Any other page of theirs leads to the same
page in the language they fall back to, which says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

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


def served() -> tuple[str, ...]:
    """The enabled slugs, then those that have their first screens."""
    whole = enabled()
    return whole + tuple(s for s in i18n.BY_SLUG if s not in whole and i18n.has_screens(s))


def is_partial(language: i18n.Language) -> bool:
    """Whether only the first screens speak this language."""
    return language.slug not in enabled()


def first_screens(app: Flask, screens: Mapping[str, Collection[str] | None]) -> None:
    """Serve these endpoints in every language that has its first screens.

    An endpoint with pages (`/<page>`) names those that belong to them; None means all.
    """
    app.extensions.setdefault("first_screens", {}).update(screens)


def whole_page() -> Response | None:
    """Where this page stands in a language that has all of it; None when the current one has.

    Address and query stay, and so does what was sent: a form is sent there as it is. The first
    enabled one of the language's own chain is taken.
    """
    spoken = i18n.BY_SLUG[g.lang] if g.get("lang") else i18n.current()
    if not is_partial(spoken):
        g.only_whole = True
        return None
    chain = (one.slug for one in i18n.fallbacks(spoken))
    slug = next((one for one in chain if one in enabled()), "en")
    # The query is the sender's: url_for has words of its own that would name another host.
    path = url_for(request.endpoint or "portal.home", **{**(request.view_args or {}), "lang": slug})
    query = urlencode(list(request.args.items(multi=True)))
    code = 307 if request.method == "POST" else 302
    answer = redirect(f"{path}?{query}" if query else path, code)
    _remember(answer, spoken.slug)
    return answer  # type: ignore[return-value]  # werkzeug's Response is Flask's here


def _remember(answer: Any, slug: str) -> None:
    answer.set_cookie(
        CHOICE_COOKIE, slug, httponly=True, samesite="Lax", secure=current_app.config["SECURE"]
    )


def own_language() -> i18n.Language:
    """The language the reader asked for, though its pages may not exist yet."""
    chosen = i18n.BY_SLUG.get(request.cookies.get(CHOICE_COOKIE, ""))
    return chosen or i18n.current()


def _pull(endpoint: str | None, values: dict[str, Any] | None) -> None:
    slug = (values or {}).pop("lang", None)
    g.lang = slug
    i18n.speak(i18n.BY_SLUG[slug] if slug else i18n.ENGLISH if endpoint else _of_nowhere())


def _of_nowhere() -> i18n.Language:
    """The language of an address that leads to no page: its own, else the browser's."""
    slug = request.path.split("/", 2)[1]
    return i18n.BY_SLUG[slug] if slug in served() else best()


def whole_language() -> i18n.Language:
    """The language that has every sentence, nearest to the one being spoken."""
    chain = i18n.fallbacks(i18n.current())
    return next((one for one in chain if one.slug in enabled()), i18n.ENGLISH)


def speak_whole() -> None:
    """Speak it: for what the first screens do not say."""
    i18n.speak(whole_language())


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
    if not slug or slug in enabled() or (i18n.has_screens(slug) and _is_first_screen()):
        return None
    return whole_page()


def _is_first_screen() -> bool:
    known: Mapping[str, Collection[str] | None] = current_app.extensions.get("first_screens", {})
    endpoint = request.endpoint or ""
    pages = known.get(endpoint)
    return endpoint in known and (pages is None or (request.view_args or {}).get("page") in pages)


def _has_first_screen() -> bool:
    """Whether this page, as it stands, is there in the languages of first screens too."""
    return _is_first_screen() and not g.get("only_whole") and not g.get("failed")


def _keep_choice(answer: Response) -> Response:
    slug = g.get("lang")
    if slug and slug in served() and is_partial(i18n.BY_SLUG[slug]) and answer.status_code == 200:
        _remember(answer, slug)
    return answer


def strange_language() -> i18n.Language | None:
    """The reader's own language, when this page is not in it."""
    own, spoken = own_language(), i18n.current()
    return own if own != spoken and is_partial(own) and not is_partial(spoken) else None


def best() -> i18n.Language:
    """The served language that the browser asks for."""
    return i18n.negotiate(request.headers.get("Accept-Language", ""), served())


def _say_in(language: i18n.Language, message: str) -> str:
    with i18n.speaking(language):
        return i18n.gettext(message)


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
    app.after_request(_keep_choice)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
    )
    app.jinja_env.globals.update(
        language=i18n.current,
        languages=i18n.LANGUAGES,
        enabled_languages=enabled,
        is_partial=is_partial,
        whole_language=whole_language,
        strange_language=strange_language,
        has_first_screen=_has_first_screen,
        say_in=_say_in,
        N_=i18n.N_,
    )
    app.jinja_env.filters["day"] = i18n.date_text
