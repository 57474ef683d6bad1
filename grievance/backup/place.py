"""What `flask backup` works on, and how it ends: one site, one owner, refusals as sentences."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import psycopg
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import clock, storage
from grievance.backup.files import NotDone
from grievance.backup.keys import read_rings
from grievance.cli.keys import become_owner
from grievance.cli.places import (
    MISSING,
    given_database,
    home,
    leave,
    name_given,
    or_leave,
    own_instance,
    unreachable,
)
from grievance.embedded.process import Unavailable
from grievance.notifications.models import JobRun
from grievance.settings import Bucket, CommandSettings, SettingsError, read

WANTING = 1
SCRATCH = "_drill"  # what the name of the scratch database adds to that of the real one
OWNER = "The database refused: GRIEVANCE_DATABASE_URL must be the owner role's."


@dataclass(frozen=True)
class Site:
    """What is backed up, or restored to: a database as its owner, a key ring, files, anchors.

    `scratch_url` is an empty database beside it, to try things in.
    """

    database_url: str = field(repr=False)
    ring: Path
    storage: str
    bucket: Bucket
    data: Path
    scratch_url: str = field(repr=False)


def store_of(site: Site) -> storage.Blobs:
    """Where its files lie; NotDone for a setting that names nothing, or a store that is away."""
    try:
        store = storage.blobs(site.storage, site.bucket)
        store.check()
    except SettingsError as wrong:
        raise NotDone(str(wrong), MISSING) from None
    except OSError as away:
        raise NotDone(f"The storage {site.storage}: {away.strerror}.", MISSING) from None
    return store


@contextmanager
def site_of(
    *, alone: bool = False, scratch: bool = False, first: Callable[[], object] = lambda: None
) -> Iterator[Site]:
    """From the settings; without them the instance under `var/`. `alone`: it must be down, and is
    made when there is none, but not when `first` refuses. `scratch`: an instance makes its scratch
    database."""
    if given_database():
        name_given()
        given = or_leave(lambda: read(CommandSettings, os.environ))
        url = given.database_url
        yield Site(url, given.keyring, given.storage, given.bucket, given.data, _beside(url))
        return
    folder = home()
    with own_instance(makes=alone, first=first) as instance:
        if alone and not instance.started_here:
            raise NotDone(f"The instance in {folder} is running: stop it first.")
        files = os.environ.get("GRIEVANCE_STORAGE") or str(folder / "files")
        url = instance.postgres.url("owner")
        if scratch:
            instance.postgres.ensure_database(str(make_url(_beside(url)).database))
        bucket = Bucket.given(os.environ)
        yield Site(url, folder / "keys" / "all", files, bucket, folder, _beside(url))


def _beside(url: str) -> str:
    made = make_url(url)
    return made.set(database=f"{made.database}{SCRATCH}").render_as_string(hide_password=False)


@contextmanager
def as_owner(url: str, *, snapshot: bool = False) -> Iterator[Connection]:
    """A connection as the owner; with `snapshot` all it reads is of one moment."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        become_owner(connection)
        connection.commit()
        if snapshot:
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        connection.begin()
        yield connection


@contextmanager
def refusals() -> Iterator[None]:
    """Refusals as sentences with their exit code; a request to end undoes what was begun."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except NotDone as refused:
        leave(str(refused), refused.code)
    except Unavailable as missing:
        leave(str(missing))
    except OperationalError as error:
        leave(unreachable(error.orig))
    except psycopg.OperationalError as error:
        leave(unreachable(error))
    except ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        leave(OWNER)
    except OSError as failed:
        leave(f"{failed.filename or 'The files'}: {failed.strerror}", WANTING)
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def note(site: Site, job: str, began: datetime, *, wanting: bool) -> None:
    """Write down that it ran, where a monitor looks for it: `/metrics` tells of every job."""
    ended = clock.real_now()
    ms = round((ended - began).total_seconds() * 1000)
    with as_owner(site.database_url) as connection, Session(connection) as session:
        session.info["actor"] = f"cli:backup {job}"
        run = JobRun(job=job, started_at=began, finished_at=ended, due=1, ms=ms)
        run.done, run.failed = int(not wanting), int(wanting)
        session.add(run)
        session.commit()
        connection.commit()


def ring_at(keys: Sequence[Path]) -> dict[str, bytes]:
    """The secrets of these folders, else of the ring of the settings or of the instance."""
    if not keys and given_database():
        keys = [or_leave(lambda: read(CommandSettings, os.environ)).keyring]
    return read_rings(keys or [home() / "keys" / "all"])
