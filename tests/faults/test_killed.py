"""kill -9 of every process in turn while people file: what was confirmed is there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.faults.cases_seen import connected
from tests.faults.filing import Filer, Way, come_back, prepare, send
from tests.faults.machine import Machine, children
from tests.faults.robot import HTTPException
from tests.waiting import wait_for


class Crowd:
    """Two people after another who file, and press again whenever no good answer came."""

    def __init__(self, way: Way) -> None:
        self.way, self.stop = way, threading.Event()
        self.people: list[Filer] = []
        self.faults: list[str] = []
        self.again = 0

    @property
    def confirmed(self) -> list[Filer]:
        """Whose number was shown after sending."""
        return [filer for filer in self.people if filer.confirmed]

    def file_on(self, number: int) -> None:
        """File until told to stop; then finish the filing at hand."""
        turn = 0
        while not self.stop.is_set():
            turn += 1
            try:
                self.one(f"Under fire {number}-{turn}.")
            except AssertionError as fault:
                self.faults.append(str(fault)[:400])

    def one(self, story: str) -> None:
        """One filing; a page that fails is sent again with the same draft."""
        filer = self.started(story)
        if filer is None:
            return
        self.people.append(filer)

        def taken() -> bool:
            try:
                send(filer)
            except (OSError, HTTPException):
                self.again += 1
            return filer.confirmed

        assert wait_for(taken, pause=0.3), f"{filer.story} could not be sent"

    def started(self, story: str) -> Filer | None:
        """A draft ready to be sent; None where the instance went down before it was."""
        try:
            return prepare(self.way, story)
        except (OSError, HTTPException, AssertionError):
            self.again += 1
            self.stop.wait(0.3)
            return None


@contextmanager
def crowd(way: Way) -> Iterator[Crowd]:
    """People file all the while."""
    made = Crowd(way)
    threads = [threading.Thread(target=made.file_on, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert wait_for(lambda: made.confirmed)
        yield made
    finally:
        made.stop.set()
        for thread in threads:
            thread.join(60)


def victim(machine: Machine, kind: str) -> int:
    """Whom to kill."""
    if kind == "web worker":
        return next(iter(children(machine.pid("web"))), 0)
    return machine.pid(kind)


def rang_since(machine: Machine, moment: datetime) -> bool:
    """Whether bell and worker have drained the outbox since."""
    asked = text("SELECT count(*) FROM job_run WHERE job = 'drain' AND started_at > :moment")
    try:
        with connected(machine) as connection:
            return bool(connection.execute(asked, {"moment": moment}).scalar_one())
    except OperationalError:
        return False


@pytest.mark.parametrize("kind", ["web worker", "web", "worker", "cron", "valkey", "postgres"])
def test_nothing_confirmed_is_lost_and_all_is_up_again(
    machine: Machine, recorded: Way, kind: str
) -> None:
    with crowd(recorded) as people:
        doomed = victim(machine, kind)
        assert doomed
        moment = datetime.now(UTC)
        os.kill(doomed, signal.SIGKILL)
        before = len(people.confirmed)
        assert wait_for(lambda: victim(machine, kind) not in (0, doomed)), f"no new {kind}"
        assert wait_for(machine.well), machine.read("/healthz")
        assert wait_for(lambda: rang_since(machine, moment)), "no letter leaves"
        assert wait_for(lambda: len(people.confirmed) > before)
    assert not people.faults
    for filer in people.confirmed:
        assert filer.story in come_back(machine.url, filer.code)[1]
    assert all(filer.confirmed for filer in people.people)
