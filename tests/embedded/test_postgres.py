"""PostgreSQL as a child: who may connect, what is private, what survives a kill."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from grievance.embedded import binaries, cluster
from grievance.embedded.binaries import identities, postgres_trees
from grievance.embedded.folders import sockets
from grievance.embedded.postgres import Postgres
from grievance.embedded.process import Identity, Launch, Unavailable, alive, run, wait_until

Source = Callable[[str, Path], str]
Program = Callable[..., subprocess.Popen[str]]
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")


def connect(server: Postgres, role: str, database: str = "grievance") -> psycopg.Connection:
    address = server.url(role, database).replace("+psycopg", "")
    return psycopg.connect(address, autocommit=True)


def one(server: Postgres, role: str, statement: str) -> object:
    with connect(server, role) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def mode(path: Path) -> int:
    return path.lstat().st_mode & 0o777


def test_each_role_connects_by_its_url_and_is_itself(server: Postgres) -> None:
    for role in ("owner", "app", "worker"):
        engine = create_engine(server.url(f"grievance_{role}"))
        with engine.connect() as connection:
            assert connection.scalar(text("select current_user")) == f"grievance_{role}"
        engine.dispose()
        assert server.url(role) == server.url(f"grievance_{role}")
    with pytest.raises(ValueError, match="no role"):
        server.url("postgres")


def test_only_the_administrator_is_superuser_and_the_owner_owns_the_database(
    server: Postgres,
) -> None:
    with psycopg.connect(server.admin_url().replace("+psycopg", "")) as admin:
        roles = dict(
            admin.execute(
                "select rolname, (rolsuper, rolcreatedb, rolcreaterole, rolbypassrls)::text"
                " from pg_roles where rolcanlogin"
            ).fetchall()
        )
        owner = admin.execute(
            "select datdba::regrole::text, pg_encoding_to_char(encoding), datcollate"
            " from pg_database where datname = 'grievance'"
        ).fetchone()
    assert roles.pop("grievance_admin") == "(t,t,t,t)"
    assert roles == dict.fromkeys(
        ("grievance_owner", "grievance_app", "grievance_worker"), "(f,f,f,f)"
    )
    assert owner == ("grievance_owner", "UTF8", "C")


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize(
    "statement", ["create table mine (id int)", "create schema mine", "create temp table t (i int)"]
)
def test_app_and_worker_can_make_nothing(server: Postgres, role: str, statement: str) -> None:
    with connect(server, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_another_database_is_a_copy_with_the_same_fences(server: Postgres) -> None:
    with connect(server, "owner") as owner:
        owner.execute("create table copied as select 7 as n")
    server.ensure_database("a copy", template="grievance")
    server.ensure_database("a copy", template="grievance")
    with connect(server, "owner", "a copy") as owner:
        assert owner.execute("select n from copied").fetchone() == (7,)
    with connect(server, "app", "a copy") as app:
        may = app.execute("select has_database_privilege('a copy', 'create, temporary')")
        assert may.fetchone() == (False,)


def test_there_is_no_network_socket(server: Postgres) -> None:
    assert one(server, "app", "show listen_addresses") == ""
    if sys.platform == "linux":
        descriptors = {str(p.readlink()) for p in Path(f"/proc/{server.pid}/fd").iterdir()}
        rows = [
            line.split()
            for name in ("tcp", "tcp6", "udp", "udp6")
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        ]
        assert not descriptors & {f"socket:[{row[9]}]" for row in rows}


def test_folders_sockets_and_log_are_private(server: Postgres) -> None:
    home = Path(str(one(server, "admin", "show data_directory"))).parent
    folder = sockets(home, "postgres")
    for path in (home, home / "postgres", home / "log", folder, folder / ".s.PGSQL.5432"):
        assert mode(path) == 0o700, path
    assert mode(home / "log" / "postgres.log") == 0o600
    assert folder.stat().st_uid == os.geteuid()


def refused_as(uid: int, address: str) -> bool:
    """Whether a process of that user is turned away by the server itself."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = b"connected"
        try:
            os.setgroups([])
            os.setuid(uid)
            psycopg.connect(address)
        except psycopg.OperationalError as error:
            said = str(error).encode()
        finally:
            os.write(writer, said)
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as answer:
        return b"Peer authentication failed" in answer.read()


@only_root
@pytest.mark.parametrize("role", ["admin", "app"])
def test_other_users_are_refused_even_when_the_doors_stand_open(
    server: Postgres, role: str
) -> None:
    folder = sockets(Path(str(one(server, "admin", "show data_directory"))).parent, "postgres")
    inside = {identity.uid for identity in identities()}
    address = server.url(role, "grievance").replace("+psycopg", "")
    folder.chmod(0o711)
    (folder / ".s.PGSQL.5432").chmod(0o777)
    try:
        # Among them the user our server calls itself inside its namespace, and the one that all
        # strangers look like from there.
        for uid in {5, 65534, *inside} - {-1}:
            assert refused_as(uid, address), uid
    finally:
        (folder / ".s.PGSQL.5432").chmod(0o700)
        folder.chmod(0o700)


def test_values_people_typed_never_reach_the_log(server: Postgres) -> None:
    home = Path(str(one(server, "admin", "show data_directory"))).parent
    with connect(server, "owner") as owner:
        owner.execute("create table told (word text primary key, day date)")
        for words, value in (("insert into told (word) values (%s)", "canary-one"),) * 2 + (
            ("select %s::text::int", "canary-two"),
            ("select canary-three, %s", "canary-four"),
            ("do $$ begin raise exception 'canary-five'; end $$", None),
        ):
            with contextlib.suppress(psycopg.Error):
                owner.execute(words, [value] if value else None)
    log = (home / "log" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "canary" not in log


@pytest.mark.usefixtures("made")
def test_committed_rows_are_synced_to_disk_unless_told_otherwise(home: Path) -> None:
    durable = Postgres(home)
    durable.start()
    assert one(durable, "app", "show fsync") == "on"
    assert one(durable, "app", "show full_page_writes") == "on"
    durable.stop()
    fast = Postgres(home, durable=False)
    fast.start()
    assert one(fast, "app", "show fsync") == "off"
    fast.stop()


def test_a_path_of_200_characters_is_no_hindrance(tmp_path: Path) -> None:
    deep = tmp_path / "it's a deep one" / ("d" * 100) / ("e" * 100)
    server = Postgres(deep, durable=False)
    server.start()
    try:
        assert one(server, "app", "select 1") == 1
        assert len(str(sockets(deep, "postgres") / ".s.PGSQL.5432.lock")) < 90
    finally:
        server.stop()


@pytest.mark.usefixtures("made")
def test_a_socket_folder_that_others_may_enter_is_refused(home: Path, postgres: Postgres) -> None:
    folder = sockets(home, "postgres")
    folder.mkdir()
    folder.chmod(0o755)
    try:
        with pytest.raises(Unavailable, match="not a private folder"):
            postgres.start()
    finally:
        folder.rmdir()


def spin(server: Postgres) -> None:
    """A session too busy to notice that its server is gone."""
    try:
        with connect(server, "owner") as owner:
            owner.execute("do $$ begin loop perform 1; end loop; end $$")
    except psycopg.OperationalError:
        return


@pytest.mark.usefixtures("made")
def test_a_killed_server_starts_again_with_every_row_despite_busy_orphans(
    home: Path, postgres: Postgres
) -> None:
    postgres.start()
    with connect(postgres, "owner") as owner:
        owner.execute("create table kept_busy as select generate_series(1, 1000) as n")
    busy = threading.Thread(target=spin, args=[postgres])
    busy.start()
    running = "select count(*) from pg_stat_activity where query like 'do %'"
    assert wait_until(lambda: one(postgres, "admin", running) == 1, 5)
    first = postgres.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: postgres.poll() is not None, 5)
    assert cluster.users_of(home / "postgres") or sys.platform != "linux"
    postgres.start()
    busy.join(10)
    assert not busy.is_alive()
    assert postgres.pid != first
    assert one(postgres, "owner", "select count(*) from kept_busy") == 1000


@pytest.mark.usefixtures("made")
def test_a_note_of_a_process_that_is_not_the_server_does_not_stop_a_start(
    home: Path, postgres: Postgres
) -> None:
    postgres.start()
    postgres.stop()
    zombie = os.fork()
    if zombie == 0:
        os._exit(0)
    assert wait_until(lambda: not alive(zombie), 5)
    os.kill(zombie, 0)  # it is still there for whoever only asks the kernel
    for pid in (zombie, os.getpid()):
        (home / "postgres" / "postmaster.pid").write_text(f"{pid}\n{home}/postgres\n0\n5432\n")
        postgres.start()
        assert one(postgres, "app", "select 1") == 1
        postgres.stop()
    os.waitpid(zombie, 0)


def test_a_second_server_on_the_same_cluster_is_refused(server: Postgres) -> None:
    home = Path(str(one(server, "admin", "show data_directory"))).parent
    with pytest.raises(Unavailable, match="Another PostgreSQL"):
        Postgres(home, durable=False).spawn()
    assert server.running


def test_a_half_made_cluster_is_made_anew(home: Path, postgres: Postgres) -> None:
    (home / "postgres.part" / "base").mkdir(parents=True)
    (home / "postgres.part" / "PG_VERSION").write_text("18\n")
    postgres.start()
    assert one(postgres, "app", "select 1") == 1
    assert not (home / "postgres.part").exists()


@pytest.mark.usefixtures("made")
def test_the_server_goes_with_its_killed_parent_and_the_next_start_has_the_rows(
    home: Path, postgres: Postgres, program: Program
) -> None:
    parent = program(
        """
        import time
        import psycopg
        from grievance.embedded.postgres import Postgres
        server = Postgres(Path(HOME), durable=False)
        server.start()
        with psycopg.connect(server.url("owner").replace("+psycopg", "")) as owner:
            owner.execute("create table kept as select 41 + 1 as n")
        print(server.pid, flush=True)
        time.sleep(60)
        """,
        home,
    )
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not alive(pid), 5)
    assert wait_until(lambda: not cluster.users_of(home / "postgres"), 5)
    postgres.start()
    assert one(postgres, "owner", "select n from kept") == 42


AS_SOMEBODY = """
import os
import psycopg
from grievance.embedded.postgres import Postgres
server = Postgres(Path(HOME), durable=False)
server.start()
try:
    with psycopg.connect(server.url("app").replace("+psycopg", "")) as app:
        print(os.geteuid(), *app.execute("select current_user").fetchone())
finally:
    server.stop()
"""


@only_root
@pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are Linux")
def test_a_user_without_any_power_starts_it(home: Path, source: Source) -> None:
    home.mkdir(mode=0o700)
    python = (sys.executable, "-c", source(AS_SOMEBODY, home))
    code, said = run(Launch(python, {}, home, identity=Identity("namespace", 5, 60)), 30)
    assert (code, said) == (0, "5 grievance_app")


@only_root
def test_an_ordinary_user_starts_it(source: Source) -> None:
    python = "/usr/bin/python3"
    packages = os.pathsep.join(entry for entry in sys.path if entry.endswith("site-packages"))
    try:
        subprocess.run(
            [python, "-c", "import psycopg, sys; assert sys.version_info >= (3, 11)"],
            user=5,
            group=60,
            extra_groups=[],
            env={"PYTHONPATH": packages},
            check=True,
            capture_output=True,
            cwd="/",
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("that user can read neither a Python nor the packages")
    home = Path(f"/var/tmp/grievance-test-{os.getpid()}")
    home.mkdir(mode=0o700)
    os.chown(home, 5, 60)
    try:
        done = subprocess.run(
            [python, "-c", source(AS_SOMEBODY, home)],
            user=5,
            group=60,
            extra_groups=[],
            env={"PYTHONPATH": packages},
            cwd="/",
            capture_output=True,
            text=True,
        )
        assert done.stdout == "5 grievance_app\n", done.stderr
    finally:
        subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = [identity for identity in identities() if identity.how != "namespace"]
    monkeypatch.setattr(binaries, "identities", lambda: rest)


@only_root
def test_root_without_namespaces_uses_another_user(no_namespaces: None) -> None:
    home = Path(f"/var/tmp/grievance-test-{os.getpid()}")
    server = Postgres(home, durable=False)
    try:
        try:
            server.start()
        except Unavailable as error:
            if "cannot run" in str(error):
                pytest.skip("no PostgreSQL that another user can run")
            raise
        owner = (home / "postgres").stat().st_uid
        assert owner != 0
        assert f"Uid:\t{owner}\t" in Path(f"/proc/{server.pid}/status").read_text()
        assert one(server, "app", "select 1") == 1
        assert mode(home / "postgres") == 0o700
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(home)], check=True)


@only_root
def test_root_without_namespaces_under_a_closed_folder_is_told_what_is_missing(
    tmp_path: Path, no_namespaces: None
) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(Unavailable, match=r"refuses to run as root.*cannot enter"):
        Postgres(tmp_path / "var").start()


def test_a_cluster_of_another_version_is_refused_in_words(home: Path, postgres: Postgres) -> None:
    (home / "postgres").mkdir(mode=0o700)
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(Unavailable, match="not the PostgreSQL 9 that made"):
        postgres.start()


def test_the_oldest_supported_server_of_the_system_works_too(home: Path) -> None:
    system = [
        tree for tree in postgres_trees() if tree.parts[:4] == ("/", "usr", "lib", "postgresql")
    ]
    if not system:
        pytest.skip("no PostgreSQL of the system's own")
    server = Postgres(home, durable=False, programs=system[-1])
    server.start()
    try:
        assert one(server, "app", "select current_user::text") == "grievance_app"
        assert one(server, "app", "show server_encoding") == "UTF8"
    finally:
        server.stop()


@pytest.mark.usefixtures("made")
def test_a_stopped_server_leaves_no_process_and_no_socket(home: Path, postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    assert not postgres.running
    assert not sockets(home, "postgres").exists()
    assert not cluster.users_of(home / "postgres")
    with socket.socket(socket.AF_UNIX) as plug, pytest.raises(OSError, match="No such file"):
        plug.connect(str(sockets(home, "postgres") / ".s.PGSQL.5432"))
