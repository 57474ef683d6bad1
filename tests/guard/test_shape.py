"""Verbs have one shape: the next one is added like the last one."""

from __future__ import annotations

import ast

from tests.guard import shape


def test_the_verbs_have_one_shape() -> None:
    numbers = shape.measured()
    assert numbers["functions that do a verb"] >= 40
    assert numbers["signature shapes"] == 1, {
        f"{module.place}:{function.lineno} {function.name}({shape.shape(function)})"
        for module, function in shape.verb_functions()
        if shape.shape(function) not in ("act", "act, value")
    }


def test_a_desk_row_calls_the_verb_itself() -> None:
    assert not shape.adapters()


def test_another_shape_is_seen() -> None:
    written = ast.parse("def close(act, session, *, now): act.check(Verb.CLOSE)").body[0]
    assert isinstance(written, ast.FunctionDef)
    assert shape.shape(written) == "act, session, *, now"
