"""The rooms stand in one order, and nothing imports to the right or knows what it must not."""

from __future__ import annotations

import ast

import pytest

from tests.guard.source import ROOT, Module, functions, is_view, length, modules

ORDER = (
    "shipped", "settings", "clock", "extensions", "model", "i18n", "storage", "vault", "web",
    "notifications", "accounts", "directory", "questions", "routing", "deadlines", "referrals",
    "cases", "SURFACES", "jobs", "demo", "tables", "app", "cli",
)  # fmt: skip
SURFACES = ("portal", "intake", "desk", "partners", "console", "reports")
RANK = {room: place for place, room in enumerate(ORDER)} | {
    surface: ORDER.index("SURFACES") for surface in SURFACES
}
ALONE = "embedded"  # imports nothing of ours; only the cli and tests import it
LONG_TABLES = {"cases.models": 500, "accounts.models": 500, "directory.models": 500}
PURE = ("operations", "queries", "states", "models")
EVERY = [pytest.param(module, id=module.name or "grievance") for module in modules()]


def _is_pure(module: Module) -> bool:
    return any(part in PURE for part in module.name.split("."))


@pytest.mark.parametrize("module", EVERY)
def test_nothing_imports_to_the_right(module: Module) -> None:
    for target, _inside in module.imports():
        room = target.split(".", 1)[0]
        if module.room == ALONE:
            assert room == ALONE, f"{module.place} imports {target}"
            continue
        if room == ALONE:
            assert module.room == "cli", f"{module.place} imports {target}"
            continue
        if not module.name or room == module.room:
            continue
        assert RANK[room] < RANK[module.room], f"{module.place} imports {target}"


@pytest.mark.parametrize("module", EVERY)
def test_own_modules_are_imported_at_the_top(module: Module) -> None:
    late = [target for target, inside in module.imports() if inside]
    assert not late, f"{module.place} imports inside a function: {late}"


def test_the_only_modules_named_at_run_time_are_the_lists() -> None:
    users = {m.name for m in modules() if "import_module(" in m.text}
    assert users <= {"app", "tables", "cases.cleaner"}


@pytest.mark.parametrize("module", [m for m in EVERY if _is_pure(m.values[0])])
def test_rules_know_no_request_and_never_commit(module: Module) -> None:
    assert not module.outside() & {"flask", "flask_login", "wtforms"}, module.place
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            pytest.fail(f"{module.place}:{node.lineno} commits")


def test_the_vault_knows_neither_web_nor_database() -> None:
    for module in modules():
        if module.room == "vault":
            assert not module.outside() & {"flask", "sqlalchemy"}, module.place


@pytest.mark.parametrize("module", EVERY)
def test_files_and_functions_keep_the_budget(module: Module) -> None:
    lines = sum(1 for line in module.text.splitlines() if line.strip())
    assert lines <= LONG_TABLES.get(module.name, 300), f"{module.place}: {lines} lines"
    for function in functions(module):
        limit = 20 if is_view(function) else 40
        assert length(function) <= limit, (
            f"{module.place}:{function.lineno} {function.name}: {length(function)} lines"
        )


@pytest.mark.parametrize("module", EVERY)
def test_every_module_and_public_function_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree), f"{module.place} has no docstring"
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{module.place}:{node.lineno} {node.name}"


def test_no_promises_in_the_source() -> None:
    mark = "TO" + "DO"
    found = [m.place for m in modules() if mark in m.text or "FIX" + "ME" in m.text]
    assert not found


def test_tests_use_few_stand_ins() -> None:
    tests = stand_ins = 0
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            tests += isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            stand_ins += isinstance(node, ast.Attribute) and node.attr in ("setattr", "patch")
    assert stand_ins <= tests * 0.1, f"{stand_ins} stand-ins in {tests} tests"


def test_the_top_of_the_checkout_holds_only_what_it_should() -> None:
    known = {
        "grievance", "translations", "migrations", "templates", "tests", "wsgi.py", "setup.cfg",
        "README.md", ".gitignore", "pyproject.toml", "Makefile", ".ci", "bench", "deploy", "docs",
        "requirements.txt", "publiccode.yml", "CHANGELOG.md", "LICENSE", "SECURITY.md",
        "Dockerfile", "compose.yaml", ".dockerignore",
        ".github", ".git", ".venv", ".tools",
        "var", ".mypy_cache", ".ruff_cache", ".hypothesis", "grievance.egg-info", "build",
        "__pycache__", ".pytest_cache",
    }  # fmt: skip
    assert {path.name for path in ROOT.iterdir()} <= known
