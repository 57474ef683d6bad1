"""A built wheel is whole: installed in a fresh environment it serves from an empty folder.

Nothing is fetched: it is built with the setuptools that are there, and the fresh environment finds
the libraries where this one has them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest
from packaging.requirements import Requirement

from tests.servers import ROOT

pytestmark = pytest.mark.xdist_group("wheel")
NEEDED = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "wsgi.py")
FOLDERS = ("grievance", "templates", "translations", "migrations", "deploy")
PIP = [sys.executable if find_spec("pip") else sys._base_executable, "-m", "pip"]  # type: ignore[attr-defined]
QUIET = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run to the end, without any setting of ours."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("GRIEVANCE_")}
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the source: a build writes into its folder."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("made")
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=unwanted)
    for name in NEEDED:
        shutil.copy2(ROOT / name, source / name)
    told = run(
        *PIP,
        "--python",
        sys.executable,
        "wheel",
        *QUIET,
        "--no-build-isolation",
        "-w",
        made,
        source,
        cwd=source,
    )
    assert told.returncode == 0, f"is setuptools as in tests/requirements.txt? {told.stderr}"
    (found,) = made.glob("grievance-*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with nothing in it but the wheel."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False)
    made = home / "bin" / "python"
    told = run(*PIP, "--python", made, "install", *QUIET, wheel, cwd=home)
    assert told.returncode == 0, told.stderr
    (packages,) = home.glob("lib/python*/site-packages")
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("\n".join(sorted(libraries)))  # not their .pth files
    where = run(made, "-c", "import grievance, wsgi; print(grievance.__file__)", cwd=home)
    assert "the web process does not start" in where.stderr  # it is there, and has no settings
    where = run(made, "-c", "import grievance; print(grievance.__file__)", cwd=home)
    assert Path(where.stdout.strip()).is_relative_to(packages)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty one, to stand in."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(scope="module")
def served(python: Path, folder: Path) -> Iterator[str]:
    """Its address, as `ready` says it."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("GRIEVANCE_")}
    with (folder.parent / f"{folder.name}.err").open("w+") as errors:
        running = subprocess.Popen(
            [python, "-m", "flask", "up", "--port", "0", "--no-demo"],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert running.stdout is not None
        try:
            said = next((line for line in running.stdout if line.startswith("ready ")), "")
            errors.seek(0)
            assert said, errors.read()
            yield said.split()[1]
        finally:
            running.send_signal(signal.SIGINT)
            ended = running.wait(60)
            running.stdout.close()
    assert ended == 0


def fetch(address: str) -> str:
    """What a page says; an error of it fails the test."""
    with urlopen(address, timeout=60) as answer:
        return answer.read().decode()


def test_everything_that_is_shipped_is_in_it(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {"wsgi.py", "grievance/deploy/roles.sql"}
    for name in FOLDERS[:-1]:
        inside = "" if name == "grievance" else "grievance/"
        wanted |= {
            f"{inside}{path.relative_to(ROOT)}"
            for path in (ROOT / name).rglob("*")
            if path.is_file() and path.suffix not in (".pyc", ".mo")
        }
    assert wanted - held == set()
    more = {one for one in held - wanted if ".dist-info/" not in one}
    assert {one for one in more if not one.startswith("grievance/deploy/")} == set()


def test_it_serves_from_an_empty_folder(served: str, folder: Path) -> None:
    english, japanese = fetch(f"{served}/en/"), fetch(f"{served}/ja/")
    assert '<html lang="en"' in english
    assert '<html lang="ja"' in japanese
    assert "相談" in japanese
    assert set(json.loads(fetch(f"{served}/healthz"))) == {
        "status",
        "filing",
        "database",
        "queue",
        "outbox_lag_s",
        "oldest_overdue_s",
    }
    sheet = re.search(r'href="(/static/[^"]+\.css[^"]*)"', english)
    assert sheet is not None
    assert ":root" in fetch(served + sheet[1])
    assert (folder / "var" / "postgres").is_dir()


def test_commands_find_that_instance(served: str, python: Path, folder: Path) -> None:
    told = run(python, "-m", "flask", "migrate", cwd=folder)
    assert told.returncode == 0, told.stderr
    assert f"Working on the instance in {folder / 'var'}." in told.stderr
    told = run(python, "-m", "flask", "audit", "verify", cwd=folder)
    assert json.loads(told.stdout)["broken"] == []


def test_it_has_its_fonts_and_says_where_catalogues_are_compared(
    python: Path, folder: Path
) -> None:
    count = "from grievance.referrals import pdf; print(len(pdf.letters()))"
    assert int(run(python, "-c", count, cwd=folder).stdout) > 10_000
    told = run(python, "-m", "flask", "translations", "check", cwd=folder)
    assert (told.returncode, told.stdout) == (3, "")
    assert "run this in a checkout" in told.stderr


def test_it_asks_for_every_library_that_it_imports(wheel: Path, tmp_path: Path) -> None:
    """Of an environment that has what the wheel asks for and nothing else, every module is
    imported. What it asks for stands in as links to what is here; the extras are left out."""
    with zipfile.ZipFile(wheel) as whole:
        whole.extractall(tmp_path)
        (about,) = (name for name in whole.namelist() if name.endswith(".dist-info/METADATA"))
        told = message_from_bytes(whole.read(about))
    for name in closure(told.get_all("Requires-Dist") or []):
        for path in distribution(name).files or ():
            top = path.parts[0]
            if top not in ("..", "__pycache__") and not (tmp_path / top).exists():
                (tmp_path / top).symlink_to(distribution(name).locate_file(top))
    assert not (tmp_path / "pytest").exists()
    code = (
        "import sys, pkgutil, importlib; sys.path.insert(0, sys.argv[1]); import grievance\n"
        "for one in pkgutil.walk_packages(grievance.__path__, 'grievance.'):\n"
        "    '.migrations' in one.name or importlib.import_module(one.name)\n"
        "print(len(sys.modules))"
    )
    told_by = run(sys.executable, "-I", "-S", "-c", code, tmp_path, cwd=tmp_path)
    assert told_by.returncode == 0, told_by.stderr[-1500:]


def closure(asked: Iterable[str]) -> set[str]:
    """The distributions that these requirements need here, without extras of ours."""
    found: set[str] = set()
    waiting = [(Requirement(one), "") for one in asked]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
            continue
        new = wanted.name not in found
        found.add(wanted.name)
        for more in distribution(wanted.name).requires or () if new or wanted.extras else ():
            waiting += [(Requirement(more), one) for one in {"", *wanted.extras}]
    return found
