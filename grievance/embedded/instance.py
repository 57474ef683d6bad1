"""An instance for the length of one command: the running one, or servers started for it."""

import fcntl
import time
from pathlib import Path
from types import TracebackType

from .folders import private
from .lock import Lock, RunLock
from .postgres import Postgres
from .process import Unavailable
from .valkey import Valkey

ATTACH_SECONDS = 60.0


class Instance:
    """`with Instance(home) as instance:` gives `instance.postgres` and `instance.valkey`, ready.

    When the instance is running they are only reached; otherwise this process starts them, and
    stops them at the end, after other commands that reached them meanwhile have finished.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._home = private(home)
        self.postgres = Postgres(home, durable=durable)
        self.valkey = Valkey(home)
        self._run = RunLock(self._home)
        self._use = Lock(self._home / "use.lock")
        self.started_here = False

    def __enter__(self) -> "Instance":
        self._use.take(fcntl.LOCK_SH)
        try:
            self._reach_or_start()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.started_here:
            self._use.take(fcntl.LOCK_EX)
        self._leave()

    def _reach_or_start(self) -> None:
        deadline = time.monotonic() + ATTACH_SECONDS
        while not self._run.try_take("command"):
            if self.postgres.ready() and self.valkey.ready():
                return
            if time.monotonic() > deadline:
                raise Unavailable(f"The instance in {self._home} is starting but not yet ready.")
            time.sleep(0.05)
        self.started_here = True
        self.postgres.start()
        self.valkey.start()

    def _leave(self) -> None:
        if self.started_here:
            self.valkey.stop()
            self.postgres.stop()
            self.started_here = False
        self._run.release()
        self._use.release()
