"""Every promise of the threat model names a test that is there."""

from __future__ import annotations

import re

from tests.guard.source import ROOT

THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
PROMISES = (
    "Who can learn what",
    "What stands in clear",
    "How it holds",
    "What a request may weigh",
    "The slow lanes",
    "Letters",
)
NO_PROMISE = ("Tests: ", "python -m bench", "who ", "---")  # where to look, heads of tables


def section(name: str) -> str:
    return THREATS.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]


def plain(text: str) -> str:
    """Words without their marks."""
    return " ".join(re.sub(r"[*`]|^[-|] *", "", text.strip()).split())


def promises() -> list[str]:
    """Each paragraph, item and row of a table of the sections that promise."""
    parts = (
        plain(part)
        for name in PROMISES
        for part in re.split(r"\n\n|\n(?=- )|\n(?=\| |\|-)", section(name).strip())
    )
    return [part for part in parts if not part.startswith(NO_PROMISE)]


def rows() -> dict[str, list[str]]:
    """The first words of a promise, and the tests that hold it."""
    lines = section("Which test holds it").strip().splitlines()
    cells = [line.strip("|").split(" | ") for line in lines if line.startswith("| ")][1:]
    return {plain(first): re.findall(r"`([^`]+)`", tests) for first, tests in cells}


def test_every_promise_has_its_row_and_every_row_its_promise() -> None:
    said, told = promises(), rows()
    assert len(said) > 50
    assert [one[:60] for one in said if not any(one.startswith(row) for row in told)] == []
    assert [row for row in told if not any(one.startswith(row) for one in said)] == []


def test_every_row_names_tests_that_are_there() -> None:
    missing = []
    for row, tests in rows().items():
        assert tests, row
        for test in tests:
            path, _, name = test.partition("::")
            file = ROOT / "tests" / path
            there = file.is_file() and f"\ndef {name}(" in file.read_text(encoding="utf-8")
            missing += [] if name and there else [test]
    assert missing == []
