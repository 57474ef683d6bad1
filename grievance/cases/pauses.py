"""When a file that waits for the cleaner may be tried again, and whose turn it is.

Kept in the memory of this process and nowhere else: a time in the database would tell when a worker
looked at their page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

BUSY = timedelta(minutes=1)  # the cleaner was held by others: nothing is known of the file
FIRST, LONGEST = timedelta(minutes=10), timedelta(days=1)
MOST = 10_000  # files, and cases, that are remembered


@dataclass(frozen=True)
class Waiting:
    """A file that is not cleaned. `crowd`: its case came with very many others at once."""

    case: UUID
    file: UUID
    crowd: bool = False


def pause_after(tries: int) -> timedelta:
    """How long a file rests that has broken the cleaner off so many times: four times as long
    each time, a day at most, and never for ever."""
    return min(FIRST * 4 ** (min(tries, 10) - 1), LONGEST) if tries else BUSY


class Pauses:
    """Which files rest, and which case had a turn last. Forgotten with the process."""

    def __init__(self) -> None:
        self._lock, self._turn = threading.Lock(), 0
        self._rests: OrderedDict[UUID, datetime] = OrderedDict()
        self._served: OrderedDict[UUID, int] = OrderedDict()

    def take(self, waiting: Iterable[Waiting], at: datetime) -> Waiting | None:
        """The file whose turn it is; None when all rest. It rests from now on, so nobody else
        takes it. One turn for each case, those that came in a crowd last."""
        with self._lock:
            due = [one for one in waiting if at >= self._rests.get(one.file, at)]
            chosen = min(due, key=self._order, default=None)
            if chosen is not None:
                self._turn += 1
                _keep(self._served, chosen.case, self._turn)
                _keep(self._rests, chosen.file, at + BUSY)
            return chosen

    def rest(self, file: UUID, tries: int, at: datetime) -> None:
        """Leave a file alone for as long as its failed tries say."""
        with self._lock:
            _keep(self._rests, file, at + pause_after(tries))

    def _order(self, one: Waiting) -> tuple[bool, int, UUID]:
        return one.crowd, self._served.get(one.case, 0), one.file


def _keep(kept: OrderedDict[UUID, Any], key: UUID, value: object) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)


PAUSES = Pauses()
