"""`flask operator setup`: one link, new each time until somebody founded; plain exit codes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from grievance.accounts import queries
from grievance.accounts.operations import founding
from grievance.cli.operator import operator
from grievance.clock import real_now
from grievance.extensions import act_as, db


@pytest.fixture
def run(live_app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Runs the command on a database of its own."""
    settings = live_app.config["SETTINGS"]
    told = {
        "DATABASE_URL": settings.database_url,
        "KEYRING": str(settings.keyring),
        "DATA": str(settings.data),
        "PUBLIC_URL": "https://help.example.org",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"GRIEVANCE_{name}", value)
    return lambda: CliRunner().invoke(operator, ["setup"])


def token_in(result: Result) -> str:
    word, url = result.stdout.split()
    assert word == "invitation"
    start = "https://help.example.org/staff/invitation/"
    assert url.startswith(start)
    return url.removeprefix(start)


def test_prints_one_working_link_until_somebody_founded(run, live_app: Flask, hashed) -> None:
    first, second = run(), run()
    assert (first.exit_code, second.exit_code) == (0, 0)
    with live_app.app_context():
        act_as("public")
        session = db.session()
        assert queries.invitation(session, token_in(first), real_now()) is None
        assert queries.invitation(session, token_in(second), real_now())
        founder = founding.Founder("Kobo", "Aiko", "aiko@example.org", "en", hashed)
        ring = live_app.config["KEY_RING"]
        founding.found(session, token_in(second), founder, ring=ring, now=real_now())
        session.commit()
    after = run()
    assert (after.exit_code, after.stdout) == (0, "")
    assert "Founded already" in after.stderr


def test_missing_setting_is_named_and_exits_3(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIEVANCE_KEYRING")
    result = run()
    assert result.exit_code == 3
    assert "GRIEVANCE_KEYRING" in result.stderr
    assert result.stdout == ""


def test_database_that_is_away_exits_3(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIEVANCE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    result = run()
    assert (result.exit_code, result.stdout) == (3, "")
