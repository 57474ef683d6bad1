"""`flask backup scrub`: no data file keeps the bytes of a case that was erased.

PostgreSQL only marks deleted rows as free, and a plain VACUUM leaves their bytes standing in the
page. So the tables are written anew, as their owner, when a case was erased since the last time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Connection, LargeBinary, NullPool, create_engine, func, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.models import Event
from grievance.backup.files import NotDone
from grievance.backup.place import WANTING, note, refusals, site_of
from grievance.backup.rows import revision
from grievance.cases.models import Case
from grievance.cases.operations.shredding import FURTHER, OF_A_CASE
from grievance.cli.keys import become_owner
from grievance.model import Base
from grievance.notifications.models import JobRun, KeptAddress, Outbox

JOB = "scrub"
MODELS: tuple[type[Any], ...] = (*OF_A_CASE, *FURTHER, Case, KeptAddress, Outbox)
TABLES = tuple(sorted({one.__tablename__ for one in MODELS}))
# Whoever works meanwhile waits so long at most; the table has its turn at the next run.
PATIENCE = "5s"
# What the last WAL holds goes with the next segment and checkpoint, where this may not be asked.
LAST = ("SELECT pg_switch_wal()", "CHECKPOINT")


@click.command("scrub")
@click.option("--all", "always", is_flag=True, help="Also when no case was erased since last time.")
def scrub(always: bool) -> None:
    """Write the tables of cases anew, so that no data file holds what was erased.

    Does nothing when no case was erased since it last did all. Each table is locked while it is
    written; one that is in use for longer is left for the next run. Exit 1 when one was left.
    """
    with refusals(), site_of() as site:
        began = clock.real_now()
        with _alone(site.database_url) as connection:
            if not revision(connection):
                raise NotDone("The database has no tables yet: run `flask migrate` first.")
            erased = _erased(connection)
            wanted = TABLES if always or erased else ()
            left = [table for table in wanted if not _rewritten(connection, table)]
            ended = [_may(connection, statement) for statement in LAST] if wanted else []
        if wanted:
            note(site, JOB, began, wanting=bool(left))
    told = {"erased": erased, "rewritten": len(wanted) - len(left), "left": left}
    click.echo(json.dumps(told))
    if not all(ended):
        click.echo("The write-ahead log keeps copies until the server's next checkpoint.", err=True)
    sys.exit(WANTING if left else 0)


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """A connection as the owner that holds no transaction: VACUUM takes none."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        become_owner(connection)
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        yield connection


def _erased(connection: Connection) -> int:
    """How many cases were erased since every table was written anew."""
    with Session(connection) as session:
        session.info["actor"] = f"cli:backup {JOB}"
        whole = (JobRun.job == JOB, JobRun.failed == 0)
        last = session.scalar(select(func.max(JobRun.started_at)).where(*whole))
        gone = select(func.count()).where(Event.verb == "erase", Event.codes["all"].as_boolean())
        return session.scalar(gone.where(Event.at > last) if last else gone) or 0


def _rewritten(connection: Connection, table: str) -> bool:
    """The planner's samples of sealed values go too: it has no use for them."""
    sealed = [
        f'ALTER COLUMN "{column.name}" SET STATISTICS 0, ALTER COLUMN "{column.name}" TYPE bytea'
        for column in Base.metadata.tables[table].columns
        if isinstance(column.type, LargeBinary) and _sampled(connection, table, column.info)
    ]
    try:
        if sealed:
            connection.execute(text(f'ALTER TABLE "{table}" {", ".join(sealed)}'))
            connection.execute(text("VACUUM (FULL) pg_statistic"))
        connection.execute(text(f'VACUUM (FULL) "{table}"'))
    except OperationalError:
        return False
    return True


def _sampled(connection: Connection, table: str, info: Mapping[str, str]) -> bool:
    if "sealed" not in info.get("holds", ""):
        return False
    samples = "SELECT count(*) FROM pg_stats WHERE tablename = :table AND schemaname = 'public'"
    return bool(connection.scalar(text(samples), {"table": table}))


def _may(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(text(statement))
    except ProgrammingError:  # the owner of the tables may not ask for it everywhere
        return False
    return True
