"""Expand, then contract: the release before goes on working on the shape of this one.

With two web hosts the database is migrated while they still run the old release. So a migration
only adds what the old code may leave out; what nobody uses any more goes one release later.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection, NullPool, create_engine, inspect, text

from grievance.cli.keys import run
from tests.backup.conftest import Lived
from tests.backup.test_backup_of_before import MOVED
from tests.servers import Server

# The last revision of the release before. The rule holds after it; earlier ones need a stop.
BEFORE = "0013"
WIDER = {"INTEGER": "BIGINT"}  # the old release reads and writes it as before
Shape = dict[str, dict[str, tuple[str, bool, bool]]]  # table, column: type, nullable, default


@pytest.fixture
def filled(lived: Lived, server: Server) -> Iterator[Connection]:
    """The owner's connection to a database with a case in it, at the shape of this release."""
    name = f"grievance_expand_{uuid4().hex[:8]}"
    server.ensure_database(name, template=lived.place.database)
    engine = create_engine(server.url("owner", name), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM anchor"))
        connection.execute(text(MOVED))
        yield connection


def shape(connection: Connection) -> Shape:
    known = inspect(connection)
    return {
        table: {
            one["name"]: (str(one["type"]), one["nullable"], one["default"] is not None)
            for one in known.get_columns(table)
        }
        for table in known.get_table_names()
        if table != "alembic_version"
    }


def against(old: Shape, new: Shape) -> list[str]:
    """What code that knows only `old` would stumble over in `new`."""
    found = [f"{table} is gone" for table in old.keys() - new.keys()]
    for table in sorted(old.keys() & new.keys()):
        gone = old[table].keys() - new[table].keys()
        found += [f"{table}.{name} is gone" for name in sorted(gone)]
        for name, (kind, nullable, default) in new[table].items():
            if name not in old[table]:
                if not (nullable or default):
                    found.append(f"{table}.{name} is new and must be given")
                continue
            before, might_be_empty, had_default = old[table][name]
            if kind not in (before, WIDER.get(before)):
                found.append(f"{table}.{name} is {kind}, was {before}")
            if might_be_empty and not nullable:
                found.append(f"{table}.{name} must be given now")
            if had_default and not default and not nullable:
                found.append(f"{table}.{name} lost its default")
    return sorted(found)


def between(connection: Connection, old: str, new: str) -> list[str]:
    run(connection, old, down=True)
    before = shape(connection)
    run(connection, new)
    return against(before, shape(connection))


def test_the_release_before_goes_on_working_on_this_shape(filled: Connection) -> None:
    assert between(filled, BEFORE, "head") == []


def test_a_migration_that_does_not_only_expand_is_seen(filled: Connection) -> None:
    """The one that made a column a list and wanted another: both would stop the old release."""
    assert between(filled, "0011", "0012") == [
        "channel.not_in is new and must be given",
        "channel.only_in is JSONB, was VARCHAR(8)",
        "channel.only_in must be given now",
    ]
