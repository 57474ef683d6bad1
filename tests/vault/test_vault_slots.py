"""Hash slots and the slow lane: bounded work, and only the guesser waits."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grievance.vault.slots import Busy, HashSlots, SlowLane, account, network

PATIENCE = 60  # seconds; only a test that fails waits so long


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lane(clock):
    return SlowLane(clock=clock)


def _guess(lane, *who, times=6):
    for _ in range(times):
        lane.record_wrong(*who)


def _turn(lane, clock, *who):
    started = clock.monotonic()
    with lane.pass_through(*who):
        return clock.monotonic() - started


def test_no_more_than_the_limit_run_at_once_and_nobody_starves():
    slots, running, most, turns = HashSlots(wait=PATIENCE), 0, 0, []

    def work(name):
        nonlocal running, most
        for _ in range(3):
            with slots.hold():
                running += 1
                most = max(most, running)
                time.sleep(0.003)
                running -= 1
            turns.append(name)

    _together([lambda n=n: work(n) for n in range(12)])
    assert most == 1
    assert sorted(turns) == sorted([*range(12)] * 3)


def test_a_wait_too_long_is_busy_with_whole_seconds_to_retry():
    slots = HashSlots(wait=0.05)

    def want():
        with slots.hold():
            raise AssertionError

    with ThreadPoolExecutor(1) as pool, slots.hold():
        refusal = pool.submit(want).exception(PATIENCE)  # it comes while the slot is held
    assert isinstance(refusal, Busy)
    assert refusal.retry_after == 1


def test_a_failing_hash_frees_its_slot():
    slots = HashSlots(wait=0.05)
    for _ in range(3):
        with pytest.raises(MemoryError), slots.hold():
            raise MemoryError
    thread = threading.Thread(target=lambda: _die_holding(slots))
    thread.start()
    thread.join()
    with slots.hold():
        pass


def test_a_process_killed_while_holding_a_slot_holds_nobody_up():
    slots = HashSlots(wait=PATIENCE)
    ready, held = os.pipe()
    child = os.fork()
    if child == 0:
        with slots.hold():
            os.write(held, b"1")
            time.sleep(60)
        os._exit(1)
    assert os.read(ready, 1) == b"1"
    with slots.hold():
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    with slots.hold():
        pass


def test_five_wrong_codes_cost_nothing_the_sixth_opens_the_slow_lane(lane, clock):
    _guess(lane, "192.0.2.1", times=5)
    assert not lane.is_slow("192.0.2.1")
    lane.record_wrong("192.0.2.77")  # a neighbour of the same /24
    assert lane.is_slow("192.0.2.1")
    assert _turn(lane, clock, "192.0.2.1") == 0
    assert _turn(lane, clock, "192.0.2.200") == pytest.approx(1.0)


def test_nobody_outside_that_network_is_slowed(lane, clock):
    _guess(lane, "192.0.2.1", times=50)
    _guess(lane, "2001:db8:0:ff00::1", times=50)
    for address in ("192.0.3.1", "2001:db8:0:fe00::1", "198.51.100.1"):
        assert [_turn(lane, clock, address) for _ in range(20)] == [0] * 20


def test_right_codes_never_count(lane, clock):
    for _ in range(100):
        _turn(lane, clock, "192.0.2.1")
    assert not lane.is_slow("192.0.2.1")


def test_nobody_is_locked_out_and_fifteen_minutes_forgive(lane, clock):
    _guess(lane, "192.0.2.1")
    assert [_turn(lane, clock, "192.0.2.1") for _ in range(5)] == pytest.approx([0, 1, 1, 1, 1])
    clock.now += 15 * 60
    assert not lane.is_slow("192.0.2.1")
    lane.record_wrong("192.0.2.1")
    assert not lane.is_slow("192.0.2.1")


def test_the_key_changes_every_hour_and_takes_the_counts_with_it(clock):
    lane = SlowLane(clock=clock)
    first = lane._hmac_key
    clock.now += 3590
    _guess(lane, "192.0.2.1")
    assert lane.is_slow("192.0.2.1")
    clock.now += 10
    assert not lane.is_slow("192.0.2.1")
    assert lane._hmac_key != first
    assert not lane._wrong


def test_all_slow_networks_together_get_five_a_second(lane, clock):
    slow = [f"192.0.{third}.1" for third in range(30)]
    for address in slow:
        _guess(lane, address)
    started = clock.monotonic()
    for address in slow:
        _turn(lane, clock, address)
    assert clock.monotonic() - started == pytest.approx(29 * 0.2)


def test_addresses_are_kept_only_as_hmac_and_memory_is_bounded(lane, monkeypatch):
    monkeypatch.setattr("grievance.vault.slots.KEYS_KEPT", 50)
    for number in range(200):
        _guess(lane, f"10.0.{number}.9")
    assert len(lane._wrong) == 50
    assert lane.is_slow("10.0.199.1")
    kept = b"".join(lane._wrong)
    assert all(len(key) == 32 for key in lane._wrong)
    assert network("10.0.199.9") not in kept


def test_a_flood_waits_in_few_threads_and_others_pass_at_once(clock):
    asleep, release, refused = [], threading.Event(), threading.Semaphore(0)
    turns, refusals = [], []

    def sleep(seconds):
        asleep.append(seconds)
        release.wait(PATIENCE)

    clock.sleep = sleep
    lane = SlowLane(clock=clock)
    _guess(lane, "192.0.2.1")

    def attack():
        try:
            with lane.pass_through("192.0.2.1"):
                turns.append(1)
        except Busy as busy:
            refusals.append(busy.retry_after)
            refused.release()

    threads = [threading.Thread(target=attack) for _ in range(40)]
    for thread in threads:
        thread.start()
    try:
        assert all(refused.acquire(timeout=PATIENCE) for _ in range(38))
        for _ in range(50):
            with lane.pass_through("198.51.100.1"):
                pass
        assert turns == []  # all others went while the flood stood
        assert len(asleep) <= 2
    finally:
        release.set()
        for thread in threads:
            thread.join()
    assert sorted(asleep) == pytest.approx([0, 1])
    assert len(turns) == 2
    assert refusals == [2] * 38


def test_a_right_code_inside_a_slow_network_waits_its_turn(lane, clock):
    _guess(lane, "192.0.2.1")
    assert _turn(lane, clock, "192.0.2.1") == 0
    clock.now += 0.25
    assert _turn(lane, clock, "192.0.2.2") == pytest.approx(0.75)


def test_the_lane_runs_one_hash_at_a_time(clock):
    running, most, gate = 0, 0, threading.Barrier(3)
    # Their turns come at once, as on a machine where a hash takes longer than a turn.
    clock.sleep = lambda _: gate.wait(PATIENCE)
    lane = SlowLane(clock=clock, wait=PATIENCE)
    addresses = [f"192.0.{third}.1" for third in range(3)]
    for address in addresses:
        _guess(lane, address)

    def work(address):
        nonlocal running, most
        with lane.pass_through(address):
            running += 1
            most = max(most, running)
            time.sleep(0.05)  # leaves room for another to come in, which none may
            running -= 1

    _together([lambda a=a: work(a) for a in addresses])
    assert most == 1


def test_a_failing_try_gives_its_turn_back(lane, clock):
    _guess(lane, "192.0.2.1")
    for _ in range(10):
        with pytest.raises(KeyError), lane.pass_through("192.0.2.1"):
            raise KeyError
    assert lane._waiting.total() == 0


def test_an_attacker_cannot_keep_a_handler_out_of_a_known_device(clock):
    lane = SlowLane(account, clock=clock)
    _guess(lane, "Handler@example.org", times=500)
    assert lane.is_slow("handler@example.org ")
    assert not lane.is_slow("handler@example.org", "device-1")
    assert not lane.is_slow("other@example.org")
    assert [_turn(lane, clock, "handler@example.org", "device-1") for _ in range(5)] == [0] * 5


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.255", True),
        ("192.0.2.1", "::ffff:192.0.2.9", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:0:aa00::1", "2001:db8:0:aaff::1", True),
        ("2001:db8:0:aa00::1", "2001:db8:0:ab00::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("nonsense", "", True),
    ],
)
def test_networks_are_24_and_56_bits(one, other, same):
    assert (network(one) == network(other)) == same


def _die_holding(slots):
    try:
        with slots.hold():
            raise SystemExit
    except SystemExit:
        return


def _together(work):
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
