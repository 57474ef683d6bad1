"""Whether the store of files is there, for whoever asks often and must not wait."""

from __future__ import annotations

import logging
import time
from threading import Lock, Thread
from typing import Protocol

EVERY = 10.0
log = logging.getLogger("grievance.error")


class Checked(Protocol):
    """What can be asked whether it would keep something now."""

    def check(self) -> None:
        """OSError when it would not."""


class Watch:
    """What was last seen of a store; it is looked at again beside whoever asks, one at a time."""

    def __init__(self) -> None:
        self._lock, self._looking, self._looked, self._well = Lock(), False, 0.0, True

    def well(self, store: Checked) -> bool:
        """The last answer, at once. The next look begins when that is older than `EVERY`."""
        with self._lock:
            begins = not self._looking and time.monotonic() - self._looked >= EVERY
            self._looking = self._looking or begins
        if begins:
            try:
                Thread(target=self._look, args=(store,), daemon=True).start()
            except RuntimeError:  # no thread is to be had: then nothing could be kept either
                self._saw(False)
        return self._well

    def _look(self, store: Checked) -> None:
        well = False
        try:
            store.check()
            well = True
        except OSError:
            pass  # it is away
        except Exception as problem:  # whatever it is, the next look must begin
            log.error("the look at the store of files ended in %s", type(problem).__name__)
        finally:
            self._saw(well)

    def _saw(self, well: bool) -> None:
        if well != self._well:
            log.error("the store of files is %s", "back" if well else "away")
        self._well, self._looked, self._looking = well, time.monotonic(), False
