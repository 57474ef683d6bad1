"""What is said of the store to whoever asks often: never frozen, whatever a look ends with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grievance.storage import watch


class Told:
    """A store of which each look ends with the next of these; None is a store that is well."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)

    def check(self) -> None:
        """The next end."""
        if end := self.ends.pop(0):
            raise end


class AtOnce:
    """A thread that is over when it has begun, and keeps what it dies of to itself."""

    def __init__(self, target: Callable[..., None], args: tuple[Told], daemon: bool) -> None:
        self._run = lambda: target(*args)

    def start(self) -> None:
        """Run it."""
        try:
            self._run()
        except BaseException:  # as a thread does
            return


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.0)
    monkeypatch.setattr(watch, "Thread", AtOnce)


@pytest.mark.parametrize("end", [OSError("away"), ValueError("unforeseen"), SystemExit()])
def test_the_next_look_begins_whatever_the_last_one_ended_with(end: BaseException) -> None:
    seen, store = watch.Watch(), Told(end, None)
    assert not seen.well(store)
    assert seen.well(store)
    assert store.ends == []


def test_where_no_thread_can_begin_it_is_not_well_and_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_thread: AtOnce) -> None:
        raise RuntimeError("can't start new thread")

    seen, store = watch.Watch(), Told(None)
    with monkeypatch.context() as full:
        full.setattr(AtOnce, "start", refused)
        assert not seen.well(store)
    assert seen.well(store)
