"""`docs/production.md`, typed as it stands: users, database, queue, keys, units, proxy, backup.

In a layer over this machine that is thrown away. systemd, certbot and the network are stood in for
(`standin.py`); everything else is Debian's own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.conftest import not_run
from tests.deploy.page import DEPLOY, PAGE, environment_of, steps
from tests.servers import ROOT

NEEDED = ("unshare", "nginx", "redis-server", "redis-cli", "pg_ctlcluster", "adduser", "curl", "ss")
PATIENCE = 1200  # seconds until a test gives up; nothing is measured by it


def lacking() -> str:
    """What this machine has not to run the recipe; empty when it has all."""
    if os.geteuid():
        return "root"
    found = {name: shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") for name in NEEDED}
    if missing := [name for name, path in found.items() if path is None]:
        return ", ".join(missing)
    layer = "mount -t tmpfs x /mnt && mkdir /mnt/a /mnt/b /mnt/c && "
    layer += "mount -t overlay x -o lowerdir=/,upperdir=/mnt/a,workdir=/mnt/b /mnt/c"
    tried = ["unshare", "--mount", "--net", "--pid", "--fork", "sh", "-c", layer]
    return "mounts" if subprocess.run(tried, capture_output=True, check=False).returncode else ""


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of it."""
    if what := lacking():
        not_run(f"the recipe: needs {what}")
    work = tmp_path_factory.mktemp("machine")
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "bash"]
    command += [str(ROOT / "tests" / "deploy" / "machine.sh"), str(work), str(ROOT)]
    command += [sys.executable, "tests/deploy/inside.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert "failed" not in told, f"{told['failed']}\n{told['said']}"
    return told


def test_every_step_ran(came: dict[str, Any]) -> None:
    numbers = [heading.partition(".")[0] for heading in came["ran"]]
    assert numbers == ["1", "2", "3", "4", "5", "6", "7", "8", "11", "12"]


def test_a_backup_was_made_and_put_back(came: dict[str, Any]) -> None:
    assert len(came["backups"]) == 2  # and one before the update
    assert came["runs"] == ["backup|1|0", "backup|1|0", "drill|1|0"]


def test_the_site_answers_through_the_proxy_and_the_queue_is_heard(came: dict[str, Any]) -> None:
    assert came["health"]["database"] is True, came["logs"]
    assert came["health"]["queue"] is True, came["logs"]
    assert came["health"]["filing"] is False  # nobody has founded it yet
    assert came["plain"] == "301 https://help.example.org/en/"


def test_browsers_are_told_to_use_tls_for_this_name_only(came: dict[str, Any]) -> None:
    headers = came["headers"].lower().splitlines()
    assert "strict-transport-security: max-age=63072000" in headers


def test_nothing_else_listens(came: dict[str, Any]) -> None:
    assert came["ports"] == ["80", "443", "8000"]


@pytest.mark.parametrize("kind", ["web", "worker", "cron"])
def test_each_process_has_a_user_of_its_own_and_the_settings_of_its_file(
    came: dict[str, Any], kind: str
) -> None:
    given = dict(came["environments"][kind])
    assert given.pop("user") == f"grievance-{kind}"
    ours = environment_of(DEPLOY / "env" / f"{kind}.env")
    assert given == {name: value for name, value in ours.items() if name.startswith("GRIEVANCE_")}


REACHED = {
    "web is app": "grievance_app",
    "worker is worker": "grievance_worker",
    "worker deletes files": "",
    "cron has the queue": "PONG",
}


def test_each_user_reaches_what_is_its_own_and_nothing_else(came: dict[str, Any]) -> None:
    reached = {what: said for what, (code, said) in came["probes"].items() if code == 0}
    assert reached == REACHED
    refused = {said for what, (code, said) in came["probes"].items() if code}
    expected = ("Permission denied", "Peer authentication failed", "no pg_hba.conf entry")
    assert [said for said in refused if not any(word in said for word in expected)] == []


def test_every_command_of_the_page_is_the_shell_s_and_every_file_is_there() -> None:
    for commands in steps().values():
        subprocess.run(["bash", "-n"], input=commands, text=True, check=True)
    named = [word.strip("`'\".,;:()") for word in PAGE.split() if "deploy/" in word]
    places = {word[word.index("deploy/") :] for word in named if "tests/" not in word}
    missing = {place for place in places if not list(ROOT.glob(place.rstrip("/…")))}
    assert missing == set()


def test_every_file_of_the_recipe_is_used_by_it() -> None:
    files = {path.relative_to(ROOT) for path in DEPLOY.rglob("*") if path.is_file()}
    files = {path for path in files if path.parts[1] != "container"}  # the images take those
    told = [Path(word.strip("`'\".,;:()")) for word in PAGE.split()]
    patterns = {str(path).partition("deploy/")[2] for path in told} - {""}
    used = {one.relative_to(ROOT) for pattern in patterns for one in DEPLOY.glob(pattern)}
    assert files - used == set()
