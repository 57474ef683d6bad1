"""The container recipe: as little as the units leave, the same settings, the same line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.page import DEPLOY, PAGE, Unit
from tests.servers import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ALONE = {"database", "queue", "setup", "facts", "cron", "backup"}  # no network at all
ADDED = {"setup": ["CHOWN", "DAC_OVERRIDE", "FOWNER"], "backup": ["DAC_READ_SEARCH"]}


def numbers() -> dict[str, str]:
    """User and group numbers of the image, by name of the user."""
    return dict(re.findall(r"useradd [^&]*?-u (\d+) [^&]*?(\S+) *(?:\\|$|&&)", IMAGE, re.M))


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_writes_nowhere_else_and_can_do_nothing_else(name: str) -> None:
    told = SERVICES[name]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told.get("cap_add", []) == ADDED.get(name, [])
    assert (told.get("network_mode") == "none") == (name in ALONE)
    assert "privileged" not in told


def test_each_process_is_the_user_of_its_number_with_its_own_settings_and_keys() -> None:
    known = {name: number for number, name in numbers().items()}
    for kind in ("web", "worker", "cron"):
        told = SERVICES[kind]
        assert told["user"].partition(":")[0] == known[f"grievance-{kind}"]
        assert told["env_file"] == f"env/{kind}.env"
        mounted = {one.split(":")[0] for one in told["volumes"]}
        assert {one for one in mounted if one.startswith("keys-")} <= {f"keys-{kind}"}
        assert ("queue-socket" in mounted) == (kind != "web")
        assert ("data" in mounted) == (kind != "cron")
        assert "ring" not in mounted


def test_only_setting_up_and_backups_are_root_and_one_sees_the_whole_ring() -> None:
    roots = {name for name, told in SERVICES.items() if told.get("user", "").startswith("0")}
    assert roots == set(ADDED)
    seeing = {name for name, told in SERVICES.items() if "ring:/ring" in told.get("volumes", [])}
    assert seeing == {"setup"}


def test_what_the_host_keeps_beside_it_goes_into_no_image_and_into_no_commit() -> None:
    kept = {str(told["env_file"]).split("/")[0] for told in SERVICES.values() if "env_file" in told}
    for told in SERVICES.values():
        mounted = (one.split(":")[0] for one in told.get("volumes", []))
        kept |= {one.removeprefix("./") for one in mounted if one.startswith("./")}
    assert kept == {"env", "backups"}
    assert kept <= set((ROOT / ".dockerignore").read_text().split())
    assert {f"/{one}/" for one in kept} <= set((ROOT / ".gitignore").read_text().split())


@pytest.mark.parametrize("trace", ["", "anchors.jsonl", "recalls.jsonl"])
def test_a_key_ring_is_made_only_where_there_was_none(tmp_path: Path, trace: str) -> None:
    stubs, data = tmp_path / "bin", tmp_path / "data"
    for folder in (stubs, data, tmp_path / "keys-web"):
        folder.mkdir()
    for name in ("flask", "chown", "install", "mv"):
        (stubs / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{tmp_path}/ran\n')
        (stubs / name).chmod(0o755)
    if trace:
        (data / trace).touch()
    told = (DEPLOY / "container" / "setup.sh").read_text().replace("/var/lib/grievance", str(data))
    told = re.sub(r"/(ring|keys-web|keys-worker)/", rf"{tmp_path}/\1/", told)

    def run() -> subprocess.CompletedProcess[str]:
        path = {"PATH": f"{stubs}:/usr/bin:/bin"}
        return subprocess.run(["sh", "-c", told], env=path, capture_output=True, text=True)

    done, ran = run(), (tmp_path / "ran").read_text()
    assert done.returncode == bool(trace), done.stderr
    assert len(done.stderr.splitlines()) == bool(trace)
    assert ("flask keyring create" in ran) == (not trace)
    assert ("flask migrate" in ran) == (not trace)
    (tmp_path / "ring" / "whole").mkdir(parents=True)
    assert run().returncode == 0  # it was put back


def test_the_line_that_serves_is_that_of_the_unit() -> None:
    unit = Unit(DEPLOY / "grievance-web.service")["ExecStart"].split()[1:]
    ours = SERVICES["web"]["command"][1:]
    assert [word.replace("0.0.0.0", "127.0.0.1") for word in ours] == unit
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_every_file_the_image_takes_is_there_and_the_page_tells_of_it() -> None:
    for path in re.findall(r"deploy/\S+", IMAGE):
        assert (ROOT / path).is_file(), path
    for name in ("Dockerfile", "compose.yaml", "deploy/container"):
        assert name in PAGE


def test_every_long_running_container_says_whether_it_is_well() -> None:
    running = {name for name, told in SERVICES.items() if told.get("restart") != "no"}
    assert running == {name for name, told in SERVICES.items() if "healthcheck" in told}
