"""Error pages: what happened, what was kept, what to do. In the reader's language."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import InternalError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from grievance.vault.slots import Busy
from grievance.web.binding import NotOurs, held
from grievance.web.bodies import TextTooLong
from grievance.web.logs import where

log = logging.getLogger("grievance.error")


def error_page(status: int, what: str) -> Response:
    """The page for an HTTP status; `what` names the sentence in the template."""
    g.failed = status
    return make_response(render_template("web/error.html", status=status, what=what), status)


def _known(problem: HTTPException) -> Response:
    status = problem.code or 500
    what = {
        400: "bad",
        403: "forbidden",
        404: "missing",
        405: "missing",
        413: "large",
        414: "bad",
        431: "bad",
    }
    answer = error_page(status, what.get(status, "broken"))
    for name, value in problem.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _not_ours(_problem: NotOurs) -> Response:
    return error_page(400, "elsewhere" if held() else "cookies")


def _large(problem: RequestEntityTooLarge) -> Response:
    request.environ["wsgi.input_terminated"] = True
    return error_page(413, "long" if isinstance(problem, TextTooLong) else "large")


def _busy(problem: Busy) -> Response:
    answer = error_page(503, "busy")
    answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _away(_problem: OperationalError | InternalError) -> Response:
    log.error("the database is away", extra={"place": where(_problem)})
    answer = error_page(503, "away")
    answer.headers["Retry-After"] = "30"
    return answer


def _unreachable(problem: OSError) -> Response:
    """The store of files does not answer; one that answers and has lost a file is broken."""
    if isinstance(problem, FileNotFoundError):
        return _broken(problem)
    log.error("the store of files is away", extra={"place": where(problem)})
    answer = error_page(503, "away")
    answer.headers["Retry-After"] = "30"
    return answer


def _broken(problem: Exception) -> Response:
    log.error("%s", type(problem).__name__, extra={"place": where(problem)})
    return error_page(500, "broken")


def init_app(app: Flask) -> None:
    """Answer every failure with a page of ours."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(NotOurs, _not_ours)
    app.register_error_handler(RequestEntityTooLarge, _large)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(OperationalError, _away)
    app.register_error_handler(InternalError, _away)
    app.register_error_handler(OSError, _unreachable)
    if not app.testing:
        app.register_error_handler(Exception, _broken)
