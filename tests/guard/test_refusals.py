"""There is one way to refuse, and every code that can be raised has a sentence, and no other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.states import TABLE
from grievance.cases.transitions import Transition
from grievance.cases.verbs import Verb
from grievance.desk.rows import Row
from grievance.desk.verbs import DESK
from grievance.files.cleaning import REFUSALS
from grievance.refusals import SENTENCES, Refused
from tests.guard.source import functions, modules

GUARDS = {row.guard.__name__ for row in TABLE.values() if row.guard}
# Codes that no line spells out where they are raised, and what they may be.
ELSEWHERE = {
    "row.guard.__name__": GUARDS,
    "found if found in REFUSALS else 'broken'": set(REFUSALS),
    "spool.refused": {"too_big", "body_too_big", "too_many_files"},
}


@cache
def _functions() -> dict[tuple[str, str], ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of the package by module and name."""
    return {
        (module.name.split(".")[-1], one.name): one
        for module in modules()
        for one in functions(module)
    }


@cache
def _calls() -> list[ast.Call]:
    """Every call in the package."""
    every = (node for module in modules() for node in ast.walk(module.tree))
    return [node for node in every if isinstance(node, ast.Call)]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def _texts(node: ast.AST, here: str) -> set[str]:
    """The codes that an expression may be: a word, a choice of two, what a function gives back."""
    if isinstance(node, ast.Constant):
        return {node.value} - {""}
    if isinstance(node, ast.IfExp):
        return _texts(node.body, here) | _texts(node.orelse, here)
    assert isinstance(node, ast.Call), ast.unparse(node)
    called = node.func
    here = ast.unparse(called.value) if isinstance(called, ast.Attribute) else here
    asked = _functions()[here, _name(node)]
    given = [one.value for one in ast.walk(asked) if isinstance(one, ast.Return)]
    return set().union(*(_texts(one, here) for one in given if one is not None))


def _of_name(name: str, function: ast.FunctionDef, here: str) -> set[str]:
    """What a variable of a function may be: from its loop over pairs, its call, or its callers."""
    tables = {
        one.targets[0].id: one.value
        for one in ast.walk(function)
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.NamedExpr) and node.target.id == name:
            return _texts(node.value, here)
        if isinstance(node, ast.For) and name in ast.unparse(node.target):
            rows = tables[node.iter.id] if isinstance(node.iter, ast.Name) else node.iter
            assert isinstance(rows, ast.Tuple)
            return {_code(row, here) for row in rows.elts}
    place = [one.arg for one in function.args.args if one.arg != "self"].index(name)
    return set().union(
        *(_texts(one.args[place], here) for one in _calls() if _name(one) == function.name)
    )


def _code(row: ast.expr, here: str) -> str:
    assert isinstance(row, ast.Tuple)
    (code,) = _texts(row.elts[0], here)
    return code


def _raised() -> Iterator[str]:
    for module in modules():
        here = module.name.split(".")[-1]
        for function in functions(module):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _name(node) == "Refused":
                    said = node.args[0]
                    if ast.unparse(said) in ELSEWHERE:
                        yield from ELSEWHERE[ast.unparse(said)]
                    elif isinstance(said, ast.Name):
                        yield from _of_name(said.id, function, here)
                    else:
                        yield from _texts(said, here)


def test_every_code_has_a_sentence_and_every_sentence_a_code():
    assert set(_raised()) == set(SENTENCES)


def test_there_is_one_way_to_refuse():
    found = [
        f"{module.place}:{node.lineno} {node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Refused") and node.bases
    ]
    assert len(found) == 1, found


TAKE, TOLD = TABLE[Verb.TAKE], DESK[Verb.TAKE]


def no_such_code(_case: Case, _actor: Actor) -> bool:
    """A guard whose name is no reason to refuse."""
    return True


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (TAKE, {"guard": no_such_code}),
        (TAKE, {"sources": ("recieved",)}),
        (TAKE, {"target": "in_reveiw"}),
        (TAKE, {"who": "case.wrok"}),
        (TAKE, {"ledger": ("person",)}),
        (TOLD, {"steps": ("delivre",)}),
    ],
)
def test_a_wrong_word_in_a_row_is_named_at_start(
    row: Transition | Row, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="not of the list"):
        replace(row, **wrong)


def test_a_refusal_says_its_code_and_never_the_name_of_a_file():
    refused = Refused("empty", "my secret.pdf")
    assert (str(refused), refused.code, refused.name) == ("empty", "empty", "my secret.pdf")
    assert refused.sentence == "This file is empty."


def test_pages_of_workers_say_a_refusal_in_their_own_words() -> None:
    """The sentences of refusals are written for staff, in the languages of staff."""
    assert not [
        module.place
        for module in modules()
        if module.room in ("intake", "portal")
        and (".sentence)" in module.text or "refusals import SENTENCES" in module.text)
    ]
