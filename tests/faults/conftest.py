"""A whole instance, as `flask up` starts it, for whoever tries to break it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.filing import Way, record
from tests.faults.machine import Machine
from tests.servers import ROOT
from tests.waiting import wait_for

FLASK = str(Path(sys.executable).with_name("flask"))


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(home: Path, given: Mapping[str, str]) -> Iterator[Machine]:
    """`flask up` in a folder of its own, with these settings too; at its end nothing of it may
    run."""
    data, temp, port = home / "data", home / "temp", free_port()
    temp.mkdir()
    mine = {k: v for k, v in os.environ.items() if not k.startswith("GRIEVANCE_")}
    mine |= {"GRIEVANCE_DATA": str(data), "TMPDIR": str(temp), **given}
    with (home / "up.err").open("wb") as errors:
        up = subprocess.Popen(
            [FLASK, "up", "--port", str(port)],
            cwd=ROOT,
            env=mine,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert up.stdout is not None
    printed = []
    for line in up.stdout:
        printed.append(line)
        if line.startswith("ready "):
            break
    else:
        up.wait(10)
        up.stdout.close()
        pytest.fail(f"never ready: {printed} {(home / 'up.err').read_text()[-1500:]}")
    told = json.loads((data / "demo.json").read_text())
    made = Machine(f"http://127.0.0.1:{port}", data, temp, up, mine, told)
    try:
        yield made
    finally:
        if up.poll() is None:
            up.send_signal(signal.SIGINT)
        ended = up.wait(40)
        up.stdout.close()
        made.kill_what_is_left()
    if not made.murdered:
        assert ended == 0
    assert made.left == []


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One instance for all tests."""
    with running(tmp_path_factory.mktemp("faults"), {}) as made:
        yield made


@pytest.fixture(scope="session")
def recorded(machine: Machine) -> Way:
    """The way through a filing, walked once, to be gone again quickly."""
    return record(machine.url)


@pytest.fixture(autouse=True)
def up_again(machine: Machine) -> Iterator[None]:
    """Every test finds the instance whole, and so does the next."""
    yield
    if not machine.murdered:
        assert wait_for(machine.well), "the instance did not recover"
