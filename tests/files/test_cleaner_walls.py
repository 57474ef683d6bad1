"""The child that takes files apart: what it can reach, and what happens when it fails."""

import os
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from file_makers import endless_pdf, pdf, saved
from PIL import Image

from grievance.files import cleaning
from grievance.files.cleaning import LIMITS, Cleaned, Limits, clean

LONG = 600  # seconds that no test waits: another wall is met before
PROBE = str(Path(__file__).with_name("probe.py"))


def stand_in(monkeypatch: pytest.MonkeyPatch, *command: str) -> None:
    monkeypatch.setattr(cleaning, "_COMMAND", (sys.executable, "-I", "-S", "-B", *command))


REACHES = ["environment 0", "folder /", "descriptors 3", "interfaces lo"]
NO_DESCRIPTOR = ["socket", "socket pair", "reading a file", "writing a file", "pipe"]
NO_CALL = ["renaming a file", "program", "signal", "process"]


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are those of Linux")
@pytest.mark.parametrize(
    ("walls", "refused"),
    [("filtered", NO_DESCRIPTOR + NO_CALL), ("unfiltered", NO_DESCRIPTOR)],
)
def test_the_child_has_no_environment_and_reaches_nothing(
    walls: str, refused: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIEVANCE_DATABASE_URL", "secret")
    stand_in(monkeypatch, PROBE, str(Path(cleaning.__file__).with_name("cleaner.py")), walls)
    report = clean(b"a note", "note.txt")
    assert report.isolated
    assert report.data is not None
    expected = REACHES + [f"{what} refused" for what in refused]
    assert report.data.decode().splitlines() == expected


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """How each child ended: its status, and how much it had said."""
    found: list[tuple[int, int]] = []
    run = cleaning._run

    def noted(*given: Any) -> tuple[int, bytes]:
        status, answer = run(*given)
        found.append((status, len(answer)))
        return status, answer

    monkeypatch.setattr(cleaning, "_run", noted)
    return found


def test_a_file_that_takes_too_much_processor_time_is_kept_uncleaned(
    ends: list[tuple[int, int]],
) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = clean(endless_pdf(), "letter.pdf", Limits(cpu_seconds=1, wall_seconds=LONG))
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert (result.state, result.warnings, result.data) == ("not_cleaned", ("timed_out",), None)
    assert (result.kind, result.mime, result.extension) == ("pdf", "application/pdf", "pdf")
    assert ends == [(-signal.SIGKILL, 0)]
    assert used < 5  # of the processor, not of the clock


def test_a_child_that_hangs_is_killed_after_the_wall_time(ends: list[tuple[int, int]]) -> None:
    result = clean(endless_pdf(), "letter.pdf", Limits(wall_seconds=0.5, cpu_seconds=LONG))
    assert (result.state, result.warnings) == ("not_cleaned", ("timed_out",))
    assert ends == [(-signal.SIGKILL, 0)]


def test_a_file_that_takes_too_much_memory_is_kept_uncleaned() -> None:
    bomb = saved(Image.new("RGB", (6000, 6000)), "PNG")
    result = clean(bomb, "a.png", Limits(memory_bytes=120 * 1024 * 1024))
    assert (result.state, result.warnings) == ("not_cleaned", ("out_of_memory",))
    assert clean(bomb, "a.png").state == "cleaned"


def test_a_child_that_dies_or_talks_nonsense_leaves_the_file_uncleaned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for program in (
        "import os; os.abort()",
        "import sys; sys.stdin.buffer.read(); print('cleaned ../../x 1 -')",
        "import sys; sys.stdin.buffer.read(); print('cleaned png 1 -\\n<html>')",
        "import sys; sys.stdin.buffer.read(); print('failed nonsense 1 -')",
        "import sys; sys.stdin.buffer.read(); sys.exit(3)",
    ):
        stand_in(monkeypatch, "-c", program)
        result = clean(b"a note" * 100_000, "note.txt")
        assert (result.state, result.warnings) == ("not_cleaned", ("crashed",)), program


def test_a_flood_from_the_child_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, ends: list[tuple[int, int]]
) -> None:
    stand_in(monkeypatch, "-c", "import os\nos.read(0, 99)\nwhile True: os.write(1, b'x' * 65536)")
    result = clean(b"a note", "note.txt", Limits(clean_bytes=1_000_000, wall_seconds=LONG))
    assert (result.state, result.data) == ("not_cleaned", None)
    assert ends == [(-signal.SIGKILL, 1_000_001)]


def test_when_all_children_are_busy_the_file_is_kept_uncleaned() -> None:
    with cleaning.CHILDREN.hold(b"one"), cleaning.CHILDREN.hold(b"another"):
        result = clean(b"a note", "note.txt", Limits(wait_seconds=0.05))
    assert (result.state, result.warnings, result.kind) == ("not_cleaned", ("busy",), "text")
    assert clean(b"a note", "note.txt").state == "cleaned"


def _children() -> set[str]:
    """The child processes of this one; empty where the system does not tell. They are listed a
    thread at a time, so what one list names need not have lived at one moment."""
    found: set[str] = set()
    for listing in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has just ended
            found |= set(listing.read_text().split())
    return found


def test_only_two_children_run_at_once_and_the_others_wait() -> None:
    results: list[Cleaned] = []
    threads = [
        threading.Thread(
            target=lambda n=n: results.append(clean(pdf(""), "a.pdf", LIMITS, bytes([n])))
        )
        for n in range(4)
    ]
    others = _children()  # a database server of this test process, say
    for thread in threads:
        thread.start()
    most = 0
    while any(thread.is_alive() for thread in threads):
        at_once = _children() & _children()  # what both name lived between the two
        most = max(most, len(at_once - others))
        time.sleep(0.002)
    assert [result.state for result in results] == ["cleaned"] * 4
    assert most <= 2
