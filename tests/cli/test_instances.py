"""Every command says what it works on, and only what is meant to makes an instance.

Which command is of which kind stands in `kinds.py`; `tests/guard/test_commands.py` finds new ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from grievance import jobs
from grievance.cli import places
from grievance.cli.places import is_there
from grievance.vault import keyring
from tests.cli.kinds import ALL, FOLDER, MAKES, NONE, THERE
from tests.servers import ROOT, Server

NO_TABLES = {"cron", "migrate", "mail test", "backup drill"}  # ask none, or make them
PASSWORD = "hunter2-and-more"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command in an empty folder, its instance's folder in it, without other settings."""
    for name in [name for name in os.environ if name.startswith("GRIEVANCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def invoke(full: str, arguments: list[str], **env: str) -> Result:
        jobs.workshop.cache_clear()  # a process has one; here many commands share a process
        given = {"GRIEVANCE_DATA": str(tmp_path / "home"), **env}
        return CliRunner().invoke(ALL[full], arguments, env=given)

    return invoke


@pytest.mark.parametrize("name", THERE)
def test_without_an_instance_it_refuses_in_a_sentence_and_makes_none(
    run, name: str, tmp_path: Path
) -> None:
    told = run(name, THERE[name])
    home = tmp_path / "home"
    assert (told.exit_code, told.stdout) == (3, "")
    named, why = told.stderr.splitlines()
    assert named == f"Working on the instance in {home}."
    assert why.startswith(f"There is no instance in {home}: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted({*THERE, *MAKES} - {"cron"}))  # which has a queue alone
def test_a_given_database_is_named_without_its_password(run, name: str, tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    assert run("keyring create", [str(ring)]).exit_code == 0
    told = run(
        name,
        (THERE | MAKES)[name],
        GRIEVANCE_DATABASE_URL=f"postgresql+psycopg://us:{PASSWORD}@127.0.0.1:1/complaints",
        GRIEVANCE_KEYRING=str(ring),
        GRIEVANCE_PUBLIC_URL="http://localhost",
        GRIEVANCE_REDIS_URL=f"redis://:{PASSWORD}@127.0.0.1:1/0",
        GRIEVANCE_SMTP_URL=f"smtps://us:{PASSWORD}@127.0.0.1:1",
        GRIEVANCE_BACKUP_PASSPHRASE_FILE=str(tmp_path / "none"),
    )
    assert told.exit_code != 0
    assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
    assert "the database complaints at 127.0.0.1:1." in told.stderr
    assert PASSWORD not in told.output


@pytest.mark.parametrize("name", sorted({*THERE} - NO_TABLES))
def test_a_database_without_tables_is_refused_in_a_sentence(
    run, name: str, server: Server, ring_folder: Path, tmp_path: Path
) -> None:
    database = f"grievance_empty_{uuid4().hex[:8]}"
    server.ensure_database(database)
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("lantern-quiet-harbour-maple")
    role = "owner" if name in ("backup create", "backup scrub") else "app"
    told = run(
        name,
        THERE[name],
        GRIEVANCE_DATABASE_URL=server.url(role, database),
        GRIEVANCE_KEYRING=str(ring_folder),
        GRIEVANCE_PUBLIC_URL="http://localhost",
        GRIEVANCE_REDIS_URL="redis://127.0.0.1:1/0",
        GRIEVANCE_SMTP_URL=f"mailbox:{tmp_path / 'mail'}",
        GRIEVANCE_BACKUP_PASSPHRASE_FILE=str(secret),
    )
    assert isinstance(told.exception, SystemExit), told.exception
    assert (told.exit_code, told.stdout) == (1 if role == "owner" else 3, "")
    assert any(said in told.stderr for said in ("has no tables yet", "stands at nothing")), (
        told.stderr
    )
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("name", MAKES)
def test_what_makes_one_names_where(run, name: str, tmp_path: Path) -> None:
    told = run(name, MAKES[name])
    assert told.exit_code != 0  # neither a foreign address nor a backup that is not there
    assert "There is no instance" not in told.stderr
    assert f"Working on the instance in {tmp_path / 'home'}." in told.stderr
    assert list(tmp_path.iterdir()) == []  # not for an address or a backup that is not there


def test_a_relative_folder_is_named_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIEVANCE_DATA", "some/where")
    assert places.home() == tmp_path / "some" / "where"


def test_what_the_database_refuses_is_told_in_its_words(
    run, server: Server, ring_folder: Path
) -> None:
    nobody = make_url(server.url("app", f"grievance_none_{uuid4().hex[:8]}"))
    url = nobody.set(password=PASSWORD).render_as_string(hide_password=False)
    settings = {
        "GRIEVANCE_DATABASE_URL": url,
        "GRIEVANCE_KEYRING": str(ring_folder),
        "GRIEVANCE_PUBLIC_URL": "http://localhost",
    }
    for name in ("audit verify", "migrate"):
        told = run(name, THERE[name], **settings)
        assert (told.exit_code, told.stdout) == (3, "")
        assert f'"{nobody.database}" does not exist' in told.stderr
        assert PASSWORD not in told.stderr


@pytest.mark.parametrize("name", FOLDER)
def test_a_given_folder_is_named_and_only_create_makes_one(run, name: str, tmp_path: Path) -> None:
    arguments, named = FOLDER[name]
    told = run(name, arguments)
    makes = name == "keyring create"
    assert told.stderr.splitlines()[0] == f"Working on {named}."
    assert (told.exit_code == 0) == makes == bool(list(tmp_path.iterdir()))
    assert len(told.stderr.splitlines()) == (1 if makes else 2)


@pytest.mark.parametrize("name", sorted({*NONE} - {"translations update"}))  # writes to the source
def test_what_works_on_none_needs_none_and_makes_none(run, name: str, tmp_path: Path) -> None:
    told = run(name, NONE[name])
    assert told.exception is None or isinstance(told.exception, SystemExit)
    assert "Working on" not in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_half_an_instance_is_none(tmp_path: Path) -> None:
    assert not is_there(tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    assert not is_there(tmp_path)
    (tmp_path / "keys" / "all").mkdir(parents=True)
    assert is_there(tmp_path)


def help_with(**settings: str) -> str:
    """What `flask --help` says on stderr beside the list of every command."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("GRIEVANCE_")}
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--help"],
        cwd=ROOT,
        env={**env, **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0
    assert "Traceback" not in told.stderr
    installed = {one.name for one in entry_points(group="flask.commands")}
    listed = {
        line.split()[0] for line in told.stdout.partition("Commands:")[2].splitlines() if line
    }
    assert listed >= installed >= {"up", "routing"}
    return told.stderr


def test_help_without_settings_lists_every_command() -> None:
    assert "GRIEVANCE_DATABASE_URL is missing" in help_with()


def test_help_lists_them_whatever_the_settings_lead_to(
    server: Server, ring_folder: Path, tmp_path: Path
) -> None:
    keyring.split(ring_folder, "web", tmp_path / "web")
    database = f"grievance_empty_{uuid4().hex[:8]}"
    server.ensure_database(database)
    settings = {
        "GRIEVANCE_DATABASE_URL": server.url("app", database),
        "GRIEVANCE_KEYRING": str(tmp_path / "web"),
        "GRIEVANCE_DATA": str(tmp_path),
        "GRIEVANCE_PUBLIC_URL": "https://help.example.org",
    }
    assert "no tables yet: run `flask migrate`" in help_with(**settings)
    away = f"postgresql+psycopg://us:{PASSWORD}@127.0.0.1:1/none"
    told = help_with(**{**settings, "GRIEVANCE_DATABASE_URL": away})
    assert "the database cannot be reached: " in told
    assert PASSWORD not in told
    told = help_with(**{**settings, "GRIEVANCE_KEYRING": str(tmp_path / "none")})
    assert f"{tmp_path / 'none'} is missing" in told


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"redis://us:{PASSWORD}@queue.example:6380/0", "the queue at queue.example/0"),
        (f"unix://us:{PASSWORD}@/run/valkey.sock?db=0", "the queue at /run/valkey.sock"),
    ],
)
def test_a_given_queue_is_named_without_its_password(url: str, named: str) -> None:
    assert places._queue_name(url) == named
