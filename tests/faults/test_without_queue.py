"""The queue away for good: filing and answering go on, letters leave when it is back."""

from __future__ import annotations

import os
import signal

import redis

from grievance.embedded.valkey import Valkey
from grievance.jobs import BY_NAME
from tests.faults.cases_seen import forget_letters
from tests.faults.filing import SHORT, Filer, Way, code_on, come_back, prepare, send
from tests.faults.machine import Machine
from tests.faults.robot import Robot
from tests.faults.staff import Desk
from tests.waiting import wait_for

DANGER = {"problem": "treatment", "issue": "violence", "hurt": "yes", "free": "yes",
          "taken": "no", "child": "no"}  # fmt: skip


def letters(machine: Machine) -> list[dict[str, str]]:
    """What was sent."""
    return machine.read("/demo/mail.json") or []


def file_in_danger(machine: Machine) -> Filer:
    """Somebody who is hurt files by every page."""
    robot = Robot(machine.url)
    page = robot.walk(
        "/en/file?route=full", {**SHORT, **DANGER, "what-happened": "Help."}, "file.receipt"
    )
    filer = Filer(robot, "Help.", code_on(page.html), token=page.fields()["token"])
    assert send(filer) == 303
    return filer


def test_the_notice_of_danger_leaves_with_the_next_ring(machine: Machine) -> None:
    """The bell rings for letters every few seconds, and this one goes before all others."""
    assert BY_NAME["drain"].every <= 30
    before = {letter["message_id"] for letter in letters(machine)}
    file_in_danger(machine)

    def noticed() -> bool:
        new = [one for one in letters(machine) if one["message_id"] not in before]
        return any("danger" in one["subject"].lower() for one in new)

    assert wait_for(noticed), [one["subject"] for one in letters(machine)][-6:]


def test_all_works_while_the_queue_hangs_and_letters_leave_afterwards(
    machine: Machine, recorded: Way
) -> None:
    forget_letters(machine)
    queue = machine.pid("valkey")
    os.kill(queue, signal.SIGSTOP)
    try:
        before = len(letters(machine))
        filer = prepare(recorded, "The queue hangs.")
        assert send(filer) == 303
        assert filer.confirmed
        worker, page = come_back(machine.url, filer.code)
        assert filer.story in page
        for path in ("/en/", "/en/mechanisms", "/en/help", "/staff/sign-in", "/healthz"):
            assert worker.get(path).status_code == 200, path
        desk = Desk(machine, "handler")
        reference = desk.find(filer.story)
        assert desk.do(reference, "take").status_code == 303
        answer = desk.do(reference, "ask_worker", message="Asked while the queue hangs.")
        assert answer.status_code == 303
        assert "Asked while the queue hangs." in worker.get("/en/case").get_data()
        said = {"message": "Answered while the queue hangs."}
        assert "Answered while" in worker.send(worker.get("/en/case").page, said).get_data()
        file_in_danger(machine)  # what else there is to tell goes into the letter of the day
        waiting = len(letters(machine))
    finally:
        os.kill(queue, signal.SIGCONT)
    assert wait_for(lambda: len(letters(machine)) > max(before, waiting))
    assert wait_for(machine.well), machine.read("/healthz")


def test_a_wiped_queue_loses_nothing(machine: Machine) -> None:
    forget_letters(machine)
    before = len(letters(machine))
    with redis.Redis.from_url(Valkey(machine.data).url()) as queue:
        queue.flushall()
        file_in_danger(machine)
        queue.flushall()
    assert wait_for(lambda: len(letters(machine)) > before)
