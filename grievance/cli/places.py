"""Where a command finds its database, keys and settings.

With `GRIEVANCE_DATABASE_URL` in the environment everything comes from there. Without, it is the
instance under `var/`, which is started for the command when it is down; only what is meant to make
one does so. Either is named on stderr. Each kind of process gets an environment of its own, with
its own keys, and no other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import click
from psycopg.errors import UndefinedTable
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from grievance.embedded.instance import Instance
from grievance.embedded.process import Unavailable
from grievance.model import complete
from grievance.settings import (
    PREFIX,
    CommandSettings,
    CronSettings,
    Settings,
    SettingsError,
    WebSettings,
    WorkerSettings,
)
from grievance.shipped import BESIDE, is_checkout
from grievance.vault import keyring
from grievance.vault.keyring import HOLDINGS, KeyRingError

ADDRESS, DEFAULT_ADDRESS = "address", "http://localhost:8000"
MISSING = 3  # a needed service or setting is missing
KINDS: dict[str, type[Settings] | type[CronSettings]] = {
    "web": WebSettings,
    "worker": WorkerSettings,
    "cron": CronSettings,
    "cli": CommandSettings,
    "migrate": CommandSettings,
}
ROLES = {"web": "app", "worker": "worker", "cli": "app", "migrate": "owner"}
complete(ROLES, HOLDINGS)
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
    """The folder of the instance: `GRIEVANCE_DATA`, or `var/` of the checkout, or where the product
    is installed `var/` of the folder one stands in. Absolute, for children run elsewhere."""
    given = os.environ.get(f"{PREFIX}DATA")
    return Path(given or (BESIDE if is_checkout() else Path.cwd()) / "var").absolute()


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
    public_url: str = DEFAULT_ADDRESS
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
    """The settings a command of this kind runs with, their instance named on stderr; exit 3 when
    something is missing: a setting, an instance, the database or its tables."""
    with _database_answers():
        if kind == "cron" and os.environ.get(f"{PREFIX}REDIS_URL"):
            say_where(_queue_name(os.environ[f"{PREFIX}REDIS_URL"]))
            yield dict(os.environ)
        elif given_database():
            name_given()
            yield dict(os.environ)
        else:
            with own_instance() as instance:
                reached = instance.postgres.url, instance.valkey.url()
                place = Place(home(), *reached, noted_address(home()), is_demo(home()))
                yield or_leave(lambda: place.environment(kind))


@contextmanager
def own_instance(
    *, makes: bool = False, first: Callable[[], object] = lambda: None
) -> Iterator[Instance]:
    """The instance in `home()`, named on stderr, started when it is down; exit 3 when it cannot be
    or none is there, unless the command makes one. `first` looks, before anything is made, whether
    there is reason to."""
    folder = home()
    say_where(f"the instance in {folder}")
    if not (makes or is_there(folder)):
        leave(
            f"There is no instance in {folder}: `flask up` makes one, GRIEVANCE_DATA names another"
            " folder, GRIEVANCE_DATABASE_URL a database of yours."
        )
    first()
    try:
        with Instance(folder) as instance:
            yield instance
    except Unavailable as missing:
        leave(str(missing))


def is_there(folder: Path) -> bool:
    """Whether an instance lives in the folder: a database cluster and the whole key ring."""
    cluster = folder / "postgres" / "PG_VERSION"
    return cluster.is_file() and (folder / "keys" / "all").is_dir()


def note_address(place: Place) -> None:
    """Keep at which address the instance is served, for the links that commands print."""
    (place.folder / ADDRESS).write_text(f"{place.public_url}\n", encoding="utf-8")


def noted_address(folder: Path) -> str:
    """Where the instance in this folder is served, or was last."""
    try:
        return (folder / ADDRESS).read_text(encoding="utf-8").strip() or DEFAULT_ADDRESS
    except OSError:
        return DEFAULT_ADDRESS


def say_where(where: str) -> None:
    """Name on stderr what a command works on."""
    click.echo(f"Working on {where}.", err=True)


def name_given() -> None:
    """Name the database of the settings by its place, without user or password; exit 3 when the
    setting is no address."""
    try:
        url = make_url(given_database())
    except ArgumentError:
        leave(f"{PREFIX}DATABASE_URL is not the address of a database.")
    host = url.host or url.query.get("host") or "this machine"
    say_where(f"the database {url.database} at {host}{f':{url.port}' if url.port else ''}")


def _queue_name(url: str) -> str:
    parts = urlsplit(url)
    return f"the queue at {parts.hostname or ''}{parts.path}"


def unreachable(why: object) -> str:
    """Why the database does nothing for us: what it, or the way there, said first."""
    said = str(why).partition("\n")[0]
    return f"The database cannot be reached or refuses: {said}"


@contextmanager
def _database_answers() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        leave(unreachable(error.orig))
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable):
            raise
        leave("The database has no tables yet: run `flask migrate` first.")


def is_demo(folder: Path) -> bool:
    """Whether the instance in this folder is a demonstration."""
    return (folder / "demo.json").exists()
