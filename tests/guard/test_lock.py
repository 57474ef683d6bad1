"""What running installs is apart from what tests add, and running needs nothing of the latter."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.guard.source import ROOT, modules

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ;.*)? \\$", re.M)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def pins(path: str) -> dict[str, str]:
    """Name -> version of what a lock file installs."""
    return {name.lower(): pin for name, pin in PIN.findall((ROOT / path).read_text("utf-8"))}


def wanted(section: str, key: str) -> set[str]:
    """What a list of `setup.cfg` asks for."""
    written = configparser.ConfigParser()
    written.read(ROOT / "setup.cfg")
    lines = written[section][key].split("\n")
    return {found[0].lower() for line in lines if (found := NAME.match(line.strip()))}


RUNNING, TESTS = pins("requirements.txt"), pins("tests/requirements.txt")
BUCKET = pins("deploy/requirements-s3.txt")


def test_each_lock_holds_what_its_list_asks_for_and_no_more_than_needed() -> None:
    extras = "options.extras_require"
    assert wanted("options", "install_requires") | wanted(extras, "embedded") <= set(RUNNING)
    assert wanted(extras, "test") <= set(TESTS)
    assert not set(RUNNING) & set(TESTS)
    assert wanted(extras, "s3") == set(BUCKET)
    assert not set(BUCKET) & {*RUNNING, *TESTS}


def test_every_package_is_locked_by_hashes() -> None:
    for path in ("requirements.txt", "deploy/requirements-s3.txt", "tests/requirements.txt"):
        text = (ROOT / path).read_text("utf-8")
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)[1:]
        assert len(blocks) == len(pins(path))
        assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_product_imports_only_what_running_installs() -> None:
    providers = packages_distributions()
    for module in modules():
        extra = BUCKET if module.name == "storage.bucket" else {}  # it does without, too
        for name in module.outside() - set(sys.stdlib_module_names) - {"__future__", "_typeshed"}:
            provided = {re.sub(r"[._]", "-", one.lower()) for one in providers.get(name, (name,))}
            assert provided & {*RUNNING, *extra}, f"{module.place} imports {name}"


@pytest.mark.parametrize(
    ("target", "tests_too"), [("setup", False), ("run", False), ("suite", True), ("test", True)]
)
def test_only_tests_install_what_tests_need(target: str, tests_too: bool) -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", target], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0
    assert "-r requirements.txt" in told.stdout
    assert ("-r tests/requirements.txt" in told.stdout) == tests_too
