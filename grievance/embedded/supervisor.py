"""Keeps the processes of an instance running: starts, restarts and stops them in order."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from select import select
from types import FrameType

from .folders import private
from .lock import RunLock
from .process import Launch, Process, Service, Unavailable, start, wait_until

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0  # seconds before a restart, doubling
STEADY = 30.0  # seconds alive after which a death counts as the first again
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child:
    """A program of ours. With `restart=False` it is a step: it runs to its end before the next
    one starts, and anything but exit code 0 stops everything.

    `ready` is asked until it answers True, at most `limit` seconds.
    """

    def __init__(
        self,
        name: str,
        launch: Launch,
        ready: Callable[[], bool] | None = None,
        *,
        restart: bool = True,
        limit: float = 60.0,
    ) -> None:
        self.name = name
        self.restart = restart
        self.limit = limit
        self._launch = launch
        self._ready = ready
        self._process: Process | None = None

    def log_to(self, folder: Path) -> None:
        """Where output goes: `<folder>/<name>.log`."""
        self._process = self._process or Process(folder / f"{self.name}.log")

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def spawn(self) -> None:
        """Start it; `log_to` comes first."""
        if self._process is not None and self._process.pid is None:
            self._process.spawn(self._launch)

    def ready(self) -> bool:
        """Whether it does its work."""
        return self._ready is None or self._ready()

    def poll(self) -> int | None:
        """The exit code once it has ended."""
        return self._process.poll() if self._process else 0

    def stop(self) -> None:
        """TERM, and KILL after 10 s."""
        if self._process is not None:
            self._process.stop()


class _Watched:
    """A service with the memory of its deaths."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.since = time.monotonic()
        self.delay = FIRST_DELAY
        self.due: float | None = None

    def look(self) -> None:
        """Restart it when it is dead and its delay is over; never waits until it is ready."""
        now = time.monotonic()
        if self.due is None and self.service.poll() is not None:
            if now - self.since > STEADY:
                self.delay = FIRST_DELAY
            self._wait(now)
        elif self.due is not None and now >= self.due:
            self.due, self.since = None, now
            try:
                self.service.spawn()
            except (Unavailable, OSError):
                self._wait(now)

    def _wait(self, now: float) -> None:
        self.due = now + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)


class Supervisor:
    """Starts `children` in order, calls `on_ready`, keeps them alive until a signal comes.

    Servers and programs are treated alike. Run it in the main thread: children die with that
    thread, whatever kills it.
    """

    def __init__(
        self,
        children: Sequence[Service],
        home: Path,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._children = children
        self._home = private(home)
        self._on_ready = on_ready
        self._stopping = False

    def run(self) -> None:
        """Return after a signal, when everything is stopped.

        AlreadyRunning when another supervisor has this instance; Unavailable when a child did
        not become ready or a step failed. No process is left behind in any case.
        """
        lock = RunLock(self._home)
        lock.take_for_good()
        try:
            with self._signals() as woken:
                try:
                    self._start_and_watch(woken)
                finally:
                    for child in reversed(self._children):
                        child.stop()
        finally:
            lock.release()

    def _start_and_watch(self, woken: int) -> None:
        logs = self._home / "log"
        for child in self._children:
            if self._stopping:
                return
            if isinstance(child, Child):
                child.log_to(logs)
            if child.restart:
                self._begin(child, logs)
            else:
                self._take_step(child, logs)
        if self._stopping:
            return
        self._on_ready()
        watched = [_Watched(child) for child in self._children if child.restart]
        while not self._stopping:
            for each in watched:
                each.look()
            pause = min((w.due - time.monotonic() for w in watched if w.due), default=60.0)
            if select([woken], [], [], max(pause, 0))[0]:
                os.read(woken, 4096)

    def _begin(self, child: Service, logs: Path) -> None:
        try:
            start(child, logs / f"{child.name}.log", lambda: self._stopping)
        except Unavailable:
            if not self._stopping:
                raise

    def _take_step(self, child: Service, logs: Path) -> None:
        child.spawn()
        codes: list[int] = []

        def ended() -> bool:
            code = child.poll()
            if code is not None:
                codes.append(code)
            return code is not None

        wait_until(ended, child.limit, lambda: self._stopping)
        if codes != [0] and not self._stopping:
            what = f"failed ({codes[0]})" if codes else f"took more than {child.limit:g} s"
            raise Unavailable(f"{child.name} {what}; see {logs / child.name}.log.")

    @contextmanager
    def _signals(self) -> Iterator[int]:
        """Note signals for as long as we run; answers a descriptor that wakes a select."""

        def note(number: int, _frame: FrameType | None) -> None:
            self._stopping = self._stopping or number in STOPPING

        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        noted = {*STOPPING, signal.SIGCHLD}
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            noted.remove(signal.SIGHUP)  # nohup asks us to outlive the terminal
        before = {number: signal.signal(number, note) for number in noted}
        try:
            yield reader
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
            os.close(reader)
            os.close(writer)
