"""A closed list is written once; a table that is keyed by one says whether it holds all of it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import EnumMeta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from grievance.model import complete, some_of
from tests.guard.source import Module, modules

FEW = 3  # of fewer words than this two lists may be alike by chance
SAID = ("complete", "some_of")
# Words that happen to be among those of a list that is about something else.
CHANCE = {
    "intake.drafting TIP": "answers of a tip, by question",
    "portal.answers _ALARM": "answers that raise the alarm, by question",
}


@dataclass(frozen=True)
class Listed:
    """A table or list at the top of a module: its place, what it was written as, its words."""

    name: str
    written: ast.expr
    words: frozenset[str]


def _assigned(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _loaded(module: Module) -> ModuleType:
    return import_module(f"grievance.{module.name}" if module.name else "grievance")


def _words(found: Any) -> frozenset[str]:
    """The words of a table's keys, a list or an enumeration; none where it holds something else."""
    if not isinstance(found, dict | tuple | list | set | frozenset | EnumMeta):
        return frozenset()
    words = [*found]
    return frozenset(words) if all(isinstance(one, str) for one in words) else frozenset()


@cache
def _listed() -> list[Listed]:
    """What is spelt out at the top of a module; what is computed from another one is not."""
    found = []
    for module in modules():
        if module.room == "embedded" or module.name == "files.cleaner":
            continue
        loaded = _loaded(module)
        for name, written in _assigned(module):
            words = _words(getattr(loaded, name, None))
            if len(words) >= FEW and not name.startswith("__"):
                found.append(Listed(f"{module.name} {name}", written, words))
    return found


def _is_table(written: ast.expr) -> bool:
    """A table that is spelt out, wholly or with more rows added."""
    if isinstance(written, ast.BinOp):
        return _is_table(written.left)
    return isinstance(written, ast.Dict)


def _tables() -> list[Listed]:
    return [one for one in _listed() if _is_table(one.written)]


def _made_of(written: ast.expr) -> set[str]:
    """The names of what a list is computed from."""
    return {one.id for one in ast.walk(written) if isinstance(one, ast.Name)} | {
        one.attr for one in ast.walk(written) if isinstance(one, ast.Attribute)
    }


@cache
def _said() -> dict[str, set[str]]:
    """The tables that `complete` and `some_of` were asked about, and the lists that they name."""
    asked: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for node in module.tree.body:
            call = node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call) and ast.unparse(call.func) in SAID:
                table, codes = (ast.unparse(one) for one in call.args)
                asked[f"{module.name} {table}"].add(codes.rsplit(".", 1)[-1])
    return asked


def _enumerations() -> Iterator[frozenset[str]]:
    for module in modules():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and module.room != "embedded":
                kind = getattr(_loaded(module), node.name)
                if isinstance(kind, EnumMeta):
                    yield _words(kind)


def test_a_table_keyed_by_a_closed_list_says_so():
    lists = [one for one in _listed() if not _is_table(one.written)]
    kinds = [*_enumerations()]
    silent = [
        table.name
        for table in _tables()
        if table.name not in _said()
        and (
            any(table.words <= words for words in kinds)
            or any(
                table.words <= one.words and table.name.split()[1] not in _made_of(one.written)
                for one in lists
            )
        )
    ]
    assert set(silent) == set(CHANCE)


def test_of_tables_with_the_same_keys_one_is_the_list():
    alike = defaultdict(list)
    for table in _tables():
        alike[table.words].append(table.name)
    named = set().union(*_said().values())
    assert not [
        names
        for names in alike.values()
        if len([one for one in names if one not in _said() and one.split()[1] not in named]) > 1
        or (len(names) > 1 and not any(one in _said() for one in names))
    ]


def _is_list(written: ast.expr) -> bool:
    return not _is_table(written) and not _made_of(written) - {"frozenset", "tuple"}


def test_no_list_is_written_twice():
    alike = defaultdict(list)
    for one in _listed():
        if _is_list(one.written):
            alike[one.words].append(one.name)
    assert not [names for names in alike.values() if len(names) > 1]


def _spelt(node: ast.AST) -> frozenset[str]:
    """The words between commas of Python or, in a text, of SQL."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return frozenset(getattr(one, "value", "") for one in node.elts)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        listed = re.search(r"\b(?:in|IN) \(('[^)]*')\)", node.value)
        return frozenset(re.findall(r"'([^']*)'", listed[1])) if listed else frozenset()
    return frozenset()


def test_what_has_a_name_is_not_spelt_out_again():
    named = {one.words: one for one in _listed() if _is_list(one.written)}
    tops = {id(node) for one in named.values() for node in ast.walk(one.written)}
    assert not [
        f"{module.place}:{node.lineno} is {named[words].name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if id(node) not in tops and (words := _spelt(node)) in named
    ]


def test_a_table_that_lacks_a_code_or_has_one_too_many_does_not_start():
    complete({"a": 1, "b": 2}, ("b", "a"))
    some_of({"a": 1}, ("b", "a"))
    for check, codes, said in (
        (complete, "a", "['b']"),
        (complete, "abc", "['c']"),
        (some_of, "c", "['c']"),
        (some_of, "ab", "complete"),
    ):
        with pytest.raises(ValueError, match=re.escape(said)):
            check(dict.fromkeys(codes), ("a", "b"))
    some_of({"a": 1}, ("a", "b"), without=("b",))
    with pytest.raises(ValueError, match=re.escape("['c']")):
        some_of({"a": 1}, ("a", "b", "c"), without=("b",))
