"""What `docs/production.md` tells an operator to type, and what lies in `deploy/`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.servers import ROOT

DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
SERVICES = sorted(DEPLOY.glob("*.service"))


def steps() -> dict[str, str]:
    """The commands of each section that has a number, by its heading."""
    found: dict[str, str] = {}
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        heading = section.partition("\n")[0]
        blocks = re.findall(r"^```sh\n(.*?)^```$", section, flags=re.M | re.S)
        if blocks and heading[0].isdigit():
            found[heading] = "".join(blocks)
    return found


class Unit:
    """A unit file. What may be given several times is kept as a list."""

    def __init__(self, path: Path) -> None:
        lists: dict[str, list[str]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                lists.setdefault(name, []).append(value.strip())
        self.path, self.lists = path, lists

    def __getitem__(self, name: str) -> str:
        return self.lists[name][-1]

    def get(self, name: str, otherwise: str = "") -> str:
        """The last value, for it counts."""
        return self.lists.get(name, [otherwise])[-1]


def environment_of(path: Path) -> dict[str, str]:
    """An environment file as systemd reads it."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
