"""Waiting for what has to come, however slow the machine is: only a test that fails waits long."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds until a test gives up; nothing is measured by it


def wait_for(true: Callable[[], object], seconds: float = PATIENCE, pause: float = 0.1) -> bool:
    """Ask until it is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(pause)
    return bool(true())
