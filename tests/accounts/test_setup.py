"""`flask operator setup`: one link, new each time until somebody founded; plain exit codes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from grievance.accounts import queries
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.models import Event
from grievance.accounts.operations import founding, way_back
from grievance.cli.operator import operator
from grievance.clock import real_now
from grievance.extensions import act_as, db
from grievance.notifications.models import Outbox


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


def founded(app: Flask, hashed: HashedPassword) -> None:
    with app.app_context():
        act_as("public")
        session = db.session()
        token = founding.set_up(session, real_now())
        founder = founding.Founder("Kobo", "Aiko", "aiko@example.org", "en", hashed)
        founding.found(session, token, founder, ring=app.config["KEY_RING"], now=real_now())
        session.commit()


def test_prints_a_way_back_for_who_held_the_key_and_tells_them(run, live_app, hashed) -> None:
    assert CliRunner().invoke(operator, ["way-back", "aiko@example.org"]).exit_code == 1
    founded(live_app, hashed)
    made = CliRunner().invoke(operator, ["way-back", "aiko@example.org"])
    assert made.exit_code == 0
    word, url = made.stdout.split()
    assert word == "way-back"
    assert "at once" in made.stderr
    with live_app.app_context():
        act_as("public")
        session = db.session()
        token = url.removeprefix("https://help.example.org/staff/way-back/")
        assert way_back.way(session, token, real_now())
        assert session.scalars(select(Outbox.kind)).all() == ["way_back"]
        (event,) = session.scalars(select(Event).where(Event.verb == "way_back_offered"))
        assert event.actor == "cli:operator-way-back"
        assert token not in str(event.codes)


def test_a_way_back_for_somebody_else_names_who_could(run, live_app, hashed) -> None:
    founded(live_app, hashed)
    result = CliRunner().invoke(operator, ["way-back", "nobody@example.org"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Aiko" in result.stderr
    assert "aiko@example.org" not in result.stderr
