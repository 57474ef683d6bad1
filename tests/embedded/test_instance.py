"""An instance for one command: reached when it runs, started and stopped when it does not."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from grievance.embedded.instance import Instance
from grievance.embedded.process import Unavailable, wait_until
from grievance.embedded.supervisor import Supervisor

Program = Callable[..., subprocess.Popen[str]]

COMMAND = """
from grievance.embedded.instance import Instance
with Instance(Path(HOME), durable=False) as instance:
    print(instance.started_here, flush=True)
    input()
print("over", flush=True)
"""


@pytest.mark.usefixtures("made")
def test_servers_run_for_the_command_and_no_longer(home: Path) -> None:
    with Instance(home, durable=False) as instance:
        assert instance.started_here
        assert instance.postgres.running
        assert instance.valkey.running
    assert not instance.postgres.running
    assert not instance.valkey.running


@pytest.mark.usefixtures("made")
def test_servers_stop_when_the_command_fails(home: Path) -> None:
    instance = Instance(home, durable=False)
    with pytest.raises(ZeroDivisionError), instance:
        raise ZeroDivisionError
    assert not instance.postgres.running


@pytest.mark.usefixtures("made")
def test_a_running_instance_is_reached_and_left_running(home: Path, program: Program) -> None:
    supervisor = program(
        """
        from grievance.embedded.postgres import Postgres
        from grievance.embedded.supervisor import Supervisor
        from grievance.embedded.valkey import Valkey
        home = Path(HOME)
        Supervisor([Postgres(home, durable=False), Valkey(home)], home).run()
        """,
        home,
    )
    assert wait_until(lambda: (home / "run.lock").exists(), 5)
    # Entered while the servers are still starting.
    with Instance(home) as instance:
        assert not instance.started_here
        assert instance.postgres.running
        assert instance.valkey.running
    assert instance.postgres.running
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(15) == 0
    assert not instance.postgres.running


@pytest.mark.usefixtures("made")
def test_the_first_command_waits_for_those_that_use_its_servers(
    home: Path, program: Program
) -> None:
    first = program(COMMAND, home, stdin=subprocess.PIPE)
    assert first.stdout.readline() == "True\n"
    with Instance(home) as second:
        assert not second.started_here
        first.stdin.write("\n")
        first.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            first.wait(0.5)
        assert second.postgres.running
    assert first.stdout.readline() == "over\n"
    assert not second.postgres.running


@pytest.mark.usefixtures("made")
def test_a_supervisor_waits_for_a_command_that_is_nearly_done(home: Path, program: Program) -> None:
    command = program(COMMAND, home, stdin=subprocess.PIPE)
    assert command.stdout.readline() == "True\n"
    supervisor = program(
        """
        from grievance.embedded.supervisor import Supervisor
        Supervisor([], Path(HOME), lambda: print("ready", flush=True)).run()
        """,
        home,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        supervisor.wait(0.7)
    command.stdin.write("\n")
    command.stdin.flush()
    assert supervisor.stdout.readline() == "ready\n"


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    foreign = Path("/")
    if os.geteuid() == 0:
        foreign = tmp_path
        os.chown(foreign, 5, -1)
    with pytest.raises(Unavailable, match="belongs to another user"):
        Supervisor([], foreign)
