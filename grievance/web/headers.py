"""Headers of every answer: nothing from elsewhere, nothing kept, nothing told to other sites."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from grievance.model import complete
from grievance.settings import HSTS

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "X-Robots-Tag": "noarchive",
}
# Browsers remember it for two years: what else lives under the domain is the operator's to judge.
TLS_ONLY = {
    "host": "max-age=63072000",
    "subdomains": "max-age=63072000; includeSubDomains",
    "preload": "max-age=63072000; includeSubDomains; preload",
}
complete(TLS_ONLY, HSTS)


def _set(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.endpoint != "static":
        answer.headers["Cache-Control"] = "no-store"  # also where sending a file says otherwise
    if current_app.config["SECURE"]:
        answer.headers["Strict-Transport-Security"] = TLS_ONLY[current_app.config["SETTINGS"].hsts]
    return answer


def init_app(app: Flask) -> None:
    """Put the headers on every answer, errors included."""
    app.after_request(_set)
