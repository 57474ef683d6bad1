"""What a filled demonstration tells whoever tries it: accounts with passwords, codes of cases.

It lies in `demo.json` beside the instance, readable by its owner only, and nowhere else.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "demo.json"


@dataclass(frozen=True)
class Account:
    """One who can sign in."""

    role: str
    email: str
    password: str = field(repr=False)
    organisation: str
    totp: str = field(default="", repr=False)


@dataclass(frozen=True)
class Coded:
    """A case and the number that opens it."""

    state: str
    language: str
    receipt: str = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """The reply link of a body, and the code that opens it."""

    body: str
    link: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True)
class Story:
    """All of it."""

    url: str
    accounts: tuple[Account, ...]
    cases: tuple[Coded, ...]
    replies: tuple[Reply, ...]


def write(path: Path, told: Story) -> None:
    """Write it, readable by its owner only; what was there is replaced."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(_plain(told), file, ensure_ascii=False, indent=1)


def _plain(told: Story) -> dict[str, Any]:
    """As JSON: who signs in without a second step has no `totp`."""
    plain = asdict(told)
    plain["accounts"] = [
        {name: said for name, said in one.items() if name != "totp" or said}
        for one in plain["accounts"]
    ]
    return plain


def announce(path: Path) -> list[str]:
    """The lines that `make run` prints: each account, each case, each reply link."""
    told = json.loads(path.read_text(encoding="utf-8"))
    accounts = [
        f"account {one['role']} {one['email']} {one['password']} {one['organisation']}"
        + (f" totp={one['totp']}" if "totp" in one else "")
        for one in told["accounts"]
    ]
    cases = [f"case {one['state']} {one['language']} {one['receipt']}" for one in told["cases"]]
    links = [f"reply {one['body']} {one['link']} {one['code']}" for one in told.get("replies", ())]
    return accounts + cases + links
