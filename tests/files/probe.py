"""A child that stands in for the cleaner, under its real walls, and says what it still can do."""

import os
import socket
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

cleaner = ModuleType("cleaner")
SourceFileLoader("cleaner", sys.argv[1]).exec_module(cleaner)
_, walls, _, memory, seconds, *_ = sys.argv[1:]
if walls == "unfiltered":
    cleaner._CALLS = {}

found = [f"environment {len(Path('/proc/self/environ').read_bytes())}", f"folder {Path.cwd()}"]
found.append(f"descriptors {len(os.listdir('/proc/self/fd')) - 1}")
unshared = cleaner._enter(int(memory), int(seconds))
interfaces = [name for _, name in socket.if_nameindex()]
found.append(f"interfaces {' '.join(interfaces) if unshared else 'lo'}")
filtered = cleaner._lock(threads=False)


def attempt(name: str, act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except OSError:
        found.append(f"{name} refused")
    else:
        found.append(f"{name} DONE")


attempt("socket", socket.socket)
attempt("socket pair", socket.socketpair)
attempt("reading a file", Path(__file__).read_bytes)
attempt("writing a file", Path("/tmp/probe").touch)
attempt("pipe", os.pipe)
if walls == "filtered":
    attempt("renaming a file", lambda: os.rename(__file__, __file__))
    attempt("program", lambda: os.execv("/bin/true", ["true"]))
    attempt("signal", lambda: os.kill(os.getppid(), 0))
    attempt("process", lambda: os.fork() or os._exit(0))
cleaner._read()
cleaner._write(f"cleaned text {int(unshared or filtered)} -\n".encode() + "\n".join(found).encode())
os._exit(0)
