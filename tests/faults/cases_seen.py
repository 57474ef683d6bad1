"""The database of the instance as its owner's superuser sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, NullPool, create_engine, text

from grievance.embedded.postgres import Postgres
from tests.faults.machine import Machine


@contextmanager
def connected(machine: Machine) -> Iterator[Connection]:
    """A connection that may read everything."""
    engine = create_engine(Postgres(machine.data).admin_url("grievance"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def forget_letters(machine: Machine) -> None:
    """As if nobody had been written to: letters are paced by those of the last hours."""
    with connected(machine) as connection:
        connection.execute(text("DELETE FROM outbox"))
        connection.commit()


def count(machine: Machine, table: str = "grievance_case") -> int:
    """How many rows a table holds."""
    with connected(machine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
