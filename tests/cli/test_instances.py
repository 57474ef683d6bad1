"""Every command says what it works on, and only what is meant to makes an instance.

The commands are those of `setup.cfg`; one that is in none of the lists here fails.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner, Result

from grievance import jobs
from grievance.cli.places import is_there
from tests.servers import ROOT, Server

# Reads what is shipped or a file; works on no instance.
NONE = {
    "routing explain": ["profile.yaml"],
    "routing check": ["profile.yaml"],
    "directory check": [],
    "audit check": ["export.json"],
    "translations status": [],
    "translations update": [],  # of the checkout, not of an instance
    "translations check": [],
}
# Judges, copies, changes or serves an instance, which is there already.
THERE: dict[str, list[str]] = {
    "directory load": [],
    "directory export": ["--format", "csv"],
    "outbox drain": [],
    "deadlines sweep": [],
    "worker": [],
    "cron": [],
    "audit verify": [],
    "audit adopt": [],
    "backup create": ["saved"],
    "operator setup": [],
    "demo fill": [],
    "migrate": [],
}
# Makes one where there is none.
MAKES = {"up": ["--host", "192.0.2.1"], "backup restore": ["saved"]}
# Works on the folder it is given, which is no instance.
RING = {
    "keyring create": ["ring"],
    "keyring split": ["ring", "web", "part"],
    "keyring complete": ["ring"],
    "keyring add-pepper": ["ring"],
}
PASSWORD = "hunter2-and-more"


def commands() -> Iterator[tuple[str, str, click.Command, list[str]]]:
    """Name, entry point, its command and the words below it, of every command of the product."""
    written = configparser.ConfigParser()
    written.read(ROOT / "setup.cfg")
    for line in written["options.entry_points"]["flask.commands"].split("\n"):
        if line.strip():
            name, _, place = (part.strip() for part in line.partition("="))
            top = resolve_name(place)
            below = getattr(top, "commands", None)
            for word in sorted(below) if below is not None else [""]:
                yield f"{name} {word}".strip(), name, top, [word] if word else []


ALL = {full: (top, words) for full, _, top, words in commands()}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command in an empty folder, its instance's folder in it, without other settings."""
    for name in [name for name in os.environ if name.startswith("GRIEVANCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def invoke(full: str, arguments: list[str], **env: str) -> Result:
        top, words = ALL[full]
        jobs.workshop.cache_clear()  # a process has one; here many commands share a process
        given = {"GRIEVANCE_DATA": str(tmp_path / "home"), **env}
        return CliRunner().invoke(top, [*words, *arguments], env=given)

    return invoke


def test_every_command_is_of_one_kind() -> None:
    kinds = [*NONE, *THERE, *MAKES, *RING]
    assert sorted(kinds) == sorted(ALL)
    assert not [
        one for one, (top, _) in ALL.items() if isinstance(top, click.Group) and " " not in one
    ]


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


@pytest.mark.parametrize("name", [*THERE, *MAKES])
def test_a_given_database_is_named_without_its_password(run, name: str, tmp_path: Path) -> None:
    if name == "cron":
        pytest.skip("it is given a queue and waits for it")
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


@pytest.mark.parametrize("name", sorted({*THERE} - {"cron", "migrate"}))
def test_a_database_without_tables_is_refused_in_a_sentence(
    run, name: str, server: Server, ring_folder: Path, tmp_path: Path
) -> None:
    database = f"grievance_empty_{uuid4().hex[:8]}"
    server.ensure_database(database)
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("lantern-quiet-harbour-maple")
    role = {"backup create": "owner"}.get(name, "app")
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
    assert (told.exit_code, told.stdout) == (1 if name == "backup create" else 3, "")
    assert any(said in told.stderr for said in ("has no tables yet", "stands at nothing"))
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("name", MAKES)
def test_what_makes_one_names_where(run, name: str, tmp_path: Path) -> None:
    told = run(name, MAKES[name])
    assert told.exit_code != 0  # neither a foreign address nor a backup that is not there
    assert "There is no instance" not in told.stderr
    assert f"Working on the instance in {tmp_path / 'home'}." in told.stderr


@pytest.mark.parametrize("name", RING)
def test_a_key_ring_is_named_and_only_create_makes_one(run, name: str, tmp_path: Path) -> None:
    told = run(name, RING[name])
    assert told.stderr.splitlines()[0] == "Working on the key ring in ring."
    assert (told.exit_code == 0) == (name == "keyring create") == (tmp_path / "ring").exists()
    assert len(told.stderr.splitlines()) == (1 if told.exit_code == 0 else 2)


@pytest.mark.parametrize("name", NONE)
def test_what_works_on_none_needs_none_and_makes_none(run, name: str, tmp_path: Path) -> None:
    if name == "translations update":
        pytest.skip("it would write into the checkout")
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


def test_help_without_settings_lists_every_command() -> None:
    env = {name: text for name, text in os.environ.items() if not name.startswith("GRIEVANCE_")}
    flask = Path(sys.executable).with_name("flask")
    told = subprocess.run(
        [flask, "--help"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert told.returncode == 0
    assert "Traceback" not in told.stderr
    assert "GRIEVANCE_DATABASE_URL is missing" in told.stderr
    listed = {
        line.split()[0] for line in told.stdout.partition("Commands:")[2].splitlines() if line
    }
    assert listed >= {full.partition(" ")[0] for full in ALL}
