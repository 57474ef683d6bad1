"""The door for codes: guessing slows the guesser's network and nobody else."""

from __future__ import annotations

import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grievance.vault.receipts import draw, grouped
from tests.faults.filing import Way, prepare, send
from tests.faults.machine import Machine
from tests.faults.robot import Robot

GUESSES = 1000
GUESSER, NEIGHBOUR = "127.0.66.1", "127.0.77.1"


@pytest.fixture
def networks() -> None:
    """Skip where a machine has only one loopback address."""
    try:
        with socket.socket() as line:
            line.bind((GUESSER, 0))
    except OSError:
        pytest.skip("one loopback network only")


def typed(robot: Robot, token: str, code: str) -> tuple[int, float]:
    """Type a code: the answer's status and the seconds it took."""
    began = time.monotonic()
    status = robot.post("/en/return", {"token": token, "code": grouped(code)}).status_code
    return status, time.monotonic() - began


def door(url: str, network: str) -> tuple[Robot, str]:
    """A browser at the door."""
    robot = Robot(url, network)
    return robot, robot.get("/en/return").token


def test_a_thousand_guesses_slow_only_their_own_network(
    machine: Machine, recorded: Way, networks: None
) -> None:
    filer = prepare(recorded, "Not slowed.")
    send(filer)
    calm = [typed(*door(machine.url, NEIGHBOUR), filer.code)[1] for _ in range(8)]

    def guess(_number: int) -> str:
        answer = guesser.post("/en/return", {"token": token, "code": grouped(draw())})
        return "unknown" if "We do not find" in answer.get_data() else str(answer.status_code)

    guesser, token = door(machine.url, GUESSER)
    neighbours = []
    with ThreadPoolExecutor(6) as pool:
        guesses = [pool.submit(guess, n) for n in range(GUESSES)]
        while not all(one.done() for one in guesses):
            status, seconds = typed(*door(machine.url, NEIGHBOUR), filer.code)
            assert status == 303
            neighbours.append(seconds)
            time.sleep(0.1)
    answers = [one.result() for one in guesses]
    assert "303" not in answers
    assert answers.count("unknown") < 60  # only these were hashed
    assert statistics.median(neighbours) < 0.3 + 3 * statistics.median(calm), (calm, neighbours)
    assert max(neighbours) < 2


def test_mistyped_codes_never_count_as_guesses(
    machine: Machine, recorded: Way, networks: None
) -> None:
    filer = prepare(recorded, "Typed badly.")
    send(filer)
    robot, token = door(machine.url, "127.0.88.1")
    wrong = filer.code[:-1] + str((int(filer.code[-1]) + 1) % 10)
    for _ in range(30):
        answer = robot.post("/en/return", {"token": token, "code": wrong})
        assert answer.status_code == 200
        assert "Look again at the order" in answer.get_data()
        assert wrong not in robot.cookies.values()
    status, seconds = typed(robot, token, filer.code)
    assert status == 303
    assert seconds < 1


def test_a_wrong_check_digit_is_answered_while_every_hash_slot_is_taken(app, client, page) -> None:
    code = draw()
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    token = page(client.get("/en/return")).fields()["token"]
    with app.config["HASH_SLOTS"].hold():
        began = time.monotonic()
        mistyped = client.post("/en/return", data={"token": token, "code": wrong})
        assert time.monotonic() - began < 1
        assert mistyped.status_code == 200
        assert "Look again at the order" in mistyped.get_data(as_text=True)
        hashed = client.post("/en/return", data={"token": token, "code": code})
        assert "Look again" not in hashed.get_data(as_text=True)
    assert time.monotonic() - began > 1.9  # the right form had to wait for a slot
