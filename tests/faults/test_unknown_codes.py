"""The door for codes: guessing slows the guesser's network and nobody else."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grievance.vault.receipts import draw, grouped
from tests.faults.filing import Way, prepare, send
from tests.faults.machine import Machine
from tests.faults.robot import Robot

GUESSES, AT_ONCE = 1000, 6
GUESSER, NEIGHBOUR = "127.0.66.1", "127.0.77.1"


@pytest.fixture
def networks() -> None:
    """Skip where a machine has only one loopback address."""
    try:
        with socket.socket() as line:
            line.bind((GUESSER, 0))
    except OSError:
        pytest.skip("one loopback network only")


def typed(robot: Robot, token: str, code: str) -> int:
    """Type a code: the answer's status."""
    return robot.post("/en/return", {"token": token, "code": grouped(code)}).status_code


def mistyped(code: str) -> str:
    """The code with a wrong check digit."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def door(url: str, network: str) -> tuple[Robot, str]:
    """A browser at the door."""
    robot = Robot(url, network)
    return robot, robot.get("/en/return").token


def test_a_thousand_guesses_slow_only_their_own_network(
    machine: Machine, recorded: Way, networks: None
) -> None:
    filer = prepare(recorded, "Not slowed.")
    send(filer)

    def guess(_number: int) -> str:
        answer = guesser.post("/en/return", {"token": token, "code": grouped(draw())})
        return "unknown" if "We do not find" in answer.get_data() else str(answer.status_code)

    guesser, token = door(machine.url, GUESSER)
    answered = 0
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        guesses = [pool.submit(guess, n) for n in range(GUESSES)]
        while not all(one.done() for one in guesses):
            # A lane of theirs would be full of guesses: "come again", not the case.
            assert typed(*door(machine.url, NEIGHBOUR), filer.code) == 303
            answered += not all(one.done() for one in guesses)
    seconds = time.monotonic() - began
    answers = [one.result() for one in guesses]
    assert "303" not in answers
    assert answered >= 8  # while the flood went on
    # Hashed were: in each web process six, those under way then, and one for each second.
    assert answers.count("unknown") < (os.cpu_count() or 2) * (6 + AT_ONCE + seconds)


def test_mistyped_codes_never_count_as_guesses(
    machine: Machine, recorded: Way, networks: None
) -> None:
    filer = prepare(recorded, "Typed badly.")
    send(filer)
    robot, token = door(machine.url, "127.0.88.1")
    wrong = mistyped(filer.code)
    for _ in range(30):
        answer = robot.post("/en/return", {"token": token, "code": wrong})
        assert answer.status_code == 200
        assert "Look again at the order" in answer.get_data()
        assert wrong not in robot.cookies.values()
    assert typed(robot, token, filer.code) == 303


def test_mistyped_codes_do_not_lead_into_the_slow_lane_and_unknown_ones_do(
    app, client, page
) -> None:
    lane, token = app.config["RECEIPT_LANE"], page(client.get("/en/return")).fields()["token"]

    def type_in(code: str) -> None:
        client.post("/en/return", data={"token": token, "code": code})

    for _ in range(30):
        type_in(mistyped(draw()))
    assert not lane.is_slow("127.0.0.1")
    for _ in range(6):
        type_in(draw())
    assert lane.is_slow("127.0.0.1")


def test_a_wrong_check_digit_is_answered_while_every_hash_slot_is_taken(app, client, page) -> None:
    code = draw()
    token = page(client.get("/en/return")).fields()["token"]
    with app.config["HASH_SLOTS"].hold():
        refused = client.post("/en/return", data={"token": token, "code": mistyped(code)})
        assert refused.status_code == 200
        assert "Look again at the order" in refused.get_data(as_text=True)
        hashed = client.post("/en/return", data={"token": token, "code": code})
        assert "Many numbers are being tried" in hashed.get_data(as_text=True)  # it needs a slot
