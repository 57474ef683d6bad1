"""Migrations: up from nothing, down to nothing, no drift, nothing a plain PostgreSQL lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from grievance.cli.keys import run
from grievance.tables import METADATA
from tests.servers import Server

VERSIONS = sorted((Path(__file__).resolve().parents[2] / "migrations" / "versions").glob("*.py"))


def test_there_is_no_drift_between_tables_and_migrations(server: Server) -> None:
    server.ensure_database("grievance_drift")
    engine = create_engine(server.url("owner", "grievance_drift"), poolclass=NullPool)
    with engine.connect() as connection:
        run(connection)
        connection.commit()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, METADATA)
        connection.rollback()
    assert not difference, difference


def _lists(checks: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """By the name of a CHECK that is nothing but a list, the codes that its column may hold."""
    only = re.compile(r"\(*\w+\)?(::text)? (IN \(|= ANY \()[^&|<>]*")
    return {
        name: set(re.findall(r"'([^']*)'", said)) for name, said in checks if only.fullmatch(said)
    }


def test_the_database_takes_the_codes_of_each_list_and_no_other(server: Server) -> None:
    server.ensure_database("grievance_lists")
    engine = create_engine(server.url("owner", "grievance_lists"), poolclass=NullPool)
    with engine.connect() as connection:
        run(connection)
        seen = inspect(connection)
        for table in METADATA.sorted_tables:
            kept = seen.get_check_constraints(table.name)
            there = _lists((str(one["name"]), one["sqltext"]) for one in kept)
            meant = [one for one in table.constraints if isinstance(one, CheckConstraint)]
            known = _lists((str(one.name), str(one.sqltext)) for one in meant)
            assert known == {name: there.get(name) for name in known}, table.name
        connection.rollback()


def test_every_migration_goes_down_and_up_again(server: Server) -> None:
    server.ensure_database("grievance_updown")
    engine = create_engine(server.url("owner", "grievance_updown"), poolclass=NullPool)
    with engine.connect() as connection:
        run(connection)
        connection.commit()
        run(connection, "base", down=True)
        connection.commit()
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
        assert not left
        run(connection)
        connection.commit()
        assert "grievance_case" in inspect(connection).get_table_names()


def test_migrations_need_no_extension_and_no_newer_postgresql() -> None:
    assert VERSIONS
    for path in VERSIONS:
        source = path.read_text(encoding="utf-8").lower()
        for word in (
            "create extension",
            "uuidv7",
            "icu",
            "builtin",
            "pg_trgm",
            "from grievance.",
            "from grievance import",
        ):
            assert word not in source, f"{path.name}: {word}"


def test_the_roles_own_nothing_and_cannot_truncate(server: Server) -> None:
    server.ensure_database("grievance_roles")
    owner = create_engine(server.url("owner", "grievance_roles"), poolclass=NullPool)
    with owner.connect() as connection:
        run(connection)
        connection.commit()
        rows = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles "
                "WHERE rolname LIKE 'grievance_%' AND rolname <> 'grievance_admin'"
            )
        ).all()
        assert {row[0] for row in rows} >= {"grievance_owner", "grievance_app", "grievance_worker"}
        assert not any(any(row[1:]) for row in rows)
        truncating = connection.execute(
            text(
                "SELECT grantee, table_name FROM information_schema.table_privileges WHERE "
                "privilege_type = 'TRUNCATE' AND grantee IN ('grievance_app', 'grievance_worker')"
            )
        ).all()
        assert not truncating
        for table in ("event", "anchor"):
            for role in ("grievance_app", "grievance_worker"):
                may = connection.execute(
                    text(
                        f"SELECT has_table_privilege('{role}', '{table}', 'UPDATE'), "
                        f"has_table_privilege('{role}', '{table}', 'DELETE')"
                    )
                ).one()
                assert may == (False, False), f"{role} may change {table}"
