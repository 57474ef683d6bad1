"""PostgreSQL as our child: one private cluster, no network, nobody but its owner may connect."""

import signal
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from .binaries import Runtime, find_runtime
from .cluster import (
    ADMIN,
    PORT,
    ROLES,
    configure,
    leftovers_gone,
    make,
    of_version,
    own,
    says_ready,
)
from .folders import check_sockets, make_sockets, private, remove_sockets, sockets
from .process import Launch, Process, start

DATABASE = "grievance"
OWNER = "grievance_owner"
USERS = ("grievance_app", "grievance_worker")
# SIGINT is a fast shutdown (sessions are cut, everything is written), SIGQUIT an immediate one.
STOP = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))


class Postgres:
    """The PostgreSQL of the instance in `home`, its cluster in `<home>/postgres`.

    `durable=False` gives up safety against power cuts, for tests. `programs`: a folder with
    `postgres` and `initdb` to use instead of the newest found.
    """

    name = "postgres"
    restart = True
    limit = 60.0

    def __init__(self, home: Path, *, durable: bool = True, programs: Path | None = None) -> None:
        self._home = private(home)
        self._data = (self._home / "postgres").resolve()
        self._sockets = sockets(self._home, self.name)
        self._durable = durable
        self._programs = programs
        self._log = self._home / "log" / "postgres.log"
        self._process = Process(self._log)
        self._found: Runtime | None = None
        self._furnished = False

    @property
    def pid(self) -> int | None:
        """The process id of the server if this object started one."""
        return self._process.pid

    def url(self, role: str, database: str = DATABASE) -> str:
        """The SQLAlchemy address for one of `ROLES`; `app` is short for `grievance_app`."""
        name = role if role.startswith("grievance_") else f"grievance_{role}"
        if name not in ROLES:
            raise ValueError(f"no role {role}")
        host = quote(str(self._sockets), safe="")
        return f"postgresql+psycopg://{name}@/{quote(database)}?host={host}&port={PORT}"

    def admin_url(self, database: str = "postgres") -> str:
        """The address for the superuser: making databases, backups, tests; never for the web."""
        return self.url(ADMIN, database)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets),
            port=PORT,
            user=ADMIN,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    @property
    def running(self) -> bool:
        """Whether a server takes connections, whoever started it."""
        if not (self._sockets.exists() and says_ready(self._data)):
            return False
        check_sockets(self._sockets, self._data.stat().st_uid)
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def ready(self) -> bool:
        """Whether it takes connections and roles and database are there."""
        if not self.running:
            return False
        if self._process.pid is not None and not self._furnished:
            self._furnish()
        self._furnished = self._furnished or self._has(DATABASE)
        return self._furnished

    def poll(self) -> int | None:
        """The exit code of an ended server, None while it runs."""
        return self._process.poll()

    def spawn(self) -> None:
        """Start the server, making the cluster first if there is none.

        What a killed server left (lock files, orphaned sessions) is cleared away, a server that
        is just stopping is waited for. Unavailable when PostgreSQL cannot run here.
        """
        if self._process.pid is not None:
            return
        runtime = self._runtime()
        if not self._data.exists():
            make(runtime, self._home, self._data, durable=self._durable)
        own(self._home, self._data, runtime.identity)
        make_sockets(self._sockets, runtime.identity.owner)
        leftovers_gone(self._data, self._sockets, lambda: self.running)
        settings = configure(self._data, self._sockets, runtime, durable=self._durable)
        argv = (
            str(runtime.programs / "postgres"),
            *("-D", str(self._data), "-c", f"config_file={settings}"),
        )
        self._process.spawn(
            Launch(
                argv,
                folder=self._data,
                death_signal=signal.SIGINT,
                identity=runtime.identity,
            )
        )

    def start(self) -> None:
        """Start the server and wait until it can be used; Unavailable when it cannot."""
        start(self, self._log)

    def stop(self) -> None:
        """End the server within 15 s; everything committed is kept."""
        if self._process.pid is not None:
            self._process.stop(STOP)
            remove_sockets(self._sockets)

    def ensure_database(self, name: str, *, template: str | None = None) -> None:
        """Make the database unless it exists, owned by the owner role, closed to all but ours.

        With `template` it is a copy of that database, which nobody may be using.
        """
        if self._has(name):
            return
        with self._connect() as admin:
            statement = sql.SQL("create database {} owner {}").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
            if template:
                statement += sql.SQL(" template {}").format(sql.Identifier(template))
            admin.execute(statement)
            _close_to_strangers(admin, name)

    def _has(self, database: str) -> bool:
        with self._connect() as admin:
            found = admin.execute("select 1 from pg_database where datname = %s", [database])
            return found.fetchone() is not None

    def _furnish(self) -> None:
        with self._connect() as admin:
            rows = admin.execute("select rolname from pg_roles").fetchall()
            for role in {OWNER, *USERS} - {row[0] for row in rows}:
                admin.execute(
                    sql.SQL("create role {} login nosuperuser nocreatedb nocreaterole").format(
                        sql.Identifier(role)
                    )
                )
        self.ensure_database(DATABASE)

    def _runtime(self) -> Runtime:
        if self._found is None:
            made_by = of_version(self._data) if self._data.exists() else None
            self._found = find_runtime(self._home, made_by, self._programs)
        return self._found


def _close_to_strangers(admin: psycopg.Connection, database: str) -> None:
    name = sql.Identifier(database)
    admin.execute(sql.SQL("revoke all on database {} from public").format(name))
    for user in USERS:
        admin.execute(
            sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(user))
        )
