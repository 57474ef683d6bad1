"""The blueprint of the reply links, and the language of their pages: Japanese, unless the document
is in another one or the reader chose one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from grievance.extensions import db
from grievance.i18n import BY_SLUG, Language, current, speak
from grievance.referrals.operations import linking
from grievance.web.language import enabled

bp = Blueprint("partners", __name__, url_prefix="/reply/<token>")
USUAL = "ja"


@bp.before_request
def _speak() -> None:
    chosen = request.args.get("lang", "")
    slug = chosen if chosen in enabled() else _usual()
    speak(BY_SLUG[slug])


def _usual() -> str:
    token = (request.view_args or {}).get("token", "")
    spoken = linking.language_of(db.session(), token)
    return next((slug for slug in (spoken, USUAL) if slug in enabled()), "en")


@bp.url_defaults
def _keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", current().slug)


@bp.context_processor
def _switch() -> dict[str, Any]:
    """Let the layout offer the other languages."""
    return {"reply_languages": _languages}


def _languages(token: str) -> list[tuple[Language, str]]:
    return [(BY_SLUG[slug], url_for("partners.page", token=token, lang=slug)) for slug in enabled()]
