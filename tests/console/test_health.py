"""Health and metrics: facts for machines, nothing about anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, delete
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from grievance.clock import real_now
from grievance.deadlines.models import Deadline
from grievance.notifications.models import JobRun
from tests.cast import file_case, found_operator
from tests.servers import Server


@pytest.fixture
def drained(server: Server, shared_database: str) -> Iterator[Callable[[timedelta], None]]:
    """Notes that the worker drained the outbox so long ago; only its role may say so."""
    engine = create_engine(server.url("worker", shared_database), poolclass=NullPool)

    def _drained(ago: timedelta) -> None:
        at = real_now() - ago
        with Session(engine) as session:
            session.info["actor"] = "job:drain"
            session.add(JobRun(job="drain", started_at=at, finished_at=at, ms=3))
            session.commit()

    yield _drained
    with Session(engine) as session:
        session.info["actor"] = "job:drain"
        session.execute(delete(JobRun))
        session.commit()


def test_an_instance_that_nobody_founded_is_degraded_but_up(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    facts = answer.get_json()
    assert facts["status"] == "degraded"
    assert (facts["filing"], facts["database"], facts["queue"]) == (False, True, False)


def test_it_is_ok_when_filing_is_open_and_the_queue_drained_lately(
    app: Flask, session: Session, client: FlaskClient, drained: Callable[[timedelta], None]
) -> None:
    found_operator(session, app.config["KEY_RING"])
    drained(timedelta(seconds=5))
    assert client.get("/healthz").get_json()["status"] == "ok"


def test_a_queue_that_is_silent_for_a_minute_is_told(
    app: Flask, session: Session, client: FlaskClient, drained: Callable[[timedelta], None]
) -> None:
    found_operator(session, app.config["KEY_RING"])
    drained(timedelta(seconds=90))
    facts = client.get("/healthz").get_json()
    assert (facts["status"], facts["queue"]) == ("degraded", False)


def test_the_oldest_clock_that_was_missed_is_told(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    operator = found_operator(session, app.config["KEY_RING"])
    filed = file_case(session, app.config["SITE"], now=real_now())
    clock = session.query(Deadline).filter_by(case_id=filed.case.id).one()
    clock.due_at = real_now() - timedelta(hours=2)
    session.commit()
    assert operator.id
    assert 7190 <= client.get("/healthz").get_json()["oldest_overdue_s"] <= 7300


def test_metrics_need_the_token(
    app: Flask, client: FlaskClient, drained: Callable[[timedelta], None]
) -> None:
    assert client.get("/metrics").status_code == 404
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, metrics_token="let-me-see")
    try:
        drained(timedelta(seconds=5))
        assert client.get("/metrics").status_code == 404
        answer = client.get("/metrics", headers={"Authorization": "Bearer let-me-see"})
    finally:
        app.config["SETTINGS"] = before
    assert answer.status_code == 200
    assert 'grievance_job_failed{job="drain"} 0' in answer.get_data(as_text=True)
