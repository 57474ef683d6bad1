"""The job and the command: what they note, print, and end with."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import update

from grievance import jobs
from grievance.cases.models import Case
from grievance.notifications.queries import last_runs
from grievance.settings import WorkerSettings, read
from tests.cast import IN_DANGER
from tests.deadlines.conftest import House


@pytest.fixture
def environ(house: House, tmp_path) -> dict[str, str]:
    """The settings of the worker process; its queue is away, and not needed."""
    return {
        "PATH": os.environ["PATH"],
        "GRIEVANCE_DATABASE_URL": house.address,
        "GRIEVANCE_KEYRING": str(tmp_path / "ring"),
        "GRIEVANCE_DATA": str(tmp_path),
        "GRIEVANCE_PUBLIC_URL": "https://desk.example",
        "GRIEVANCE_REDIS_URL": "redis://127.0.0.1:1",
        "GRIEVANCE_SMTP_URL": f"mailbox:{tmp_path}/mail",
        "GRIEVANCE_MAIL_FROM": "desk@example.org",
    }


def command(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from grievance.cli.work import deadlines; deadlines(['sweep'])"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_prints_what_it_did(house, environ):
    filed = house.case(**IN_DANGER)  # filed in April: overdue by any clock of a machine
    ended = command(environ)
    assert ended.returncode == 0, ended.stderr
    counts = json.loads(ended.stdout)
    assert list(counts) == ["due", "done", "skipped", "failed", "ms"]
    house.again()
    kinds = {event.codes["clock"] for event in house.events(filed.case)}
    assert counts["due"] == counts["done"] == len(kinds)
    assert "danger" in kinds
    again = json.loads(command(environ).stdout)
    assert (again["due"], again["done"]) == (0, 0)


def test_without_settings_it_ends_with_3(environ):
    ended = command({**environ, "GRIEVANCE_SMTP_URL": ""})
    assert ended.returncode == 3
    assert "GRIEVANCE_SMTP_URL is missing" in ended.stderr
    assert ended.stdout == ""


def test_the_job_runs_every_half_minute_and_notes_bad_rows(house, environ):
    assert jobs.BY_NAME["sweep"].every == 30
    bad, good = house.case(**IN_DANGER), house.case(**IN_DANGER)
    spoil = update(Case).where(Case.id == bad.case.id).values(state="withdrawn")
    house.session.execute(spoil)
    house.session.commit()

    def worker() -> jobs.Session:
        return house.worker()

    shop = jobs.Workshop(read(WorkerSettings, environ), house.ring, worker)
    counts = jobs.perform(jobs.BY_NAME["sweep"], shop)
    house.again()
    assert good.case.level == 1
    assert counts["failed"] == counts["due"] - counts["done"] > 0
    run = last_runs(house.session)["sweep"]
    assert (run.due, run.done, run.failed) == (counts["due"], counts["done"], counts["failed"])
