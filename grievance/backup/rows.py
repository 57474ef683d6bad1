"""The rows of the database in a backup: one file a table, as COPY writes them.

Rows only: the shape and the grants of the roles come from the migrations, so a backup made on one
version of PostgreSQL goes into any other, and no program besides this one is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, Uuid, inspect, text
from sqlalchemy.orm import Session

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import tables  # noqa: F401  registers the streams
from grievance.accounts import verifying
from grievance.backup.files import NotDone, Portion, Sum, keep, portions_of
from grievance.cases import named  # noqa: F401  registers what events tell of cases
from grievance.shipped import shipped

ROWS = "database"
VERSIONS = "alembic_version"
ENDING = "draft_blob"  # drafts end by themselves, their files with them


@dataclass(frozen=True)
class Table:
    """One table of a backup."""

    name: str
    columns: list[str]
    rows: int
    size: int
    sha256: str

    def path(self, folder: Path) -> Path:
        """Where its rows lie in a backup."""
        return folder / ROWS / f"{self.name}.copy"

    @property
    def sum(self) -> Sum:
        """What that file must be."""
        return Sum(self.size, self.sha256)


def save(connection: Connection, folder: Path) -> list[Table]:
    """Write every table, in an order in which they can be put back.

    Call it in one REPEATABLE READ transaction. Row security, should a table have it, ends the
    backup instead of leaving rows out.
    """
    connection.execute(text("SET LOCAL row_security = off"))
    known = inspect(connection)
    return [
        _save(connection, folder, name, [column["name"] for column in known.get_columns(name)])
        for name in _in_order(connection)
    ]


def _in_order(connection: Connection) -> list[str]:
    ordered = inspect(connection).get_sorted_table_and_fkc_names()
    if circular := [one for name, keys in ordered if name is None for one in keys]:
        raise NotDone(f"Tables refer to each other in a circle: {circular}.")
    return [name for name, _ in ordered if name and name != VERSIONS]


def _save(connection: Connection, folder: Path, name: str, columns: list[str]) -> Table:
    cursor = _driver(connection).cursor()
    path = folder / ROWS / f"{name}.copy"
    told = keep(path, _rows(cursor, _copy("COPY {} ({}) TO STDOUT", name, columns)))
    return Table(name, columns, cursor.rowcount, told.size, told.sha256)


def _rows(cursor: psycopg.Cursor[Any], statement: sql.Composed) -> Iterator[Portion]:
    with cursor.copy(statement) as rows:
        yield from rows


def load(connection: Connection, folder: Path, told: list[Table]) -> None:
    """Put the rows into the empty tables of the same shape; NotDone when they do not fit."""
    for table in told:
        cursor = _driver(connection).cursor()
        try:
            with cursor.copy(_copy("COPY {} ({}) FROM STDIN", table.name, table.columns)) as rows:
                for portion in portions_of(table.path(folder)):
                    rows.write(portion)
        except psycopg.Error as error:  # its text may quote a row
            raise NotDone(
                f"The rows of {table.name} do not fit ({type(error).__name__}); "
                "nothing was restored."
            ) from None
        if cursor.rowcount != table.rows:
            raise NotDone(f"{table.name} has lost rows; nothing was restored.")
        _move_counters(cursor, table)


def _move_counters(cursor: psycopg.Cursor[Any], table: Table) -> None:
    """Go on counting after the highest number that was restored."""
    name = sql.Identifier(table.name)
    for column in table.columns:
        found = cursor.execute(
            "SELECT pg_get_serial_sequence(%s, %s)", [f'"{table.name}"', column]
        ).fetchone()
        if found and found[0]:
            highest = sql.SQL("SELECT setval(%s, max({})) FROM {} HAVING max({}) IS NOT NULL")
            own = sql.Identifier(column)
            cursor.execute(highest.format(own, name, own), [found[0]])


def blobs_named(connection: Connection) -> set[str]:
    """The ids of the blobs that rows name, except those of drafts."""
    known, found = inspect(connection), set()
    for name in known.get_table_names():
        for column in known.get_columns(name) if name != ENDING else []:
            if column["name"].endswith("blob") and isinstance(column["type"], Uuid):
                own, table = sql.Identifier(column["name"]), sql.Identifier(name)
                query = sql.SQL("SELECT {} FROM {} WHERE {} IS NOT NULL").format(own, table, own)
                found |= {row[0].hex for row in _driver(connection).execute(query)}
    return found


def revision(connection: Connection) -> str:
    """The migration the database stands at; empty when it was never migrated."""
    if VERSIONS not in inspect(connection).get_table_names():
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar() or "")  # noqa: S608


def release() -> str:
    """The migration this release expects."""
    return str(ScriptDirectory(str(shipped("migrations"))).get_current_head())


def is_empty(connection: Connection) -> bool:
    """Whether there is no table at all, not even an empty one."""
    return not inspect(connection).get_table_names()


def audit(
    connection: Connection, held: Mapping[str, bytes], copy: Mapping[int, Any] | None = None
) -> dict[str, Any]:
    """What `flask audit verify` says of the rows this connection sees."""
    with Session(connection) as session:
        session.info["actor"] = "cli:backup"
        key = held.get("event-mac")
        facts = verifying.verify(session, held["anchor-public"], copy, key).facts()
    for name in ("broken", "wrong"):
        facts[name].sort(key=lambda place: tuple(place.values()))
    return facts


def _copy(statement: str, name: str, columns: list[str]) -> sql.Composed:
    listed = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    return sql.SQL(statement).format(sql.Identifier(name), listed)


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver
