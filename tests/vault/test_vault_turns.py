"""Turns that no source owns: who floods displaces themselves, and the bystander comes in."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from grievance.vault.slots import PASSWORD_WEIGHT
from grievance.vault.turns import SHARE, Busy, Turns

LONG = 30.0  # longer than any machine needs; nobody here waits out of patience


class Crowd:
    """People at the turns, each in a thread; `served` is the order in which they had theirs."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.refused: list[str] = []
        self._threads: list[threading.Thread] = []
        self._moved = threading.Condition()

    def come(self, name: str, source: bytes, *, weight: int = 1, known: bool = False) -> None:
        """Somebody asks for a turn; back once they wait, were served or were sent away."""
        settled = self._places() + 1

        def ask() -> None:
            try:
                with self.turns.hold(source, weight=weight, known=known):
                    self.served.append(name)
            except Busy:
                self.refused.append(name)

        thread = threading.Thread(target=ask)
        thread.start()
        self._threads.append(thread)
        self.until(lambda: self._places() >= settled or not thread.is_alive())

    def until(self, true: Callable[[], bool]) -> None:
        with self._moved:
            assert self._moved.wait_for(lambda: self._look(true), LONG)

    def end(self) -> None:
        for thread in self._threads:
            thread.join(LONG)
            assert not thread.is_alive()

    def _look(self, true: Callable[[], bool]) -> bool:
        for _ in range(10_000):
            if true():
                return True
            self._moved.wait(0.001)
        return False

    def _places(self) -> int:
        waiting = sum(len(line) for line in list(self.turns._waiting.values()))
        return waiting + len(self.served) + len(self.refused)


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(Turns(wait=LONG))


def test_a_flood_from_one_network_waits_behind_a_bystander_and_not_before(crowd: Crowd) -> None:
    with crowd.turns.hold(b"flood"):
        for number in range(6):
            crowd.come(f"flood {number}", b"flood")
        crowd.come("bystander", b"elsewhere")
    crowd.end()
    assert crowd.served[0] == "bystander"
    assert not crowd.refused


def test_one_network_holds_few_of_the_server_s_threads(crowd: Crowd) -> None:
    with crowd.turns.hold(b"flood", weight=PASSWORD_WEIGHT):
        for number in range(40):
            crowd.come(f"flood {number}", b"flood", weight=PASSWORD_WEIGHT)
        assert len(crowd.refused) == 40 - SHARE // PASSWORD_WEIGHT
    crowd.end()
    assert crowd.served == ["flood 0", "flood 1"]


def test_many_networks_together_leave_threads_and_make_room_for_a_light_one(crowd: Crowd) -> None:
    with crowd.turns.hold(b"flood", weight=PASSWORD_WEIGHT):
        for number in range(40):
            crowd.come(f"flood {number}", bytes([number]), weight=PASSWORD_WEIGHT)
        assert len(crowd.refused) == 37
        crowd.come("worker", b"worker")
        crowd.come("handler", b"device", weight=PASSWORD_WEIGHT, known=True)
        assert not {"worker", "handler"} & set(crowd.refused)
    crowd.end()
    assert crowd.served[0] == "handler"
    assert "worker" in crowd.served


def test_fifty_behind_one_address_are_all_served_when_nobody_else_comes(crowd: Crowd) -> None:
    """As many as the server has threads stand at the turns; the others wait at its door."""
    for number in range(0, 50, 8):
        with crowd.turns.hold(b"dormitory"):
            for person in range(number, min(number + 8, 50)):
                crowd.come(str(person), b"dormitory")
        crowd.end()
    assert not crowd.refused
    assert len(crowd.served) == 50


def test_one_source_never_runs_more_than_its_own(crowd: Crowd) -> None:
    crowd.turns = Turns(2, LONG, each=1, share=1, room=2)
    with crowd.turns.hold(b"flood"):
        crowd.come("flood", b"flood")
        crowd.come("more", b"flood")
        crowd.come("bystander", b"elsewhere")
        assert crowd.served == ["bystander"]
        assert crowd.refused == ["more"]
    crowd.end()
    assert crowd.served == ["bystander", "flood"]


def test_who_may_not_wait_is_told_at_once(crowd: Crowd) -> None:
    with crowd.turns.hold(), pytest.raises(Busy), crowd.turns.hold(b"late", wait=0):
        raise AssertionError
    with crowd.turns.hold(b"late", wait=0):
        pass
