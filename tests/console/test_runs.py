"""The page of the jobs: last run, duration, result, and which stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, delete
from sqlalchemy.orm import Session

from grievance import jobs
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.console.runs import ABOUT
from grievance.notifications.models import JobRun
from tests.cast import Operator, browser, found_operator, member
from tests.pages import Page, read_page
from tests.servers import Server

Ran = Callable[..., None]


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def ran(server: Server, shared_database: str) -> Iterator[Ran]:
    """Notes a run as the worker does; only its role may."""
    engine = create_engine(server.url("worker", shared_database), poolclass=NullPool)

    def _ran(job: str, ago: timedelta = timedelta(), **counts: int) -> None:
        at = real_now() - ago
        with Session(engine) as session:
            session.info["actor"] = f"job:{job}"
            session.add(JobRun(job=job, started_at=at, finished_at=at, ms=1500, **counts))
            session.commit()

    yield _ran
    with Session(engine) as session:
        session.info["actor"] = "job:purge"
        session.execute(delete(JobRun))
        session.commit()


def shown(app: Flask, session: Session, operator: Operator) -> Page:
    return read_page(browser(app, session, operator.director).get("/staff/jobs"))


def test_the_page_tells_of_every_job_as_often_as_it_is_rung() -> None:
    assert {name: every for name, _said, every in ABOUT} == {
        job.name: job.every for job in jobs.JOBS
    }


def test_all_run(app: Flask, session: Session, operator: Operator, ran: Ran) -> None:
    for name, *_rest in ABOUT:
        ran(name, due=3, done=2, skipped=1)
    page = shown(app, session, operator)
    assert page.one("p", data_jobs="well") is not None
    row = " ".join("".join(page.one("tr", data_job="sweep").itertext()).split())
    assert "1.5 due 3, done 2, later 1, failed 0 not in the last 30 days" in row


def test_one_that_stands_still_is_seen(
    app: Flask, session: Session, operator: Operator, ran: Ran
) -> None:
    for name, *_rest in ABOUT:
        ran(name, timedelta(hours=1))
    page = shown(app, session, operator)
    assert page.one("p", data_jobs="still") is not None
    rows = {name: "".join(page.one("tr", data_job=name).itertext()) for name, *_rest in ABOUT}
    still = {name for name, row in rows.items() if "stands still" in row}
    assert still == {name for name, _said, every in ABOUT if every < 3600}


def test_one_that_failed_is_seen_and_remembered(
    app: Flask, session: Session, operator: Operator, ran: Ran
) -> None:
    for name, *_rest in ABOUT:
        ran(name)
    ran("warn", failed=1)
    assert shown(app, session, operator).one("p", data_jobs="failed") is not None
    ran("warn")
    page = shown(app, session, operator)
    assert page.one("p", data_jobs="well") is not None
    row = "".join(page.one("tr", data_job="warn").itertext())
    assert "not in the last 30 days" not in row


def test_before_any_run(app: Flask, session: Session, operator: Operator) -> None:
    assert "never" in shown(app, session, operator).text


@pytest.mark.parametrize("role", [Role.HANDLER, Role.LEAD])
def test_who_may(app: Flask, session: Session, operator: Operator, role: Role) -> None:
    client = browser(app, session, member(session, operator, role, "Sato Aya"))
    assert client.get("/staff/jobs").status_code == (200 if role is Role.LEAD else 403)
