"""How to tell us of a weakness: `/.well-known/security.txt` (RFC 9116)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import Response, abort, current_app

from grievance import clock
from grievance.accounts import queries as accounts
from grievance.extensions import db
from grievance.model import can_get_mail
from grievance.portal.blueprint import portal
from grievance.web.audience import audience

VALID = timedelta(days=90)  # whoever reads it later asks again
READ = "en, ja"  # the languages of the desk


@portal.get("/.well-known/security.txt")
@audience("public")
def security_txt() -> Response:
    """Whom to write to; 404 while nobody said."""
    settings = current_app.config["SETTINGS"]
    profile = accounts.profile(db.session())
    given = [settings.security_contact] if settings.security_contact else []
    contacts = list(_addresses(given or (profile.contacts if profile else [])))
    if not contacts:
        abort(404)
    place = f"{settings.public_url}/.well-known/security.txt"
    lines = [f"Contact: {one}" for one in contacts]
    lines += [f"Expires: {_expires(clock.real_now())}", f"Preferred-Languages: {READ}"]
    text = "\n".join([*lines, f"Canonical: {place}", ""])
    return Response(text, content_type="text/plain; charset=utf-8")


def _addresses(contacts: Iterable[str]) -> Iterable[str]:
    """The contacts that are an address: a telephone number or a place in words is none."""
    for contact in contacts:
        if can_get_mail(contact.removeprefix("mailto:")):
            yield f"mailto:{contact.removeprefix('mailto:')}"
        elif contact.startswith("https://") and not any(letter.isspace() for letter in contact):
            yield contact


def _expires(now: datetime) -> str:
    """The end of a day, so that the file is the same all day."""
    return f"{clock.local_day(now + VALID, 'UTC').isoformat()}T00:00:00Z"
