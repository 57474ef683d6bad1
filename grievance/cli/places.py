"""Where a command finds its database, keys and settings.

With `GRIEVANCE_DATABASE_URL` in the environment everything comes from there. Without, it is the
instance under `var/`, which is started for the command when it is down. Each kind of process gets
an environment of its own, with its own keys, and no other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from sqlalchemy.engine import make_url

from grievance.embedded.instance import Instance
from grievance.embedded.process import Unavailable
from grievance.settings import (
    PREFIX,
    CommandSettings,
    CronSettings,
    Settings,
    SettingsError,
    WebSettings,
    WorkerSettings,
)
from grievance.vault import keyring
from grievance.vault.keyring import KeyRingError

MISSING = 3  # a needed service or setting is missing
ROOT = Path(__file__).resolve().parents[2]
KINDS: dict[str, type[Settings] | type[CronSettings]] = {
    "web": WebSettings,
    "worker": WorkerSettings,
    "cron": CronSettings,
    "cli": CommandSettings,
    "migrate": CommandSettings,
}
ROLES = {"web": "app", "worker": "worker", "cli": "app", "migrate": "owner"}
Thing = TypeVar("Thing")


def leave(why: str, code: int = MISSING) -> NoReturn:
    """End the process with a sentence on stderr."""
    click.echo(why, err=True)
    sys.exit(code)


def or_leave(make: Callable[[], Thing]) -> Thing:
    """What `make` makes; exit 3 with what is missing when it cannot."""
    try:
        return make()
    except (SettingsError, KeyRingError, Unavailable) as missing:
        leave(str(missing))


def home() -> Path:
    """The folder of the instance: `GRIEVANCE_DATA`, or `var/` of this checkout."""
    return Path(os.environ.get(f"{PREFIX}DATA") or ROOT / "var")


def given_database() -> str:
    """The address of a database somebody else runs; empty for our own."""
    return os.environ.get(f"{PREFIX}DATABASE_URL", "")


def as_role(url: str, role: str) -> str:
    """The same address, becoming `grievance_<role>` at once; one that names a role keeps it."""
    made = make_url(url)
    if made.username and made.username.startswith("grievance_"):
        return url
    options = f"{made.query.get('options', '')} -c role=grievance_{role}".strip()
    return made.update_query_dict({"options": options}).render_as_string(hide_password=False)


@dataclass(frozen=True)
class Place:
    """An instance: its folder, the database's address by role, the queue's address, its own."""

    folder: Path
    database: Callable[[str], str]
    redis_url: str
    public_url: str = "http://127.0.0.1:8000"
    demo: bool = False

    def keys(self, kind: str) -> Path:
        """A key ring with only what `kind` may hold, made from the instance's."""
        whole = self.folder / "keys" / "all"
        if not whole.exists():
            (self.folder / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
            keyring.create(whole)
        keyring.complete(whole)
        own = self.folder / "keys" / kind
        keyring.split(whole, kind, own)  # type: ignore[arg-type]  # one of KINDS
        return own

    def environment(self, kind: str) -> dict[str, str]:
        """The settings of one kind of process, those of the caller's environment first."""
        if kind == "cron":
            return {f"{PREFIX}REDIS_URL": self.redis_url}
        values = {
            "DATABASE_URL": self.database(ROLES[kind]),
            "KEYRING": str(self.keys(kind)),
            "DATA": str(self.folder),
            "STORAGE": str(self.folder / "files"),
            "PUBLIC_URL": self.public_url,
            "REDIS_URL": self.redis_url,
            "SMTP_URL": f"mailbox:{self.folder / 'mail'}",
            "DEMO": "1" if self.demo else "0",
        }
        known = {one.name.upper() for one in fields(KINDS[kind])}
        ours = ["DATABASE_URL", "KEYRING", "DATA", "PUBLIC_URL", "DEMO"]
        if self.demo:
            ours.append("SMTP_URL")  # a demonstration writes to nobody
        for name in known - set(ours):
            if given := os.environ.get(PREFIX + name):
                values[name] = given
        return {PREFIX + name: value for name, value in values.items() if name in known}


@contextmanager
def environment(kind: str) -> Iterator[Mapping[str, str]]:
    """The settings a command of this kind runs with; exit 3 when something is missing."""
    if given_database() or (kind == "cron" and os.environ.get(f"{PREFIX}REDIS_URL")):
        yield dict(os.environ)
        return
    with _attached() as instance:
        place = Place(home(), instance.postgres.url, instance.valkey.url(), demo=is_demo(home()))
        yield or_leave(lambda: place.environment(kind))


@contextmanager
def _attached() -> Iterator[Instance]:
    try:
        with Instance(home()) as instance:
            yield instance
    except Unavailable as missing:
        leave(str(missing))


def is_demo(folder: Path) -> bool:
    """Whether the instance in this folder is a demonstration."""
    return (folder / "demo.json").exists()
