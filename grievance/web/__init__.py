"""The web kit: routes that say who may use them, pages, forms, headers, errors, paging."""

from __future__ import annotations

from flask import Flask

from grievance.web import (
    audience,
    binding,
    bodies,
    errors,
    headers,
    language,
    logs,
    pages,
    resuming,
    uploads,
)


def init_app(app: Flask) -> None:
    """Bind the kit; the order is the order in which a request meets it."""
    logs.init_app(app)
    bodies.init_app(app)
    megabytes = app.config["SETTINGS"].max_upload_mb
    uploads.init_app(app, uploads.UploadLimits(body=megabytes * 1024 * 1024))
    for part in (language, audience, binding, headers, errors, pages, resuming):
        part.init_app(app)
