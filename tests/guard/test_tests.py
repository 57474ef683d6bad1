"""A test can fail, and says which failure it expects."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tests.guard.source import ROOT

BROAD = {"Exception", "BaseException"}
FAILING = ("pytest.raises", "pytest.fail", "pytest.warns")
ALLOWED = {
    "test_every_coded_answer_gives_a_profile_that_routing_takes": "routing raises for a code that"
    " it does not know",
    "test_a_page_never_waits_for_the_chain_of_reads": "the database raises when a lock is held",
}


@dataclass(frozen=True)
class Written:
    """A function of the tests."""

    path: Path
    node: ast.FunctionDef
    modules: frozenset[str]  # of the tests, by the names that its file gives them

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.path.relative_to(ROOT)}:{self.node.lineno} {self.node.name}"

    @cached_property
    def able(self) -> bool:
        """Whether it fails by a word of its own."""
        return any(
            (isinstance(one, ast.Assert) and not isinstance(one.test, ast.Constant))
            or isinstance(one, ast.Raise)
            or (isinstance(one, ast.Attribute) and _dotted(one) in FAILING)
            for one in ast.walk(self.node)
        )

    @cached_property
    def called(self) -> set[str]:
        """The names of what it calls: functions, and those of a module of the tests."""
        calls = [one.func for one in ast.walk(self.node) if isinstance(one, ast.Call)]
        return {one.id for one in calls if isinstance(one, ast.Name)} | {
            one.attr
            for one in calls
            if isinstance(one, ast.Attribute) and _dotted(one.value) in self.modules
        }


def _dotted(node: ast.expr) -> str:
    """A name, or names with dots between; empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


@cache
def written() -> list[Written]:
    """Every function of the tests, nested ones too."""
    return [
        Written(path, node, _modules(tree))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]


def _modules(tree: ast.Module) -> frozenset[str]:
    return frozenset(
        alias.asname or alias.name
        for one in ast.walk(tree)
        if isinstance(one, ast.ImportFrom) and (one.module or "").split(".")[0] == "tests"
        for alias in one.names
    )


def _able() -> set[str]:
    """The names of functions that fail by a word of their own, or call one that does."""
    called = defaultdict(set)
    for one in written():
        called[one.node.name] |= one.called
    found = {one.node.name for one in written() if one.able}
    while more := {name for name, names in called.items() if names & found} - found:
        found |= more
    return found


def test_every_test_can_fail():
    able = _able()
    idle = [
        one
        for one in written()
        if one.node.name.startswith("test_") and not one.able and not one.called & able
    ]
    assert not [one.place for one in idle if one.node.name not in ALLOWED]
    assert set(ALLOWED) <= {one.node.name for one in idle}, "no longer needed"


def _expected(function: ast.FunctionDef) -> Iterator[tuple[ast.Call, str]]:
    """Each `pytest.raises` of a function, and the name that the exception is bound to."""
    bound = {
        id(one.context_expr): ast.unparse(one.optional_vars)
        for one in ast.walk(function)
        if isinstance(one, ast.withitem) and one.optional_vars
    }
    for one in ast.walk(function):
        if isinstance(one, ast.Call) and _dotted(one.func) == "pytest.raises":
            yield one, bound.get(id(one), "")


def _names(raises: ast.Call) -> set[str]:
    kinds = raises.args[0]
    named = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    return {ast.unparse(one).rsplit(".", 1)[-1] for one in named}


def _vague(function: ast.FunctionDef, raises: ast.Call, bound: str) -> bool:
    """Whether any fault at all would do, or any refusal at all."""
    named, said = _names(raises), {one.arg for one in raises.keywords}
    if named & BROAD:
        return True
    looked = bool(bound) and f"{bound}.value" in ast.unparse(function)
    return "Refused" in named and "match" not in said and not looked


def test_what_is_to_be_raised_is_named():
    assert not [
        f"{one.place}: {ast.unparse(raises)}"
        for one in written()
        for raises, bound in _expected(one.node)
        if _vague(one.node, raises, bound)
    ]


def test_a_vague_expectation_is_seen():
    vague = "pytest.raises(Exception)", "pytest.raises((KeyError, Refused))"
    exact = "pytest.raises(Refused, match='state')", "pytest.raises(KeyError)"
    for said, wrong in [*((one, True) for one in vague), *((one, False) for one in exact)]:
        (function,) = ast.parse(f"def test():\n    with {said} as x:\n        do()").body
        assert isinstance(function, ast.FunctionDef)
        ((raises, bound),) = _expected(function)
        assert _vague(function, raises, bound) == wrong, said
