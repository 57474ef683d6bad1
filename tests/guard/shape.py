"""The shape of the verbs in numbers, read from the source: `make shape` prints them."""

from __future__ import annotations

import ast
from collections import Counter

from grievance.cases.states import TABLE
from grievance.desk.verbs import DESK
from tests.guard.source import Module, arguments, functions, modules

CONTEXT = ("session", "site", "opened", "actor", "now", "version")
OPERATIONS = "grievance.cases.operations."


def verb_functions() -> list[tuple[Module, ast.FunctionDef]]:
    """The public functions that do a verb of a case: they ask the table whether they may."""
    return [
        (module, node)
        for module in modules()
        if module.name.startswith("cases.operations.")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _checks(node)
    ]


def _checks(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "check"
        and isinstance(node.func.value, ast.Name)
        for node in ast.walk(function)
    )


def shape(function: ast.FunctionDef) -> str:
    """`act` or `act, value` for a verb that is called like the others, else what it takes."""
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    plain = not (given.kwonlyargs or given.vararg or given.kwarg or given.defaults)
    if plain and names[:1] == ["act"] and len(names) <= 2:
        return "act" if len(names) == 1 else "act, value"
    return ast.unparse(given)


def over_five() -> list[str]:
    """Functions of the product with more than five arguments."""
    return [
        f"{module.place}:{function.lineno} {function.name}"
        for module in modules()
        for function in functions(module)
        if arguments(function) > 5
    ]


def refusals() -> list[str]:
    """Classes that say that the rules do not allow an act."""
    return [
        f"{module.place}:{node.lineno} {node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Refused") and node.bases
    ]


def adapters() -> list[str]:
    """Rows of the desk that call something else than the verb itself."""
    return [
        f"{verb}: {row.do.__module__}"
        for verb, row in DESK.items()
        if row.do is not None and not row.do.__module__.startswith(OPERATIONS)
    ]


def context_words() -> int:
    """How often one of the six words of a context stands among the arguments of a function."""
    return sum(
        one.arg in CONTEXT
        for module in modules()
        for function in functions(module)
        for one in (*function.args.args, *function.args.kwonlyargs)
    )


def measured() -> dict[str, int]:
    """Each number under its name. `verb(act)` and `verb(act, value)` are one shape."""
    shapes = Counter(shape(function) for _module, function in verb_functions())
    one = {"act", "act, value"}
    return {
        "verbs in the table": len(TABLE),
        "functions that do a verb": shapes.total(),
        "signature shapes": len(set(shapes) - one) + bool(one & set(shapes)),
        "functions over five arguments": len(over_five()),
        "classes of refusals": len(refusals()),
        "adapters between a desk row and a verb": len(adapters()),
        "context words among arguments": context_words(),
    }


if __name__ == "__main__":
    for name, number in measured().items():
        print(f"{number:6} {name}")  # noqa: T201
