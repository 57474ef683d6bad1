"""One child process: how it is started, watched, logged and stopped."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from . import launch

LAUNCHER = str(Path(launch.__file__).resolve())
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
PROC = Path("/proc/self/stat")
LOG_LIMIT = 5 * 1024 * 1024  # bytes
STOP_SECONDS = 10.0

Signals = tuple[tuple[int, float], ...]  # each: signal number, seconds to wait for its effect


class Unavailable(Exception):
    """Something this machine must offer is missing; the text is for the person at the terminal."""


class Service(Protocol):
    """What the supervisor keeps alive. `limit`: seconds until the first `ready`."""

    name: str
    restart: bool
    limit: float

    def spawn(self) -> None:
        """Start the process without waiting for it."""

    def ready(self) -> bool:
        """Whether it does its work; never blocks for long."""

    def poll(self) -> int | None:
        """The exit code of a process that ended, None while it runs."""

    def stop(self) -> None:
        """End it, kindly first; nothing happens when it is not running."""


@dataclass(frozen=True)
class Identity:
    """Whom a child runs as: ourselves, a name inside a user namespace, or another user."""

    how: Literal["self", "namespace", "user"] = "self"
    uid: int = -1
    gid: int = -1

    @property
    def owner(self) -> int:
        """The user who owns the child's files as seen from outside."""
        return self.uid if self.how == "user" else os.geteuid()

    @property
    def our_name(self) -> str:
        """The name under which the child sees us when we connect to it."""
        return pwd.getpwuid(self.uid if self.how == "namespace" else os.geteuid()).pw_name


OURSELVES = Identity()


@dataclass(frozen=True)
class Launch:
    """What to run. The environment is exactly `env` plus PATH, HOME, LANG and TMPDIR; of our open
    files only `files` are handed on."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path = Path("/")
    death_signal: int = signal.SIGTERM
    identity: Identity = OURSELVES
    files: tuple[int, ...] = ()


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours reaches a child except a few names which are no secrets."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {"PATH": os.defpath, "LANG": "C.UTF-8"} | kept | dict(given)


def command(wanted: Launch, names: list[str], pipe: int | None = None) -> list[str]:
    """The argument list that runs `wanted` through the launcher."""
    program = shutil.which(wanted.argv[0], path=environment(wanted.env)["PATH"])
    spec = {
        "how": wanted.identity.how,
        "uid": wanted.identity.uid,
        "gid": wanted.identity.gid,
        "folder": str(wanted.folder),
        "names": names,
        "death_signal": int(wanted.death_signal),
        "parent": os.getpid(),
        "pipe": pipe,
    }
    argv = [program or wanted.argv[0], *wanted.argv[1:]]
    return [sys.executable, "-I", "-S", LAUNCHER, json.dumps(spec), *argv]


def run(wanted: Launch, limit: float) -> tuple[int, str]:
    """Run to the end within `limit` seconds; answers exit code and output."""
    env = environment(wanted.env)
    try:
        done = subprocess.run(
            command(wanted, list(env)),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL, f"no end after {limit:.0f} s"
    return done.returncode, done.stdout.strip()


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie nobody reaps does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if not PROC.exists():
        _, state = run(Launch(("ps", "-o", "stat=", "-p", str(pid))), limit=5)
        return state[:1] not in ("Z", "")
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].strip()[:1] not in ("Z", "X")


def wait_until(
    true: Callable[[], bool], limit: float, give_up: Callable[[], bool] = lambda: False
) -> bool:
    """Ask until it is so; False after `limit` seconds or as soon as `give_up` says so."""
    deadline = time.monotonic() + limit
    while not true():
        if give_up() or time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def start(service: Service, log: Path, give_up: Callable[[], bool] = lambda: False) -> None:
    """Start a service and wait until it is ready; stops it and raises Unavailable otherwise."""
    try:
        service.spawn()
        if wait_until(
            service.ready, service.limit, lambda: give_up() or service.poll() is not None
        ):
            return
        why = (
            "ended at once"
            if service.poll() is not None
            else f"was not ready within {service.limit:g} s"
        )
        raise Unavailable(f"{service.name} {why}; see {log}.")
    except BaseException:
        service.stop()
        raise


def open_log(path: Path) -> int:
    """A descriptor that appends to a log only its owner reads; one older file is kept."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)


class Process:
    """A running child in its own process group, so that Ctrl-C reaches only its supervisor.

    Start it from a thread that lives as long as the child should: Linux ties the child to it.
    """

    def __init__(self, log: Path, *, by_pipe: bool = sys.platform != "linux") -> None:
        self._log = log
        self._by_pipe = by_pipe
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: int | None = None

    @property
    def pid(self) -> int | None:
        """The process id while there is a child that has not been seen to end."""
        return self._child.pid if self._child else None

    def spawn(self, wanted: Launch) -> None:
        """Start it; call only when nothing runs."""
        env = environment(wanted.env)
        reader, self._pipe = os.pipe() if self._by_pipe else (None, None)
        log = open_log(self._log)
        try:
            self._child = subprocess.Popen(
                command(wanted, list(env), reader),
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(*wanted.files, *(() if reader is None else (reader,))),
            )
        finally:
            os.close(log)
            if reader is not None:
                os.close(reader)

    def poll(self) -> int | None:
        """The exit code once it has ended; what it left of its own group is asked to end, too."""
        if self._child is None:
            return 0
        code = self._child.poll()
        if code is not None:
            self._forget(self._child, signal.SIGTERM)
        return code

    def stop(self, signals: Signals = ((signal.SIGTERM, STOP_SECONDS),)) -> None:
        """Send each signal and wait its seconds; what is left of the group is then killed."""
        child = self._child
        if child is None:
            return
        for number, seconds in signals:
            child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
                break
        else:
            child.kill()
            child.wait()
        self._forget(child, signal.SIGKILL)

    def _forget(self, child: subprocess.Popen[bytes], last_word: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, last_word)  # refused when nobody is left in the group
        self._child = None
        if self._pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._pipe, b"x")
            os.close(self._pipe)
            self._pipe = None
