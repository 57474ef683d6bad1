"""What one source may take of something that runs out: a tenth of what is left, within an hour.

Like the lanes: only an HMAC of the source is kept, under a random key that changes every hour and
takes the counts with it, in the memory of this process.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

HOUR = 3600.0
PART = 10


class Shares:
    """How much each source took in this hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._hour, self._key = clock(), secrets.token_bytes(32)
        self._taken: Counter[bytes] = Counter()

    def take(self, source: bytes, size: int, left: int) -> bool:
        """Whether a source may take `size` of the `left`; counted when it may."""
        with self._lock:
            if self._clock() - self._hour >= HOUR:
                self._hour, self._key = self._clock(), secrets.token_bytes(32)
                self._taken.clear()
            who = hmac.digest(self._key, source, "sha256")
            if self._taken[who] + size > max(left, 0) // PART:
                return False
            self._taken[who] += size
            return True
