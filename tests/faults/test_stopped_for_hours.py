"""Worker and bell stood still while clocks ran out: afterwards each is escalated exactly once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import text

from grievance.demo import mailbox
from grievance.embedded.valkey import Valkey
from grievance.jobs import QUEUE
from tests.faults.cases_seen import connected
from tests.faults.filing import Way, prepare, send
from tests.faults.machine import Machine, children, command
from tests.faults.robot import Robot
from tests.faults.test_without_queue import file_in_danger
from tests.waiting import wait_for

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RINGS = 3  # of the bell, one after the other, that must change nothing


Climbing = set[tuple[UUID, str]]  # clocks: case and kind


@dataclass(frozen=True)
class Told:
    """The rungs that were told of a case, by clock; its level; the letters about it."""

    rungs: dict[str, list[int]]
    level: int
    letters: frozenset[UUID]

    def after(self, *clocks: str) -> dict[str, list[int]]:
        """The rungs once each of these clocks has climbed by one."""
        found = {kind: [*rungs] for kind, rungs in self.rungs.items()}
        for kind in clocks:
            found[kind].append(len(found[kind]) + 1)
        return found


@pytest.fixture
def right_time(machine: Machine) -> Iterator[None]:
    """Afterwards the clock shows the real time again."""
    yield
    move(machine, datetime.now(UTC))


def move(machine: Machine, to: datetime) -> None:
    """Let the clock of the demonstration show this moment."""
    seconds = round((to - datetime.now(UTC)).total_seconds())
    with connected(machine) as connection:
        connection.execute(text("UPDATE demo_mark SET offset_seconds = :s"), {"s": seconds})
        connection.commit()


def move_days(machine: Machine, days: int) -> None:
    """Move the clock as somebody who tries the demonstration does."""
    assert Robot(machine.url).post("/demo/clock", {"days": str(days)}).status_code == 303


@contextmanager
def standing_still(machine: Machine, *, queue: bool = False) -> Iterator[None]:
    """Nobody rings and nobody works; afterwards both start anew, and with `queue` the queue did,
    having forgotten everything."""
    pids = {kind: machine.pid(kind) for kind in ("cron", "worker")}
    assert all(pids.values())
    for pid in pids.values():
        os.kill(pid, signal.SIGSTOP)
    if queue:
        pids["valkey"] = machine.pid("valkey")
        os.kill(pids["valkey"], signal.SIGKILL)
    try:
        at_work = lambda: [one for one in children(pids["worker"]) if command(one)]  # noqa: E731
        assert wait_for(lambda: not at_work()), "a job did not end"
        yield
    finally:
        for kind in ("cron", "worker"):
            os.kill(pids[kind], signal.SIGKILL)
    assert wait_for(lambda: all(machine.pid(kind) not in (0, pids[kind]) for kind in pids))


def cases(machine: Machine) -> set[UUID]:
    """Every case there is."""
    with connected(machine) as connection:
        return set(connection.execute(text("SELECT id FROM grievance_case")).scalars())


def clock(machine: Machine, case: UUID, kind: str) -> tuple[datetime, datetime | None]:
    """When a clock of a case is due, and when the next rung is."""
    asked = text("SELECT due_at, next_try FROM deadline WHERE case_id = :case AND kind = :kind")
    with connected(machine) as connection:
        row = connection.execute(asked, {"case": case, "kind": kind}).one()
    return row.due_at, row.next_try


def told(machine: Machine, case: UUID) -> Told:
    """What became of a case until now."""
    events = text(
        "SELECT codes->>'clock' AS clock, (codes->>'level')::int AS level FROM event"
        " WHERE stream_id = :case AND verb = 'escalate' ORDER BY seq"
    )
    level = text("SELECT level FROM grievance_case WHERE id = :case")
    letters = text("SELECT id FROM outbox WHERE \"case\" = :case AND kind = 'danger'")
    rungs: dict[str, list[int]] = {"acknowledge": [], "danger": []}
    with connected(machine) as connection:
        for row in connection.execute(events, {"case": case}):
            rungs[row.clock].append(row.level)
        return Told(
            rungs,
            connection.execute(level, {"case": case}).scalar_one(),
            frozenset(connection.execute(letters, {"case": case}).scalars()),
        )


def ring(machine: Machine) -> None:
    """Ring for the sweep several times, as two bells would, and wait until all is done. (Runs are
    not counted: the notes of runs are thrown away when the clock goes on.)"""
    with redis.Redis.from_url(Valkey(machine.data).url()) as connection:
        queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        rung = [queue.enqueue("grievance.jobs.run", "sweep", result_ttl=0) for _ in range(RINGS)]
        ids = [job.id for job in rung]
        left = lambda: [one for one in ids if connection.exists(Job.key_for(one))]  # noqa: E731
        assert wait_for(lambda: not left()), "the sweep did not run"


def readers(machine: Machine, letters: frozenset[UUID]) -> list[str]:
    """To whom these letters went, once they all have left."""
    folder = machine.data / "mail"
    assert wait_for(lambda: all(mailbox.letter(folder, one) for one in letters))
    found = [mailbox.letter(folder, one) for one in letters]
    return sorted(letter.to for letter in found if letter)


def each_once(machine: Machine, before: dict[UUID, Told], climbing: Climbing) -> None:
    """Each of these clocks told one more rung, somebody is written to, nobody got two letters of
    one clock, and more rings change nothing; whatever else there is is as before."""
    wanted = {
        case: was.after(*(kind for one, kind in climbing if one == case))
        for case, was in before.items()
    }
    reached = lambda: all(told(machine, one).level >= top(wanted[one]) for one in wanted)  # noqa: E731
    assert wait_for(reached), [told(machine, one) for one in wanted]
    ring(machine)
    for case, was in before.items():
        now, clocks = told(machine, case), sum(one == case for one, _kind in climbing)
        assert now.rungs == wanted[case]
        assert now.level == top(wanted[case])
        people = readers(machine, now.letters - was.letters)
        assert clocks or not people  # one letter stands for all that wait for the same person
        assert all(people.count(person) <= clocks for person in people), people
    assert noticed(machine)


def noticed(machine: Machine) -> int:
    """On how many lists of staff an escalation stands."""
    with connected(machine) as connection:
        asked = text("SELECT count(*) FROM notice WHERE kind = 'escalated'")
        return connection.execute(asked).scalar_one()


def top(rungs: dict[str, list[int]]) -> int:
    """The highest rung that was told."""
    return max((rung for told_of in rungs.values() for rung in told_of), default=0)


def snapshot(machine: Machine, some: set[UUID]) -> dict[UUID, Told]:
    """What became of these cases until now."""
    return {case: told(machine, case) for case in some}


def test_each_overdue_clock_is_escalated_exactly_once_after_hours_of_standing_still(
    machine: Machine, recorded: Way, right_time: None
) -> None:
    known = cases(machine)
    for number in range(3):
        assert send(prepare(recorded, f"Filed before the silence {number}.")) == 303
    calm = cases(machine) - known
    file_in_danger(machine)
    mine = cases(machine) - known
    (danger,) = mine - calm
    assert len(calm) == 3
    slow = {(case, "acknowledge") for case in mine}

    due, _next = clock(machine, danger, "danger")
    move(machine, due - HOUR)
    ring(machine)
    before = snapshot(machine, mine)
    assert {one.level for one in before.values()} == {0}
    with standing_still(machine):
        move(machine, due + HOUR)  # two hours of silence
    each_once(machine, before, {(danger, "danger")})

    before = snapshot(machine, mine)
    with standing_still(machine, queue=True):
        move_days(machine, 10)  # past the seven days of the others, and past the next rung
        assert snapshot(machine, mine) == before
    each_once(machine, before, {*slow, (danger, "danger")})

    before = snapshot(machine, mine)
    rungs = {one: clock(machine, *one)[1] for one in (*slow, (danger, "danger"))}
    first = min(moment for moment in rungs.values() if moment)
    move(machine, first - MINUTE)
    ring(machine)
    assert snapshot(machine, mine) == before
    move(machine, first + MINUTE)
    each_once(machine, before, {one for one, at in rungs.items() if at and at < first + MINUTE})
