"""Turns at something scarce that no single source can own.

Who waits is served round by round, one turn for each source; a source is a network prefix, or a
device that is known. One source alone may use everything. When the places run short, the newest
of who holds most of them gives way, so a flood displaces itself and not the bystander. Sources
stand in the memory of this process, and only while they wait or work.
"""

import math
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from grievance.vault.errors import VaultError

WAIT_SECONDS = 2.0
SHARE = 12  # weight of what one source may have waiting
ROOM = 20  # and all of them; waiting requests hold the server's threads


class Busy(VaultError):
    """No turn within the wait limit; the page keeps what was typed and says when to retry."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("busy")
        self.retry_after = max(1, math.ceil(retry_after))  # whole seconds


@dataclass(eq=False)
class _Ticket:
    source: bytes
    weight: int
    known: bool
    called: threading.Event = field(default_factory=threading.Event)
    granted: bool = False


class Turns:
    """At most `limit` at a time, at most `each` of one source; the others wait up to `wait`."""

    def __init__(
        self,
        limit: int = 1,
        wait: float = WAIT_SECONDS,
        *,
        each: int | None = None,
        share: int = SHARE,
        room: int = ROOM,
    ) -> None:
        self._free, self._wait, self._each = limit, wait, each or limit
        self._share, self._room = share, room
        self._lock = threading.Lock()
        self._waiting: OrderedDict[bytes, deque[_Ticket]] = OrderedDict()
        self._running: Counter[bytes] = Counter()
        self._last: bytes | None = None  # whose turn came last: others go before its next

    @contextmanager
    def hold(
        self,
        source: bytes = b"",
        *,
        weight: int = 1,
        known: bool = False,
        wait: float | None = None,
    ) -> Iterator[None]:
        """Hold a turn for the time of the block.

        `weight` says how long the work takes; `known` goes before who is not. Busy after `wait`
        seconds, at once when this source or everybody together has too much waiting already, and
        later when somebody of a source with less needs the place.
        """
        seconds = self._wait if wait is None else wait
        ticket = _Ticket(source, weight, known)
        with self._lock:
            if self._may_run(ticket) and not self._callable():
                self._grant(ticket)
            else:
                self._queue(ticket, seconds)
        if not ticket.granted:
            ticket.called.wait(seconds)
            with self._lock:
                if not ticket.granted:
                    self._leave(ticket)
                    raise Busy(self._wait)
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._running[source] -= 1
                self._running += Counter()  # drops the sources that nothing runs for
                while (following := self._callable()) is not None:
                    self._leave(following)
                    self._grant(following)

    def _may_run(self, ticket: _Ticket) -> bool:
        return self._free > 0 and self._running[ticket.source] < self._each

    def _grant(self, ticket: _Ticket) -> None:
        self._free -= 1
        self._running[ticket.source] += 1
        self._last = ticket.source
        ticket.granted = True
        ticket.called.set()

    def _callable(self) -> _Ticket | None:
        """Whose turn it is: known ones first, then the source that has waited for its round."""
        if self._free < 1:
            return None
        first = [line[0] for line in self._waiting.values() if self._may_run(line[0])]
        return min(first, key=lambda t: (not t.known, t.source == self._last), default=None)

    def _queue(self, ticket: _Ticket, seconds: float) -> None:
        load = self._load(ticket.source) + ticket.weight
        if seconds <= 0 or load > self._share:
            raise Busy(self._wait)
        while sum(map(self._load, self._waiting)) + ticket.weight > self._room:
            self._make_room(load, ticket)
        self._waiting.setdefault(ticket.source, deque()).append(ticket)

    def _make_room(self, load: int, ticket: _Ticket) -> None:
        """Send away the newest of the largest; Busy when nobody has more than who comes."""
        lines = [line for line in self._waiting.values() if not line[-1].known]
        largest = max(lines, key=lambda line: self._load(line[0].source), default=None)
        if largest is None or not (ticket.known or self._load(largest[0].source) > load):
            raise Busy(self._wait)
        gone = largest[-1]
        self._leave(gone)
        gone.called.set()

    def _load(self, source: bytes) -> int:
        return sum(ticket.weight for ticket in self._waiting.get(source, ()))

    def _leave(self, ticket: _Ticket) -> None:
        """Out of the line; the rest of the source goes to the end of the round."""
        line = self._waiting.pop(ticket.source, deque())
        if ticket in line:
            line.remove(ticket)
        if line:
            self._waiting[ticket.source] = line
