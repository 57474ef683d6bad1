"""`setup.cfg` names every package and every kind of file that a wheel has to hold."""

from __future__ import annotations

import configparser
from fnmatch import fnmatch
from pathlib import Path

from tests.guard.source import ROOT

written = configparser.ConfigParser()
written.read(ROOT / "setup.cfg")


def lines(section: str, key: str) -> list[str]:
    """The entries of a list, of whichever of the two ways it is written in."""
    return [one.strip() for one in written[section][key].replace(",", "\n").split("\n") if one]


BESIDE = dict(one.replace(" ", "").split("=") for one in lines("options", "package_dir"))


def test_every_package_is_listed() -> None:
    within = (ROOT / "grievance").rglob("__init__.py")
    found = [".".join(one.parent.relative_to(ROOT).parts) for one in within]
    assert sorted(lines("options", "packages")) == sorted([*found, *BESIDE])


def test_every_file_that_is_no_module_is_shipped() -> None:
    data = "options.package_data"
    folders = {"*": ROOT / "grievance"} | {name: ROOT / path for name, path in BESIDE.items()}
    del folders["grievance.deploy"]  # of it only the roles
    for name, folder in folders.items():
        patterns = [*lines(data, "*"), *(lines(data, name) if name != "*" else ["**/*.py"])]
        files = [path for path in folder.rglob("*") if path.is_file()]
        for path in (one for one in files if one.suffix not in (".pyc", ".mo")):
            inside = Path("x") / path.relative_to(folder)
            assert any(fnmatch(str(inside), f"*/{one.removeprefix('**/')}") for one in patterns), (
                f"{path.relative_to(ROOT)} is in no pattern of [{data}]"
            )
