"""No test measures time: on a slow day it would fail for nothing. What has to come is waited for
with `tests.waiting`; how much work something is, is counted."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parent.parent
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "time"}
# Who may look at a clock of the machine all the same, and why.
MAY = {
    "waiting.py": "the end of a wait for a condition",
    "faults/test_unknown_codes.py": "the lane lets one guess through each second: a slower machine"
    " may answer more",
    "backup/test_backup_prune.py": "the age of a folder",
}


def clocks(source: str) -> list[int]:
    """The lines that ask a clock of the machine, by whatever name it was imported."""
    tree, asked = ast.parse(source), []
    names = {
        one.asname or one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for one in node.names
        if one.name in CLOCKS
    }
    modules = {
        one.asname or one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for one in node.names
        if one.name == "time"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in names:
            asked.append(node.lineno)
        if isinstance(called, ast.Attribute) and called.attr in CLOCKS:
            place = called.value
            if isinstance(place, ast.Name) and place.id in modules:
                asked.append(node.lineno)
    return asked


def test_no_test_measures_time() -> None:
    found = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if clocks(path.read_text())
    }
    assert found == set(MAY)


def test_a_clock_is_seen_by_any_name() -> None:
    for text in (
        "import time\ntime.monotonic()",
        "import time as t\nt.time()",
        "from time import perf_counter\nperf_counter()",
        "from time import monotonic as now\nnow()",
    ):
        assert clocks(text) == [2], text
    assert clocks("clock.monotonic()\ntime.sleep(1)") == []
