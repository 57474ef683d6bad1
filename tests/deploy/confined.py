"""Takes from itself what a unit takes from its process, then becomes a command.

    python confined.py UNIT COMMAND…

By root: the system call filter (through libseccomp, as systemd does it), memory that is never
both written and run, no capability, no new privileges. Users are tried by `test_recipe.py`, mounts
and addresses by systemd only.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.deploy.page import Unit  # run by path

ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # with EPERM
NO_NEW_PRIVS, DROP_BOUNDING, MEMORY_WRITE_EXECUTE = 38, 24, 65


def group(name: str) -> set[str]:
    """The system calls of a group of systemd's, those of groups in it too."""
    command = ["systemd-analyze", "syscall-filter", name]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    words = [line.strip() for line in told.stdout.splitlines()[1:]]
    calls = {word for word in words if word and word[0] not in "#@"}
    return calls.union(*(group(word) for word in words if word.startswith("@")))


def left(unit: Unit) -> set[str]:
    """The system calls that the unit's lines leave, in their order."""
    calls: set[str] = set()
    for line in unit.lists["SystemCallFilter"]:
        named = set[str]().union(*(group(word) for word in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def main() -> None:
    """Give up, then go on as the command."""
    unit, command = Unit(Path(sys.argv[1])), sys.argv[2:]
    calls, libc, seccomp = left(unit), ctypes.CDLL(None), ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    assert unit["CapabilityBoundingSet"] == ""
    for capability in range(41):
        libc.prctl(DROP_BOUNDING, capability, 0, 0, 0)
    assert libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if unit.get("MemoryDenyWriteExecute") == "yes":
        libc.prctl(MEMORY_WRITE_EXECUTE, 1, 0, 0, 0)  # where the kernel has it (6.3)
    filtered = ctypes.c_void_p(seccomp.seccomp_init(REFUSE))
    for call in sorted(calls):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:  # others are of other machines
            assert seccomp.seccomp_rule_add(filtered, ALLOW, number, 0) == 0, call
    assert seccomp.seccomp_load(filtered) == 0
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
