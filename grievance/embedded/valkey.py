"""Valkey as our child: reached by a private socket, keeping nothing on disk."""

import os
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from .binaries import valkey_server
from .folders import check_sockets, make_sockets, private, remove_sockets, sockets
from .process import Launch, Process, Unavailable, start, wait_until

MEMORY = "64mb"
LEAVING_SECONDS = 3.0
# A crash report would print the command being run.
SETTINGS = (
    *("--port", "0", "--unixsocketperm", "700", "--daemonize", "no", "--loglevel", "warning"),
    *("--save", "", "--appendonly", "no", "--maxmemory", MEMORY),
    *("--maxmemory-policy", "noeviction"),
    *("--crash-log-enabled", "no", "--crash-memcheck-enabled", "no"),
)


class Valkey:
    """A Valkey (or Redis) server for the instance in `home`. `program`: a server to use instead."""

    name = "valkey"
    restart = True
    limit = 20.0

    def __init__(self, home: Path, *, program: Path | None = None) -> None:
        self._home = private(home)
        self._program = program
        self._log = self._home / "log" / "valkey.log"
        self._process = Process(self._log)

    @property
    def _socket(self) -> Path:
        return sockets(self._home, self.name) / "valkey.sock"

    @property
    def pid(self) -> int | None:
        """The process id of the server if this object started one."""
        return self._process.pid

    def url(self) -> str:
        """The address for `redis.from_url`."""
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def running(self) -> bool:
        """Whether a server answers, whoever started it."""
        if not self._socket.exists():
            return False
        check_sockets(self._socket.parent, os.geteuid())
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False

    def ready(self) -> bool:
        """Whether it can be used."""
        return self.running

    def poll(self) -> int | None:
        """The exit code of an ended server, None while it runs."""
        return self._process.poll()

    def spawn(self) -> None:
        """Start the server; one left by a killed parent gets the time to go."""
        if self._process.pid is not None:
            return
        make_sockets(self._socket.parent, os.geteuid())
        if not wait_until(lambda: not self.running, limit=LEAVING_SECONDS):
            raise Unavailable(f"Another Valkey is already running for {self._home}.")
        folder = private(self._home / "valkey")
        argv = (
            str(self._program or valkey_server()),
            *SETTINGS,
            *("--dir", str(folder), "--unixsocket", str(self._socket)),
        )
        self._process.spawn(Launch(argv, folder=folder, death_signal=signal.SIGTERM))

    def start(self) -> None:
        """Start the server and wait until it answers; Unavailable when it does not."""
        start(self, self._log)

    def stop(self) -> None:
        """End the server; its data go with it."""
        if self._process.pid is not None:
            self._process.stop()
            self._socket.unlink(missing_ok=True)
            remove_sockets(self._socket.parent)
