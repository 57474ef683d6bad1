"""What each process holds, and what is refused at the start."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grievance.embedded.postgres import Postgres
from grievance.vault import keyring
from tests.faults.conftest import FLASK
from tests.faults.machine import PROC, Machine
from tests.servers import ROOT, migrate

PRIVATE = {"notifier-private", "anchor-private"}


def environment(machine: Machine, kind: str) -> dict[str, str]:
    """The environment of a running process."""
    pairs = (PROC / str(machine.pid(kind)) / "environ").read_bytes().split(b"\0")
    return dict(pair.decode().split("=", 1) for pair in pairs if b"=" in pair)


@pytest.mark.parametrize("kind", ["web", "worker", "cron"])
def test_each_process_holds_its_own_keys_only(machine: Machine, kind: str) -> None:
    held = environment(machine, kind)
    whole = Path(machine.data, "keys", "all")
    for path in whole.iterdir():
        secret = path.read_bytes()
        assert secret.hex() not in str(held)
        assert str(secret) not in str(held)
    if kind == "cron" and "GRIEVANCE_KEYRING" not in held:
        return  # it only rings: no keys, no database
    ring = Path(held["GRIEVANCE_KEYRING"])
    names = {path.name for path in ring.iterdir()}
    peppers = {name for name in names if name.startswith("pepper-")}
    if kind == "web":
        assert not names & PRIVATE
        assert peppers
        assert "GRIEVANCE_SMTP_URL" not in held
        assert "grievance_app" in held["GRIEVANCE_DATABASE_URL"]
    else:
        assert names >= PRIVATE
        assert not peppers | (names & {"receipt-salt", "server-key", "public-key-mac"})
        assert "grievance_worker" in held["GRIEVANCE_DATABASE_URL"]
    for path in [ring, *ring.iterdir()]:
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", ["postgres", "valkey"])
def test_servers_hold_none_of_our_settings(machine: Machine, kind: str) -> None:
    assert not [name for name in environment(machine, kind) if name.startswith("GRIEVANCE_")]


def start(program: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a process that is expected to refuse."""
    return subprocess.run(
        program, env=env, cwd=ROOT, capture_output=True, text=True, timeout=40, check=False
    )


WEB = [sys.executable, "-c", "import wsgi; print('served')"]


def test_a_web_process_with_the_right_keys_starts(machine: Machine) -> None:
    assert start(WEB, environment(machine, "web")).stdout == "served\n"


def test_another_key_ring_is_refused(machine: Machine, tmp_path: Path) -> None:
    keyring.create(tmp_path / "all")
    keyring.split(tmp_path / "all", "web", tmp_path / "web")
    env = {**environment(machine, "web"), "GRIEVANCE_KEYRING": str(tmp_path / "web")}
    refused = start(WEB, env)
    assert refused.returncode != 0
    assert "served" not in refused.stdout
    mixed = tmp_path / "mixed"
    shutil.copytree(environment(machine, "web")["GRIEVANCE_KEYRING"], mixed)
    (mixed / "pepper-1").unlink()
    shutil.copy2(tmp_path / "all" / "pepper-1", mixed / "pepper-1")
    assert start(WEB, {**env, "GRIEVANCE_KEYRING": str(mixed)}).returncode != 0


def test_a_demonstration_is_refused_without_its_setting_and_the_setting_without_it(
    machine: Machine,
) -> None:
    web, worker = environment(machine, "web"), environment(machine, "worker")
    assert start(WEB, {**web, "GRIEVANCE_DEMO": "0"}).returncode != 0
    assert start([FLASK, "worker"], {**worker, "GRIEVANCE_DEMO": "0"}).returncode != 0
    server = Postgres(machine.data)
    migrate(server, "grievance_real")
    for program, env, role in ((WEB, web, "app"), ([FLASK, "worker"], worker, "worker")):
        real = {**env, "GRIEVANCE_DATABASE_URL": server.url(role, "grievance_real")}
        refused = start(program, real)
        assert refused.returncode != 0
        assert "served" not in refused.stdout
    assert start(WEB, {**real_of(server, web), "GRIEVANCE_DEMO": "0"}).returncode == 0


def real_of(server: Postgres, env: dict[str, str]) -> dict[str, str]:
    """The settings of a web process on the database that is no demonstration."""
    return {**env, "GRIEVANCE_DATABASE_URL": server.url("app", "grievance_real")}


def test_a_second_instance_in_the_same_folder_is_refused(machine: Machine) -> None:
    same = machine.url.rpartition(":")[2]
    for port in ("0", same):  # it is named before what is only its consequence
        second = start([FLASK, "up", "--port", port], dict(machine.environment))
        assert second.returncode == 3
        assert "already running" in second.stderr
        assert second.stdout == ""
    assert machine.well()
