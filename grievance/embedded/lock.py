"""Locks that say who runs an instance and who is using it; the kernel frees them at any death."""

import fcntl
import os
from pathlib import Path
from typing import Literal

from .process import Unavailable, wait_until

Kind = Literal["command", "supervisor"]
COMMAND_SECONDS = 60.0


class AlreadyRunning(Unavailable):
    """Another supervisor keeps this instance running."""

    def __init__(self, pid: str) -> None:
        super().__init__(f"This instance is already running (process {pid}).")


class Lock:
    """A lock file held by an open descriptor."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, how: int) -> bool:
        """Take it (`fcntl.LOCK_…`); False when it was to be tried only and others hold it."""
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._file, how)
        except BlockingIOError:
            self.release()
            return False
        return True

    def write(self, text: str) -> None:
        """Say who holds it, at most 40 characters, so that nobody reads half of it."""
        if self._file is not None:
            os.pwrite(self._file, text.ljust(40).encode(), 0)

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class RunLock:
    """Whoever holds `<home>/run.lock` runs the servers of the instance: one at a time."""

    def __init__(self, home: Path) -> None:
        self._path = home / "run.lock"
        self._lock = Lock(self._path)

    def try_take(self, kind: Kind) -> bool:
        """Take it if nobody holds it."""
        if not self._lock.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
        self._lock.write(f"{kind} {os.getpid()}")
        return True

    def take_for_good(self) -> None:
        """Take it for a supervisor: waits for a command that will soon be done, refuses
        (AlreadyRunning) when another supervisor holds it."""
        if wait_until(
            lambda: self.try_take("supervisor"),
            COMMAND_SECONDS,
            lambda: self.holder[0] != "command",
        ):
            return
        raise AlreadyRunning(self.holder[1])

    def supervisor(self) -> str:
        """The process id of the supervisor that runs the instance; empty when none does."""
        if self.try_take("command"):
            self.release()
            return ""
        kind, pid = self.holder
        return pid if kind == "supervisor" else ""

    @property
    def holder(self) -> tuple[str, str]:
        """Kind and process id of whoever took it last."""
        kind, _, pid = self._path.read_text().strip().partition(" ")
        return kind, pid

    def release(self) -> None:
        """Give it back."""
        self._lock.release()
