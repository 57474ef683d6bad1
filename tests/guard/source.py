"""The source of the product as trees, for the checks that read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "grievance"


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str  # dotted, without `grievance.`
    path: Path
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room the file stands in."""
        return self.name.split(".", 1)[0]

    @property
    def place(self) -> str:
        """For messages."""
        return str(self.path.relative_to(ROOT))

    def imports(self) -> Iterator[tuple[str, bool]]:
        """(dotted name within the package, whether inside a function) of own imports."""
        inside = {
            node
            for function in ast.walk(self.tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
        }
        for node in ast.walk(self.tree):
            for name in _names(node, self):
                if name.startswith("grievance."):
                    yield name.removeprefix("grievance."), node in inside

    def outside(self) -> set[str]:
        """First part of every module imported from elsewhere."""
        found = set()
        for node in ast.walk(self.tree):
            for name in _names(node, self):
                found.add(name.split(".", 1)[0])
        return found - {"grievance"}


def _names(node: ast.AST, module: Module) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.level:
            parts = ("grievance", *module.name.split("."))
            is_package = module.path.name == "__init__.py"
            base = parts[: len(parts) - node.level + (1 if is_package else 0)]
            prefix = ".".join((*base, node.module)) if node.module else ".".join(base)
            return [prefix] if node.module else [f"{prefix}.{a.name}" for a in node.names]
        if node.module == "grievance":
            return [f"grievance.{alias.name}" for alias in node.names]
        return [node.module or ""]
    return []


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found.append(Module(name, path, text, ast.parse(text)))
    return tuple(found)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Arguments of a function apart from `self` and `cls`; `*` and `**` are one each."""
    given = function.args
    named = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    open_ended = [one for one in (given.vararg, given.kwarg) if one]
    return len(named) + len(open_ended) - (named[:1] in (["self"], ["cls"]))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Lines of a function or class, its first and its docstring left out."""
    body = function.body
    documented = (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    )
    first = body[1] if documented and len(body) > 1 else body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def is_view(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a route leads to this function."""
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(call, ast.Attribute) and call.attr in ("route", "get", "post"):
            return True
    return False
