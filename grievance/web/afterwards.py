"""Work that a request does once its answer is out: nobody waits for it, and it may come to nothing.

It runs in the thread of the request, with what that request could read, and ends before the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Response, after_this_request, current_app

from grievance.extensions import act_as, db
from grievance.web.logs import where

log = logging.getLogger("grievance.error")


def afterwards(actor: str, work: Callable[[], None]) -> None:
    """Do `work` as `actor` after this request's answer was sent. It commits itself; a failure is
    noted by its place only."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with app.app_context():
            act_as(actor)
            try:
                work()
            except Exception as problem:  # the answer is out, there is nobody to tell
                kind = type(problem).__name__
                log.error("work afterwards failed", extra={"kind": kind, "place": where(problem)})
            finally:
                db.session.remove()

    @after_this_request
    def attach(answer: Response) -> Response:
        answer.call_on_close(run)
        return answer
