"""`/healthz` and `/metrics`: whether the instance does its work, and how much of it.

The queue is judged by what it did last, for no web request ever talks to it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, jsonify, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grievance.accounts.queries import filing_open
from grievance.clock import now, real_now
from grievance.deadlines.models import Deadline
from grievance.extensions import acting, db
from grievance.notifications.queries import lag, last_runs, mail_works, states
from grievance.questions.drafts import unsent
from grievance.web.audience import audience

bp = Blueprint("health", __name__)
QUIET = timedelta(seconds=60)  # the bell rings every five seconds


@bp.get("/healthz")
@audience("machine")
def health() -> tuple[Response, int]:
    """Facts without content; 503 only when the database is away. A store of files that is away
    makes it degraded: reports are taken without their files."""
    try:
        facts = _facts()
    except SQLAlchemyError:
        nothing = {"outbox_lag_s": None, "oldest_overdue_s": None}
        away = {"status": "down", "filing": False, "database": False, "queue": False, **nothing}
        return jsonify(away), 503
    return jsonify(facts), 200


def _facts() -> dict[str, object]:
    session = db.session()
    drained = last_runs(session).get("drain")
    queue = drained is not None and real_now() - drained.finished_at < QUIET
    filing = filing_open(session)
    return {
        "status": "ok" if queue and filing and _store_well() else "degraded",
        "filing": filing,
        "database": True,
        "queue": queue,
        "outbox_lag_s": round(lag(session, now())),
        "oldest_overdue_s": _overdue(session),
    }


def _store_well() -> bool:
    return bool(current_app.config["STORE_WATCH"].well(current_app.config["SITE"].blobs))


def _overdue(session: Session) -> int:
    running = Deadline.met_at.is_(None), Deadline.stopped_at.is_(None)
    with acting("job:health", session):
        oldest = session.scalar(select(func.min(Deadline.due_at)).where(*running))
    return max(0, round((now() - oldest).total_seconds())) if oldest else 0


@bp.get("/metrics")
@audience("machine")
def metrics() -> Response:
    """Numbers for a monitor, as text; 404 without the token of GRIEVANCE_METRICS_TOKEN."""
    token = current_app.config["SETTINGS"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    return Response("\n".join(_lines()) + "\n", content_type="text/plain; version=0.0.4")


def _lines() -> Iterator[str]:
    session = db.session()
    yield f"grievance_filing_open {int(filing_open(session))}"
    yield f"grievance_oldest_overdue_seconds {_overdue(session)}"
    yield f"grievance_storage_up {int(_store_well())}"
    free = current_app.config["SITE"].blobs.free()
    if free is not None:
        yield f"grievance_storage_free_bytes {free}"
    total = current_app.config["SETTINGS"].unsent_mb * 1024 * 1024
    yield f"grievance_unsent_room_bytes {max(0, total - unsent(session))}"
    counted = states(session)
    for state, count in sorted(counted.items()):
        yield f'grievance_outbox_letters{{state="{state}"}} {count}'
    yield f"grievance_mail_works {int(mail_works(session, real_now()))}"
    yield f"grievance_outbox_lag_seconds {round(lag(session, now()))}"
    for job, run in sorted(last_runs(session).items()):
        ago = round((real_now() - run.finished_at).total_seconds())
        yield f'grievance_job_seconds_since{{job="{job}"}} {ago}'
        yield f'grievance_job_failed{{job="{job}"}} {run.failed}'
        yield f'grievance_job_milliseconds{{job="{job}"}} {run.ms}'
