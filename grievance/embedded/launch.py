"""Run as a script in front of every child: prepare this process, then become the program.

`python -I -S launch.py SPEC PROGRAM ARGUMENT…`, where SPEC is JSON (see `process.command`). A
fresh single-threaded process is the only safe place to enter a user namespace and to ask for a
signal when the parent dies; standard library only, so it starts in a few milliseconds.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

NAMESPACE_REFUSED, USER_REFUSED, FOLDER_REFUSED, PROGRAM_REFUSED = 71, 72, 73, 74

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def call(name: str, *arguments: int) -> None:
    """Call a function of the C library; raises OSError when it answers non-zero."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def enter_namespace(uid: int, gid: int) -> None:
    """Become `uid` inside a new user namespace; outside nothing changes, files stay ours."""
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {outside_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outside_gid} 1")


def become_user(uid: int, gid: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(number: int, parent: int) -> None:
    """Ask the kernel for a signal when the starting thread ends.

    A change of user clears the request, so it comes after one; the parent may already be gone.
    """
    call("prctl", PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def watch_parent(number: int, pipe: int) -> None:
    """Where the kernel offers no such signal: a detached watcher on a pipe the parent holds open.

    A byte means that the parent has seen the child's end itself; a bare end of file that the
    parent is gone, and then the child gets the signal.
    """
    child = os.getpid()
    if os.fork():
        os.wait()
        os.close(pipe)
        return
    if os.fork() == 0:
        os.setsid()
        if not os.read(pipe, 1):
            os.kill(child, number)
    os._exit(0)


def reset_signals() -> None:
    """A supervisor started in the background ignores SIGINT; its children must not."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def prepare(spec: dict[str, Any]) -> int:
    """Do what `spec` asks; answers 0, or the exit code that names the step which was refused."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    reset_signals()
    step = NAMESPACE_REFUSED
    try:
        if spec["how"] == "namespace":
            enter_namespace(spec["uid"], spec["gid"])
        step = USER_REFUSED
        if spec["how"] == "user":
            become_user(spec["uid"], spec["gid"])
        step = FOLDER_REFUSED
        os.chdir(spec["folder"])
    except OSError as error:
        print(f"launch: {error.strerror}", file=sys.stderr)  # noqa: T201
        return step
    if spec["pipe"] is None:
        die_with_parent(spec["death_signal"], spec["parent"])
    else:
        watch_parent(spec["death_signal"], spec["pipe"])
    return 0


def main(spec: dict[str, Any], program: list[str]) -> int:
    """Prepare and become `program`; comes back only with the exit code of a refusal."""
    # Only the names given: Python itself may have added LC_CTYPE while starting.
    environment = {name: os.environ[name] for name in spec["names"]}
    refused = prepare(spec)
    if refused:
        return refused
    try:
        os.execve(program[0], program, environment)  # noqa: S606
    except OSError as error:
        print(f"launch: {error.strerror}", file=sys.stderr)  # noqa: T201
    return PROGRAM_REFUSED


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), sys.argv[2:]))
