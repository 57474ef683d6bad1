"""Slow hashes without a queue of victims.

`HashSlots` bounds how many slow hashes run in this process; a killed process takes its slots with
it. `SlowLane` slows down who guesses: nobody is locked out, and nobody outside that network (or
account) is slowed. Counts and rates are per process and live only in its memory; its clock is
always the real one, whatever clock the rest of the product runs on.
"""

import hmac
import secrets
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from grievance.vault.framing import frame
from grievance.vault.turns import WAIT_SECONDS, Busy, Turns

__all__ = ["Busy", "HashSlots", "SlowLane", "account", "network"]

PASSWORD_WEIGHT = 6  # what a password's hash costs beside a receipt's
WRONG_BEFORE_SLOW = 6
WINDOW_SECONDS = 15 * 60.0
KEY_SECONDS = 3600.0
PER_KEY_SECONDS = 1.0  # at most one hash a second for each key
OVERALL_SECONDS = 0.2  # and five a second for all keys together
PLACES = 3  # requests that may stand waiting in all lanes; more would hold the server's threads
PLACES_PER_KEY = 2
KEYS_KEPT = 20_000


class HashSlots(Turns):
    """At most `limit` slow hashes at a time in this process, and none of them owned by a flood."""


def network(address: str) -> bytes:
    """The network an address belongs to: /24 of IPv4, /56 of IPv6; b"" when it is no address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return b""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.packed[:3] if ip.version == 4 else ip.packed[:7]


def account(name: str, device: str = "") -> bytes:
    """A staff account as seen from one device.

    `device` is the id of a device the account has signed in from, once its cookie is verified,
    else empty: an attacker fills the lane of unknown devices and leaves the handler's own open.
    """
    return frame(name.strip().casefold(), device)


class Clock(Protocol):
    """What a lane measures and waits with: the module `time`, or one that a test moves."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float, /) -> None:
        """Wait."""


class SlowLane:
    """The sixth wrong try in fifteen minutes sends its key to one slow lane for all such keys.

    `key_of` turns what `pass_through` and `record_wrong` are given into bytes: `network` for
    receipts, `account` and `network` for staff sign-in. Lanes that share `places` hold no more
    threads together than one. Only an HMAC of it, under a random key that changes
    every hour and takes the counts with it, is kept.
    """

    def __init__(
        self,
        key_of: Callable[..., bytes] = network,
        *,
        clock: Clock = time,
        wait: float = WAIT_SECONDS,
        before: int = WRONG_BEFORE_SLOW,
        places: threading.Semaphore | None = None,
    ) -> None:
        self._before, self._places = before, places or threading.Semaphore(PLACES)
        self._key_of, self._wait = key_of, wait
        self._clock, self._sleep = clock.monotonic, clock.sleep
        self._lock = threading.Lock()
        self._one_hash = threading.Lock()
        self._hour, self._hmac_key = clock.monotonic(), secrets.token_bytes(32)
        self._wrong: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._next_for_key: dict[bytes, float] = {}
        self._next_for_all = 0.0
        self._waiting: Counter[bytes] = Counter()

    def record_wrong(self, *who: str) -> None:
        """Count a wrong try. Right ones are never counted."""
        with self._lock:
            key = self._key(who)
            times = self._wrong.setdefault(key, deque(maxlen=self._before))
            times.append(self._clock())
            self._wrong.move_to_end(key)
            if len(self._wrong) > KEYS_KEPT:
                self._wrong.popitem(last=False)

    def is_slow(self, *who: str) -> bool:
        """Whether the next try of this key goes through the slow lane."""
        with self._lock:
            return self._slow(self._key(who))

    @contextmanager
    def pass_through(self, *who: str) -> Iterator[None]:
        """Go on at once, or wait for a turn in the slow lane and hold it for the hash inside.

        Busy, saying when a turn is free, when it is not within the wait limit or when enough
        others are waiting already.
        """
        with self._lock:
            key = self._key(who)
            delay = self._reserve(key) if self._slow(key) else None
        if delay is None:
            yield
            return
        try:
            self._sleep(delay)
            taken = self._one_hash.acquire(timeout=self._wait)
        finally:
            self._places.release()
            with self._lock:
                self._waiting[key] -= 1
                self._waiting += Counter()  # drops the keys nobody waits for
        if not taken:
            raise Busy(self._wait)
        try:
            yield
        finally:
            self._one_hash.release()

    def _reserve(self, key: bytes) -> float:
        """Take the next free turn; seconds until then. Turns are given in order of arrival."""
        now = self._clock()
        turn = max(now, self._next_for_all, self._next_for_key.get(key, 0.0))
        if self._waiting[key] >= PLACES_PER_KEY or turn - now > self._wait:
            raise Busy(turn - now)
        if not self._places.acquire(blocking=False):
            raise Busy(turn - now)
        self._next_for_key = {k: at for k, at in self._next_for_key.items() if at > now}
        self._next_for_key[key] = turn + PER_KEY_SECONDS
        self._next_for_all = turn + OVERALL_SECONDS
        self._waiting[key] += 1
        return turn - now

    def _slow(self, key: bytes) -> bool:
        times = self._wrong.get(key)
        if times is None or len(times) < self._before:
            return False
        return self._clock() - times[0] < WINDOW_SECONDS

    def _key(self, who: tuple[str, ...]) -> bytes:
        if self._clock() - self._hour >= KEY_SECONDS:
            self._hour, self._hmac_key = self._clock(), secrets.token_bytes(32)
            self._wrong.clear()
        return hmac.digest(self._hmac_key, self._key_of(*who), "sha256")
