"""What keeps the tests quick without leaving anything out."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg._preparing import PrepareManager

from grievance.vault import passwords

COSTS = passwords.MEMORY_KIB, passwords.TIME_COST  # what the product asks of a password
MEMORY = Path("/dev/shm")
NAME = "grievance-tests-"  # and the id of the test process
ROOM = 2 << 30  # for the clusters of several test processes
CHANGES = re.compile(rb"^(?:DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b").match


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards, in memory where there is room: a cluster is thousands of
    files, which take longer to write and to delete on a disk than all the tests read of them."""
    there = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    room = there and shutil.disk_usage(MEMORY).free > ROOM
    if there:
        _sweep()
    name = f"{NAME}{os.getpid()}-"
    made = Path(tempfile.mkdtemp(prefix=name, dir=MEMORY if room else None))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _sweep() -> None:
    """Delete what a test process left that was killed: nobody else would, and it is memory."""
    for left in MEMORY.glob(f"{NAME}*-*"):
        owner = left.name.removeprefix(NAME).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)


def keep_statements() -> None:
    """Let a connection keep what it has prepared. psycopg forgets it at every rollback, because
    tables may have come and gone; a test is rolled back, and its tables stay. One that changes
    tables still makes it forget."""

    def discard(self: Any, _prepared: object, results: Sequence[Any]) -> bool:
        if not any(CHANGES(one.command_status or b"") for one in results):
            return False
        self._counts.clear()
        self._names.clear()
        self._to_flush.clear()
        self._to_flush.append(None)
        return True

    manager: Any = PrepareManager
    manager.prepared_max = 2000
    manager._should_discard = discard
    manager.clear = lambda self: False


def cheap_passwords() -> None:
    """Let what is hashed anew cost a millisecond: the costs stand beside each password."""
    passwords.MEMORY_KIB, passwords.TIME_COST = 8, 1
