"""The supervisor: order, restarts, isolation, and that nothing is left behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grievance.embedded import supervisor as watching
from grievance.embedded.lock import AlreadyRunning
from grievance.embedded.postgres import Postgres
from grievance.embedded.process import (
    LOG_LIMIT,
    Launch,
    Process,
    Unavailable,
    alive,
    open_log,
    wait_until,
)
from grievance.embedded.supervisor import Child, Supervisor
from grievance.embedded.valkey import Valkey

Program = Callable[..., subprocess.Popen[str]]
PATIENCE = 60.0  # seconds; only a test that fails waits so long
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# Each child writes its name and process id when it starts and its name when it is asked to end.
BEGIN = """
import os, signal, sys, time
from grievance.embedded.postgres import Postgres
from grievance.embedded.process import Launch, Unavailable
from grievance.embedded.supervisor import Child, Supervisor
from grievance.embedded.valkey import Valkey
home = Path(HOME)
NOTE = '''
import os, signal, sys, time
def note(*words):
    with open(sys.argv[1], "a") as notes:
        notes.write(" ".join(map(str, words)) + "\\\\n")
def end(*_):
    note("end", sys.argv[2])
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("begin", sys.argv[2], os.getpid())
time.sleep(float(sys.argv[3]))
'''
def child(name, seconds=60, **more):
    argv = [sys.executable, "-c", NOTE, str(home / "notes"), name, str(seconds)]
    return Child(name, Launch(tuple(argv), {"ONLY": name}, Path.cwd()), **more)
def ready():
    print("ready", flush=True)
"""


def notes(home: Path) -> list[list[str]]:
    path = home / "notes"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def pids(home: Path, name: str) -> list[int]:
    return [int(words[2]) for words in notes(home) if words[:2] == ["begin", name]]


def wait_for_ready(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout.readline() == "ready\n"


def test_children_start_in_order_and_stop_in_reverse(home: Path, program: Program) -> None:
    supervisor = program(
        BEGIN
        + """
first = child("first", ready=lambda: (home / "notes").exists())
step = child("step", seconds=0, restart=False)
last = child("last", ready=lambda: "last" in (home / "notes").read_text())
Supervisor([first, step, last], home, ready).run()
""",
        home,
    )
    wait_for_ready(supervisor)
    started = [words[1] for words in notes(home)]
    assert started == ["first", "step", "last"]
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(PATIENCE) == 0
    assert [words[:2] for words in notes(home)[3:]] == [["end", "last"], ["end", "first"]]
    assert not any(alive(pid) for name in started for pid in pids(home, name))


class Dying:
    """A service that is dead whenever it is looked at; `at` are the times of its starts."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.at = clock, list[float]()

    def poll(self) -> int:
        return 1

    def spawn(self) -> None:
        self.at.append(self.clock())


def test_each_restart_waits_twice_as_long_until_it_lived_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(watching, "time", SimpleNamespace(monotonic=lambda: now))
    service = Dying(lambda: now)
    watched = watching._Watched(service)

    def until_started() -> float:
        """The seconds from its death to its next start."""
        nonlocal now
        watched.look()
        due, before = watched.due, len(service.at)
        assert due is not None
        now, died = due - 0.001, now
        watched.look()
        assert len(service.at) == before
        now = due
        watched.look()
        assert service.at[before:] == [due]
        return due - died

    waits = [until_started() for _ in range(7)]
    assert waits == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5, 5])
    now += watching.STEADY + 1
    assert until_started() == pytest.approx(0.2)


def test_dead_children_are_restarted_again_and_again(home: Path, program: Program) -> None:
    supervisor = program(
        BEGIN + 'Supervisor([child("steady"), child("weak", seconds=0)], home, ready).run()', home
    )
    wait_for_ready(supervisor)
    assert wait_until(lambda: len(pids(home, "weak")) == 4, PATIENCE)
    assert wait_until(lambda: pids(home, "steady"), PATIENCE)
    (steady,) = pids(home, "steady")
    os.kill(steady, signal.SIGKILL)
    assert wait_until(lambda: len(pids(home, "steady")) == 2, PATIENCE)
    supervisor.terminate()
    assert supervisor.wait(PATIENCE) == 0


@linux
def test_a_child_sees_only_the_environment_it_was_given(
    home: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "canary")
    monkeypatch.setenv("LC_ALL", "C")
    supervisor = program(BEGIN + 'Supervisor([child("only")], home, ready).run()', home)
    wait_for_ready(supervisor)
    assert wait_until(lambda: pids(home, "only"), PATIENCE)
    (pid,) = pids(home, "only")
    raw = Path(f"/proc/{pid}/environ").read_text().split("\0")
    seen = dict(entry.split("=", 1) for entry in raw if entry)
    assert seen["ONLY"] == "only"
    assert set(seen) - {"ONLY"} <= {"PATH", "HOME", "LANG", "TMPDIR"}
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits)
    supervisor.terminate()
    assert supervisor.wait(PATIENCE) == 0


def test_a_second_supervisor_is_refused_until_the_first_is_gone(
    home: Path, program: Program
) -> None:
    supervisor = program(BEGIN + 'Supervisor([child("one")], home, ready).run()', home)
    wait_for_ready(supervisor)
    with pytest.raises(AlreadyRunning, match=f"process {supervisor.pid}"):
        Supervisor([], home).run()
    supervisor.kill()
    supervisor.wait()
    again = program(BEGIN + 'Supervisor([child("one")], home, ready).run()', home)
    wait_for_ready(again)
    assert again.poll() is None


@pytest.mark.usefixtures("made")
def test_everything_goes_with_a_killed_supervisor_and_starts_again(
    home: Path, program: Program
) -> None:
    text = (
        BEGIN
        + """
servers = [Postgres(home, durable=False), Valkey(home)]
def ready():
    print("ready", flush=True)
    print(*(server.pid for server in servers), flush=True)
Supervisor([*servers, child("web")], home, ready).run()
"""
    )
    first = program(text, home)
    wait_for_ready(first)
    running = [int(word) for word in first.stdout.readline().split()]
    assert wait_until(lambda: pids(home, "web"), PATIENCE)
    running += pids(home, "web")
    assert all(alive(pid) for pid in running)
    first.kill()
    first.wait()
    second = program(text, home)
    wait_for_ready(second)
    assert not any(alive(pid) for pid in running)
    second.send_signal(signal.SIGINT)
    running = [int(word) for word in second.stdout.readline().split()]
    assert second.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in running)


@pytest.mark.usefixtures("made")
def test_killed_servers_are_restarted_at_once(home: Path, program: Program) -> None:
    supervisor = program(
        BEGIN
        + """
postgres, valkey = Postgres(home, durable=False), Valkey(home)
def ready():
    print("ready", flush=True)
    print(postgres.pid, valkey.pid, postgres.url("app").replace("+psycopg", ""), flush=True)
Supervisor([postgres, valkey], home, ready).run()
""",
        home,
    )
    wait_for_ready(supervisor)
    one, two, _ = supervisor.stdout.readline().split()
    os.kill(int(one), signal.SIGKILL)
    os.kill(int(two), signal.SIGKILL)
    postgres, valkey = Postgres(home), Valkey(home)
    assert wait_until(lambda: not alive(int(one)) and not alive(int(two)), PATIENCE)
    assert wait_until(lambda: postgres.ready() and valkey.ready(), PATIENCE)
    supervisor.terminate()
    assert supervisor.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("faulty", "words"),
    [
        ('child("step", seconds="x", restart=False)', "step failed (1); see"),
        ('child("step", restart=False, limit=0.5)', "step took more than 0.5 s; see"),
        ('child("web", ready=lambda: False, limit=0.5)', "web was not ready within 0.5 s; see"),
        ('child("web", seconds=0, ready=lambda: False)', "web ended at once; see"),
        ('Child("web", Launch(("/nowhere",)), lambda: False)', "web ended at once; see"),
    ],
)
def test_a_child_that_fails_at_the_start_stops_everything_and_is_named(
    home: Path, program: Program, faulty: str, words: str
) -> None:
    supervisor = program(
        BEGIN
        + f"""
before = child("before", ready=lambda: (home / "notes").exists())
try:
    Supervisor([before, {faulty}, child("never")], home, ready).run()
except Unavailable as error:
    print(error, flush=True)
""",
        home,
    )
    assert words in supervisor.stdout.readline()
    assert supervisor.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in pids(home, "before") + pids(home, "web"))
    assert pids(home, "never") == []


def test_a_child_deaf_to_kind_words_is_killed_with_its_group(home: Path) -> None:
    deaf = (
        "import os, signal, time; signal.signal(15, signal.SIG_IGN); os.fork();"
        "print(os.getpid(), flush=True); time.sleep(60)"
    )
    log = home / "log" / "deaf.log"
    process = Process(log)
    process.spawn(Launch((sys.executable, "-c", deaf)))
    assert wait_until(lambda: log.exists() and log.read_text().count("\n") == 2, PATIENCE)
    members = log.read_text().split()
    assert str(process.pid) in members
    process.stop(((signal.SIGTERM, 0.2),))
    assert process.pid is None
    assert wait_until(lambda: not any(map(alive, (int(pid) for pid in members))), PATIENCE)


def test_where_the_kernel_sends_no_signal_a_watcher_does(home: Path, program: Program) -> None:
    text = """
    import sys, time
    from grievance.embedded.process import Launch, Process
    process = Process(Path(HOME) / "log" / "child.log", by_pipe=True)
    text = "import time; print('works', flush=True); time.sleep(60)"
    process.spawn(Launch((sys.executable, "-c", text)))
    print(process.pid, flush=True)
    time.sleep({seconds})
    process.stop()
    """
    parent = program(text.format(seconds=60), home)
    pid = int(parent.stdout.readline())
    log = home / "log" / "child.log"
    assert wait_until(lambda: log.exists() and "works" in log.read_text(), PATIENCE)
    assert alive(pid)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not alive(pid), PATIENCE)
    kind = program(text.format(seconds=0), home)
    pid = int(kind.stdout.readline())
    assert kind.wait(PATIENCE) == 0
    assert not alive(pid)


def test_logs_are_private_and_turned_over_when_long(home: Path) -> None:
    path = home / "log" / "web.log"
    for text in (b"x" * (LOG_LIMIT + 1), b"new"):
        file = open_log(path)
        os.write(file, text)
        os.close(file)
    assert path.read_bytes() == b"new"
    assert path.with_name("web.log.1").stat().st_size == LOG_LIMIT + 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_program_that_does_not_exist_is_no_riddle(home: Path) -> None:
    with pytest.raises(Unavailable, match=r"web ended at once; see .*web\.log"):
        Supervisor([Child("web", Launch(("no-such-program",)), lambda: False)], home).run()
    assert "No such file" in (home / "log" / "web.log").read_text()
