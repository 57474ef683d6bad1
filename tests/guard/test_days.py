"""A moment becomes a day in one place, in somebody's zone: UTC's day is wrong for nine hours."""

from __future__ import annotations

import ast
from datetime import UTC, datetime

import pytest

from grievance.i18n import date_text
from tests.guard.source import ROOT, modules


def test_only_the_clock_takes_the_day_of_a_moment() -> None:
    for module in modules():
        for node in ast.walk(module.tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and node.func.attr == "date" and not node.args and module.name != "clock":
                pytest.fail(f"{module.place}:{node.lineno} takes a day in no zone: use local_day")


def test_no_template_takes_the_day_of_a_moment() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.*")
        if ".date()" in path.read_text(encoding="utf-8")
    ]
    assert not found


def test_a_moment_is_never_shown_as_a_day() -> None:
    with pytest.raises(TypeError, match="local_day"):
        date_text(datetime(2026, 4, 25, tzinfo=UTC))
