"""Many people at once, and each of them twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.faults.cases_seen import count
from tests.faults.filing import Filer, Way, come_back, prepare, send
from tests.faults.machine import Machine
from tests.faults.robot import Robot

PEOPLE = 50


def test_fifty_at_once_each_sending_three_times_make_fifty_whole_cases(
    machine: Machine, recorded: Way
) -> None:
    before = count(machine)
    with ThreadPoolExecutor(8) as pool:
        people = list(pool.map(lambda n: prepare(recorded, f"Story number {n:03}."), range(PEOPLE)))
    start = Barrier(PEOPLE)

    def all_of_it(filer: Filer) -> None:
        start.wait()
        answers = {send_until_taken(filer)}
        answers |= {send(filer)}
        assert answers == {303}

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(all_of_it, people))
    assert all(filer.confirmed for filer in people)
    assert len({filer.code for filer in people}) == PEOPLE
    assert count(machine) - before == PEOPLE
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda filer: come_back(machine.url, filer.code)[1], people))
    for filer, page in zip(people, seen, strict=True):
        assert filer.story in page
        assert page.count("Story number") == page.count(filer.story)


def send_until_taken(filer: Filer) -> int:
    """Send; somebody who is told to wait ten seconds presses again, with the same draft."""
    for _ in range(20):
        status = send(filer)
        if status != 503:
            return status
    return status


def test_twice_in_the_same_moment_and_once_more_after_the_answer_was_lost(
    machine: Machine, recorded: Way
) -> None:
    before, filer, start = count(machine), prepare(recorded, "Pressed twice."), Barrier(2)
    twin = Robot(machine.url)
    twin.cookies = dict(filer.robot.cookies)

    def press(robot: Robot) -> int:
        start.wait()
        return robot.post("/en/file/receipt", {"token": filer.token}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, (filer.robot, twin))) == [303, 303]
    lost = Robot(machine.url)  # the answer never arrived: the browser knows only its old cookies
    lost.cookies = dict(filer.robot.cookies)
    assert lost.post("/en/file/receipt", {"token": filer.token}).status_code == 303
    assert send(filer) == 303
    assert filer.confirmed
    assert count(machine) - before == 1
