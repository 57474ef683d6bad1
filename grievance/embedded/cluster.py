"""A PostgreSQL cluster on disk: making it, its settings, and clearing what a crash left."""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from .binaries import Runtime
from .process import PROC, Identity, Launch, Unavailable, alive, run, wait_until

ADMIN = "grievance_admin"
ROLES = (ADMIN, "grievance_owner", "grievance_app", "grievance_worker")
PORT = 5432  # only part of the socket's name
INITDB_SECONDS = 120.0
NOTICE_SECONDS = 2.0  # a server whose parent was killed has been told to stop by then
LEAVING_SECONDS = 30.0  # a stopping server writes everything first

# ERROR texts quote values people typed, so errors never reach the log: the application reports
# them by type and place. LOG is the level of start, stop and crash recovery.
SETTINGS = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
hba_file = '{data}/grievance_hba.conf'
ident_file = '{data}/grievance_ident.conf'
max_connections = 60
shared_buffers = 64MB
max_wal_size = 512MB
wal_recycle = off
max_logical_replication_workers = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_line_prefix = '%m [%p] '
"""
# A killed server still loses nothing: commits wait until the kernel has them.
FAST = """\
fsync = off
full_page_writes = off
"""


def of_version(data: Path) -> int:
    """The major version that made the cluster."""
    return int((data / "PG_VERSION").read_text())


def make(runtime: Runtime, home: Path, data: Path, *, durable: bool) -> None:
    """Make the cluster in one step: a half-made one, left by a kill, is thrown away.

    Locale C everywhere, so that PostgreSQL 15 and 18, with and without ICU, behave alike.
    """
    part = home / "postgres.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    own(home, part, runtime.identity)
    argv = (
        *(str(runtime.programs / "initdb"), "-D", str(part), "-U", ADMIN),
        *("--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale=C"),
        *("--data-checksums", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    )
    wanted = Launch(argv, folder=part, death_signal=signal.SIGKILL, identity=runtime.identity)
    code, said = run(wanted, INITDB_SECONDS)
    if code != 0:
        last = said.splitlines()[-1:] or [f"exit code {code}"]
        raise Unavailable(f"PostgreSQL could not make its database folder: {last[0]}")
    part.rename(data)


def own(home: Path, data: Path, identity: Identity) -> None:
    """Give the folder to the user who runs the server, should that have changed."""
    if identity.owner != os.geteuid():
        home.chmod(0o711)  # that user passes through, and sees nothing else
    if data.stat().st_uid == identity.owner:
        return
    for folder, _, files in os.walk(data):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, identity.owner, -1, follow_symlinks=False)


def configure(data: Path, sockets: Path, runtime: Runtime, *, durable: bool) -> Path:
    """Write settings and access rules afresh; answers the settings file.

    The operating system vouches for whoever connects (peer); only our own user is known, and
    may use the four roles. There are no passwords and no network.
    """
    us = runtime.identity.our_name
    files = {
        "grievance_hba.conf": "local all all peer map=grievance\n",
        "grievance_ident.conf": "".join(f'grievance "{us}" {role}\n' for role in ROLES),
        "grievance.conf": SETTINGS.format(port=PORT, sockets=sockets, data=quoted(data))
        + ("" if durable else FAST),
    }
    for name, text in files.items():
        path = data / name
        path.unlink(missing_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(file, "w") as written:
            written.write(text)
            os.fchown(file, runtime.identity.owner, -1)
    return data / "grievance.conf"


def quoted(path: Path) -> str:
    """A path for use between single quotes in a settings file."""
    return str(path).replace("\\", "\\\\").replace("'", "''")


def postmaster(data: Path) -> int | None:
    """The process id of the server using the folder, None when the note of it is stale."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    if not alive(pid):
        return None
    if PROC.exists():
        return pid if pid in users_of(data) else None
    _, said = run(Launch(("ps", "-o", "command=", "-p", str(pid))), limit=5)
    return pid if str(data) in said else None


def says_ready(data: Path) -> bool:
    """Whether the server's own note says so: asking while it recovers would only fill its log."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def users_of(data: Path) -> set[int]:
    """Server processes whose working folder it is (Linux); a zombie has none any more."""
    found = set()
    for entry in PROC.parent.parent.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            ours = entry.joinpath("cwd").readlink() == data
            if ours and entry.joinpath("exe").readlink().name.startswith("postgres"):
                found.add(int(entry.name))
    return found


def leftovers_gone(data: Path, sockets: Path, running: Callable[[], bool]) -> None:
    """Wait for a stopping server, end orphaned sessions, remove stale lock files.

    A process id in a lock file may be a zombie nobody reaps, or by now belong to another program;
    PostgreSQL alone would refuse to start for both. Unavailable when a server is truly in use.
    """

    def gone() -> bool:
        return postmaster(data) is None

    leaving = wait_until(gone, NOTICE_SECONDS) or not running()
    if not (leaving and wait_until(gone, LEAVING_SECONDS)):
        raise Unavailable(f"Another PostgreSQL (process {postmaster(data)}) is using {data}.")
    # As the postmaster does itself when one of its processes crashes.
    for number, seconds in ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        for pid in users_of(data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until(lambda: not users_of(data), seconds):
            break
    (data / "postmaster.pid").unlink(missing_ok=True)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (sockets / name).unlink(missing_ok=True)
