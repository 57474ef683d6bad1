"""The movable clock of a demonstration: deadlines and letters follow it, security never does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grievance import clock
from grievance.demo.mark import offset

FRESH_SECONDS = 1.0


class MovableClock:
    """By how much `clock.now` is moved: read from the database at most once a second.

    While the database is away the last answer holds.
    """

    def __init__(self, sessions: Callable[[], Session]) -> None:
        self._sessions = sessions
        self._moved = timedelta()
        self._read_at: float | None = None

    def __call__(self) -> timedelta:
        if self._read_at is None or time.monotonic() - self._read_at >= FRESH_SECONDS:
            self._read_at = time.monotonic()
            self._moved = self._read()
        return self._moved

    def forget(self) -> None:
        """Look again at the next question."""
        self._read_at = None

    def _read(self) -> timedelta:
        try:
            with self._sessions() as session:
                session.info.setdefault("actor", "public")
                return timedelta(seconds=offset(session))
        except SQLAlchemyError:
            return self._moved


def follow(sessions: Callable[[], Session]) -> MovableClock:
    """Let this process's clock follow the demonstration's; `sessions` makes short ones."""
    movable = MovableClock(sessions)
    clock.move_by(movable)
    return movable
