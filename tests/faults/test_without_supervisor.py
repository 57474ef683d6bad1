"""The last test: the supervisor dies, and nothing of the instance stays."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.faults.machine import Machine
from tests.waiting import wait_for


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_nothing_outlives_a_killed_supervisor(machine: Machine) -> None:
    assert machine.pid("web")
    machine.murdered = True
    os.kill(machine.running.pid, signal.SIGKILL)
    machine.running.wait(5)
    assert wait_for(lambda: not machine.processes()), machine.processes()
