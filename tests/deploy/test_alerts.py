"""The rules for a monitor ask for numbers that `/metrics` really tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, delete
from sqlalchemy.orm import Session

from grievance.clock import real_now
from grievance.jobs import JOBS
from grievance.notifications.models import JobRun
from tests.deploy.page import DEPLOY
from tests.servers import Server

GROUPS = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
ASKED = re.compile(r"\b(grievance_[a-z_]+)(?:\{([a-z]+)=\"([^\"]+)\"\})?")
BY_TIMERS = ("backup", "drill")


def test_a_command_that_a_rule_names_can_be_typed_as_it_stands() -> None:
    named = re.findall(r"`([^`]+)`", " ".join(rule["annotations"]["summary"] for rule in RULES))
    assert named == ["/opt/grievance/deploy/as worker outbox drain --dead"]


@pytest.fixture
def told(app: Flask, client: FlaskClient, server: Server, shared_database: str) -> Iterator[str]:
    """What `/metrics` says where every job has run; only the worker's role may note that."""
    now, before = real_now(), app.config["SETTINGS"]
    engine = create_engine(server.url("worker", shared_database), poolclass=NullPool)
    with Session(engine, info={"actor": "job:test"}) as session:
        for name in (*(job.name for job in JOBS), *BY_TIMERS):
            session.add(JobRun(job=name, started_at=now, finished_at=now, due=1, done=1, ms=5))
        session.commit()
        app.config["SETTINGS"] = replace(before, metrics_token="let-me-see")
        yield client.get("/metrics", headers={"Authorization": "Bearer let-me-see"}).text
        app.config["SETTINGS"] = before
        session.execute(delete(JobRun))
        session.commit()


def test_every_number_that_a_rule_asks_for_is_told(told: str) -> None:
    assert RULES
    for rule in RULES:
        asked = ASKED.findall(rule["expr"])
        assert asked or "up{" in rule["expr"], rule["alert"]
        for name, label, value in asked:
            line = rf'^{name}\{{{label}="{value}"\}} \d+$' if label else rf"^{name}(\{{.*\}})? \d+$"
            assert re.search(line, told, re.M), (rule["alert"], name, value)


def test_every_job_is_watched(told: str) -> None:
    asked = {
        value for rule in RULES for _, label, value in ASKED.findall(rule["expr"]) if label == "job"
    }
    assert asked == {*(job.name for job in JOBS), *BY_TIMERS}


def test_every_number_is_watched_but_how_long_jobs_take(told: str) -> None:
    names = set(re.findall(r"^(grievance_[a-z_]+)", told, re.M))
    asked = {name for rule in RULES for name, _, _ in ASKED.findall(rule["expr"])}
    assert names - asked == {"grievance_job_milliseconds"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_who_is_called_and_what_it_means(rule: dict[str, Any]) -> None:
    assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "look")
    assert rule["annotations"]["summary"].endswith((".", "?"))
    assert re.fullmatch(r"\d+[mhd]", rule.get("for", "1m"))
