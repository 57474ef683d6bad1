"""The units: systemd takes them, little is exposed, each has its own, the cleaner still works."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from PIL import Image

from grievance.cli.places import KINDS
from grievance.settings import CommandSettings, read
from tests.deploy.conftest import not_run
from tests.deploy.page import DEPLOY, PAGE, SERVICES, Unit, environment_of
from tests.files.file_makers import pdf, saved
from tests.servers import ROOT

MOST_EXPOSED = 3.0
PROCESSES = ("web", "worker", "cron")
UNITS = sorted([*SERVICES, *DEPLOY.glob("*.timer")])


@pytest.fixture
def analyze() -> str:
    """The program that knows what systemd would say."""
    return shutil.which("systemd-analyze") or not_run("units: no systemd-analyze")


def test_systemd_takes_every_unit(analyze: str, tmp_path: Path) -> None:
    programs = str(Path(sys.executable).parent)
    for unit in UNITS:
        text = unit.read_text().replace("/opt/grievance/.venv/bin", programs)
        (tmp_path / unit.name).write_text(text.replace("/opt/grievance", str(ROOT)))
    copies = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run([analyze, "verify", *copies], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "grievance" in line]
    assert ours == []


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_little_is_exposed(analyze: str, unit: Path) -> None:
    command = [analyze, "security", "--offline=true", "--no-pager", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert told is not None
    assert float(told[1]) <= MOST_EXPOSED, done.stdout


def test_each_process_has_a_user_and_settings_of_its_own() -> None:
    units = {kind: Unit(DEPLOY / f"grievance-{kind}.service") for kind in PROCESSES}
    for kind, unit in units.items():
        assert unit["User"] == f"grievance-{kind}"
        assert unit.lists["EnvironmentFile"] == [f"/etc/grievance/{kind}.env"]
        assert unit["CapabilityBoundingSet"] == ""
        assert "AmbientCapabilities" not in unit.lists


@pytest.mark.parametrize(("name", "writes"), [("backup", "/var/backups/grievance"), ("drill", "")])
def test_backups_are_root_s_with_nothing_but_reading_left(name: str, writes: str) -> None:
    unit = Unit(DEPLOY / f"grievance-{name}.service")
    assert unit["CapabilityBoundingSet"] == "CAP_DAC_READ_SEARCH"
    assert unit["PrivateNetwork"] == "yes"
    assert unit.get("ReadWritePaths") == writes
    assert unit["EnvironmentFile"] == "/etc/grievance/backup.env"


def test_backups_wait_for_the_clock_and_a_drill_for_the_backup() -> None:
    for name, first in (("backup", ""), ("drill", "grievance-backup.service ")):
        unit = Unit(DEPLOY / f"grievance-{name}.service")
        assert unit["After"] == f"postgresql.service {first}time-sync.target"
        assert unit["Wants"] == "postgresql.service time-sync.target"


@pytest.mark.parametrize(
    ("create", "prune", "ends"),
    [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 3, 3), (0, 2, 2), (2, 0, 2), (3, 0, 3)],
)
@pytest.mark.parametrize("where", ["unit", "container"])
def test_a_night_is_pruned_whenever_a_backup_was_made(
    tmp_path: Path, where: str, create: int, prune: int, ends: int
) -> None:
    (line,) = Unit(DEPLOY / "grievance-backup.service").lists["ExecStart"]
    words = shlex.split(line.replace("%%", "%"))
    if where == "container":
        words = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["backup"]["command"]
    stub = tmp_path / "flask"
    stub.write_text(
        f'#!/bin/sh\necho "$2" >>{tmp_path}/ran\n[ "$2" = create ] && exit {create}\nexit {prune}\n'
    )
    stub.chmod(0o755)
    words = [word.replace("$$", "$") for word in words]
    done = subprocess.run(words, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False)
    assert done.returncode == ends
    ran = (tmp_path / "ran").read_text().split()
    first = ["scrub"] if where == "container" else []
    assert ran == [*first, "create", *(["prune"] if create <= 1 else [])]


def test_what_was_erased_leaves_the_data_files_before_the_backup_whatever_comes_of_it() -> None:
    (first,) = Unit(DEPLOY / "grievance-backup.service").lists["ExecStartPre"]
    assert first.startswith("-")
    assert first.endswith("flask backup scrub")


@pytest.mark.parametrize("kind", PROCESSES)
def test_a_settings_file_is_whole_and_holds_nothing_of_another_kind(kind: str) -> None:
    given = environment_of(DEPLOY / "env" / f"{kind}.env")
    known = {f"GRIEVANCE_{one.name.upper()}" for one in fields(KINDS[kind])}
    read(KINDS[kind], given)
    assert set(given) - {"WEB_CONCURRENCY"} <= known
    assert ("WEB_CONCURRENCY" in given) == (kind == "web")


def test_the_settings_file_of_backups_is_whole() -> None:
    read(CommandSettings, environment_of(DEPLOY / "env" / "backup.env"))


def test_the_page_shows_the_line_that_serves() -> None:
    (shown,) = re.findall(r"^    gunicorn (.*)$", PAGE, flags=re.M)
    assert shown.split() == Unit(DEPLOY / "grievance-web.service")["ExecStart"].split()[1:]


@pytest.mark.parametrize("kind", ["web", "worker", "backup"])
def test_a_command_runs_as_its_kind_does(tmp_path: Path, kind: str) -> None:
    stub = tmp_path / "systemd-run"
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stub.chmod(0o755)
    done = subprocess.run(
        [str(DEPLOY / "as"), "root" if kind == "backup" else kind, "mail", "test"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    words, unit = done.stdout.split(), Unit(DEPLOY / f"grievance-{kind}.service")
    given = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "-p")
    assert words[-3:] == ["/opt/grievance/.venv/bin/flask", "mail", "test"]
    assert given["EnvironmentFile"] == unit["EnvironmentFile"]
    assert given.get("User", "root") == unit["User"]
    assert given.get("Group", "") == unit.get("Group")


CLEAN = """
import sys, json
from pathlib import Path
from grievance.files.cleaning import clean
done = [clean(Path(name).read_bytes(), Path(name).name) for name in sys.argv[1:]]
print(json.dumps([[one.state, one.isolated, list(one.warnings)] for one in done]))
"""


def test_the_cleaner_works_with_what_the_web_unit_leaves(analyze: str, tmp_path: Path) -> None:
    if os.geteuid():
        not_run("the cleaner as confined: needs root")
    picture = Image.new("RGB", (60, 40))
    samples = {"a.pdf": pdf(""), "b.txt": b"a note"}
    samples |= {f"c.{kind.lower()}": saved(picture, kind) for kind in ("JPEG", "PNG", "HEIF")}
    for name, data in samples.items():
        (tmp_path / name).write_bytes(data)
    names = [str(tmp_path / name) for name in sorted(samples)]
    confined = [sys.executable, "tests/deploy/confined.py", str(DEPLOY / "grievance-web.service")]
    done = subprocess.run(
        [*confined, sys.executable, "-c", CLEAN, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["cleaned", True, []]] * len(samples)
