"""PostgreSQL for tests: what embedded and external servers have in common, and migrating."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).resolve().parent.parent


class Server(Protocol):
    """Gives addresses by role and makes databases."""

    def url(self, role: str, database: str = ...) -> str: ...
    def admin_url(self, database: str = ...) -> str: ...
    def ensure_database(self, name: str, *, template: str | None = None) -> None: ...


class External:
    """A server that somebody else runs; `address` is a superuser's. Databases carry a suffix."""

    def __init__(self, address: str, suffix: str) -> None:
        self._address = make_url(address)
        self._suffix = suffix
        self._made: list[str] = []
        with self._admin() as connection:
            for role in ("grievance_owner", "grievance_app", "grievance_worker"):
                connection.execute(
                    text(
                        f"DO $$ BEGIN CREATE ROLE {role} LOGIN; "
                        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
                    )
                )

    def name(self, database: str) -> str:
        """The name of a database on this server, apart from those of other test processes."""
        return database if database == "postgres" else f"{database}_{self._suffix}"

    def _admin(self):
        engine = create_engine(self._address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        return engine.connect()

    def url(self, role: str, database: str = "grievance") -> str:
        """Connects as the superuser and becomes the role at once."""
        name = database if database.endswith(self._suffix) else self.name(database)
        full = role if role.startswith("grievance_") else f"grievance_{role}"
        told = self._address.set(database=name).update_query_dict({"options": f"-c role={full}"})
        return told.render_as_string(hide_password=False)

    def admin_url(self, database: str = "postgres") -> str:
        """The superuser's address."""
        return self._address.set(database=self.name(database)).render_as_string(hide_password=False)

    def ensure_database(self, name: str, *, template: str | None = None) -> None:
        """Make a database owned by the owner role, a copy of `template` where one is named."""
        name = name if name.endswith(self._suffix) else self.name(name)
        copy = f' TEMPLATE "{self.name(template)}"' if template else " TEMPLATE template0"
        with self._admin() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}" OWNER grievance_owner{copy}'))
        self._made.append(name)

    def close(self) -> None:
        """Drop what was made."""
        with self._admin() as connection:
            for name in reversed(self._made):
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def migrate(server: Server, database: str, revision: str = "head") -> None:
    """Make `database` and bring it to `revision` with the real migrations, as the owner."""
    server.ensure_database(database)
    engine = create_engine(server.url("owner", database), poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()
