"""Every route that takes a form checks its token; the few that do not are listed with why."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from flask import Flask

WITHOUT = {
    "intake.leave": "leaving must always work; draft and copies go only from a page of ours",
}
CHECKS = {"validate", "token_fits"}
DEPTH = 4


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _checks(function: Any, depth: int = DEPTH) -> bool:
    """Whether a view, or a function of ours that it calls, asks a form whether it is valid."""
    if not isinstance(function, FunctionType):
        return False
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    if names & CHECKS:
        return True
    if depth == 0:
        return False
    called = [function.__globals__.get(name) for name in names]
    ours = [one for one in called if getattr(one, "__module__", "").startswith("grievance.")]
    return any(_checks(one, depth - 1) for one in ours)


def test_every_form_is_checked_for_its_token(shared_app: Flask) -> None:
    unchecked = {
        rule.endpoint
        for rule in shared_app.url_map.iter_rules()
        if rule.methods
        and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
        and not _checks(shared_app.view_functions[rule.endpoint])
    }
    assert unchecked - set(WITHOUT) == set()
    assert set(WITHOUT) - {rule.endpoint for rule in shared_app.url_map.iter_rules()} == set()
