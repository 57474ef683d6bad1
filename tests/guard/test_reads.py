"""Every code that a line of the read log can carry has a sentence for the worker it is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grievance.cases.readings import SHOWING
from grievance.cases.verbs import Verb
from grievance.intake.seen import WHAT
from grievance.reports.read_words import OPENED
from tests.guard.source import modules

OF_THE_ORGANISATION = {"search", "log", "log_saved"}  # of no single case


def _codes() -> Iterator[str]:
    for module in modules():
        for call in ast.walk(module.tree):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            given = [one.value for one in call.keywords if one.arg == "what"]
            if name == "note_read":
                given += call.args[1:2]
            if name in ("note_read", "record_read"):
                yield from (one.value for one in given if isinstance(one, ast.Constant))


def test_each_read_is_told_in_words() -> None:
    found = set(_codes())
    assert "case" in found
    assert found - OF_THE_ORGANISATION <= set(WHAT), "a worker would read no more than OTHER"


def test_each_read_is_told_to_the_auditor() -> None:
    of_the_worker = {"copy"}  # with their own number: no visit of a worker is in the log
    told = set(OPENED) | {Verb.EXPORT, Verb.OPEN_IDENTITY}  # which name their reason, too
    assert (set(_codes()) | set(SHOWING)) - of_the_worker <= told
