"""The instance under test seen from outside: its processes, its files, its health."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_for

PROC = Path("/proc")
KINDS = {
    "web": "gunicorn",
    "worker": "flask worker",
    "cron": "flask cron",
    "valkey": "valkey-server",
    "postgres": "postgres -D",
}


@dataclass
class Machine:
    """A running instance."""

    url: str
    data: Path
    temp: Path
    running: subprocess.Popen[str]
    environment: Mapping[str, str]
    told: dict[str, Any]
    murdered: bool = False
    left: list[str] = field(default_factory=list)

    def account(self, role: str, nth: int = 0) -> dict[str, str]:
        """One of the demonstration's people."""
        found: list[dict[str, str]] = [a for a in self.told["accounts"] if a["role"] == role]
        return found[nth]

    def read(self, path: str) -> Any:
        """What a page for machines says; None when it does not answer."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def well(self) -> bool:
        """Whether everything runs."""
        health = self.read("/healthz")
        return bool(health and health["status"] == "ok")

    def pid(self, kind: str) -> int:
        """The process of this kind that the supervisor started; 0 while there is none."""
        need_proc()
        mine = children(self.running.pid)
        return next((child for child in mine if KINDS[kind] in command(child)), 0)

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this instance, by its folder or environment."""
        need_proc()
        marks, found = str(self.data), {}
        for one in PROC.iterdir():
            if not one.name.isdecimal() or int(one.name) == os.getpid():
                continue
            try:
                where = os.readlink(one / "cwd")
                if where.startswith(marks) or marks.encode() in (one / "environ").read_bytes():
                    found[int(one.name)] = command(int(one.name))
            except OSError:
                continue
        return {pid: said for pid, said in found.items() if said}

    def kill_what_is_left(self) -> None:
        """Note, then end, processes that outlived the supervisor."""
        if not PROC.exists():
            return
        wait_for(lambda: not self.processes(), 20)
        for pid, said in self.processes().items():
            self.left.append(said)
            os.kill(pid, signal.SIGKILL)


def need_proc() -> None:
    """Skip where the kernel does not tell about processes."""
    if not (PROC / "self" / "environ").exists():
        pytest.skip("no /proc")


def command(pid: int) -> str:
    """The command line of a process, empty for one that is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def parent(pid: int) -> int:
    """The parent of a process."""
    try:
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    return [
        int(p.name) for p in PROC.iterdir() if p.name.isdecimal() and parent(int(p.name)) == pid
    ]
