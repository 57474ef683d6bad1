"""The rooms stand in one order, and nothing imports to the right or knows what it must not."""

from __future__ import annotations

import ast
import re

from tests.guard.source import ROOT, Module, arguments, functions, is_view, length, modules

ORDER = (
    "shipped", "sheets", "settings", "clock", "extensions", "model", "i18n", "refusals",
    "storage", "vault",
    "files", "web", "notifications", "accounts", "directory", "questions", "routing", "deadlines",
    "referrals", "cases", "papers", "SURFACES", "jobs", "demo", "tables", "app", "cli", "backup",
)  # fmt: skip
SURFACES = (
    "portal", "intake", "desk", "interpreting", "partners", "partner_desk", "console", "reports",
)  # fmt: skip
RANK = {room: place for place, room in enumerate(ORDER)} | {
    surface: ORDER.index("SURFACES") for surface in SURFACES
}
ALONE = "embedded"  # imports nothing of ours; only commands and tests import it
COMMANDS = ("cli", "backup")
TABLES = ("cases.states", "desk.case_verbs", "cases.models", "accounts.models", "directory.models")
LONG_TABLES = dict.fromkeys(TABLES, 500)
BY_HAND = re.compile(r"# fmt: (?:skip|off)")
PURE = ("operations", "queries", "states", "models", "act", "guards", "lifecycle")


def _is_pure(module: Module) -> bool:
    return any(part in PURE for part in module.name.split("."))


def _may_import(module: Module, target: str) -> bool:
    room = target.split(".", 1)[0]
    if ALONE in (module.room, room):
        return room == module.room or module.room in COMMANDS
    return not module.name or room == module.room or RANK[room] < RANK[module.room]


def test_nothing_imports_to_the_right() -> None:
    assert not [
        f"{module.place} imports {target}"
        for module in modules()
        for target, _inside in module.imports()
        if not _may_import(module, target)
    ]


def test_own_modules_are_imported_at_the_top() -> None:
    assert not [
        f"{module.place} imports {target} inside a function"
        for module in modules()
        for target, inside in module.imports()
        if inside
    ]


def test_the_only_modules_named_at_run_time_are_the_lists() -> None:
    users = {m.name for m in modules() if "import_module(" in m.text}
    assert users <= {"app", "tables", "files.cleaner"}


def test_what_enters_a_packet_is_decided_in_one_place() -> None:
    """Whoever drafts a document, or picks the copies that go with it, decides what goes out."""
    deciding = ("draft", "Drafting", "drafting", "FlatFile")
    found = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("grievance.referrals")
        if any(one.name in deciding for one in node.names)
    }
    assert found == {"cases.packets", "cases.operations.referring"}


def test_rules_know_no_request_and_never_commit() -> None:
    pure = [module for module in modules() if _is_pure(module)]
    assert not [m.place for m in pure if m.outside() & {"flask", "flask_login", "wtforms"}]
    assert not [
        f"{module.place}:{node.lineno} commits"
        for module in pure
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]


def test_the_vault_knows_neither_web_nor_database() -> None:
    for module in modules():
        if module.room == "vault":
            assert not module.outside() & {"flask", "sqlalchemy"}, module.place


def test_files_keep_the_budget() -> None:
    lines = {
        module.name: sum(1 for line in module.text.splitlines() if line.strip())
        for module in modules()
    }
    assert not {name: n for name, n in lines.items() if n > LONG_TABLES.get(name, 300)}


def test_modules_are_called_by_what_they_hold() -> None:
    """Nobody from outside knows what these hold; `referral` is the one word for handing over."""
    vague = {"standing", "belonging", "hearing", "again", "arrivals", "told", "voices", "packeting"}
    last = [module.name.rpartition(".")[2] for module in modules()]
    assert not vague & set(last)
    assert not [name for name in last if re.match("hand(ing|ed|over)", name)]


def test_functions_keep_the_budget() -> None:
    assert not [
        f"{module.place}:{function.lineno} {function.name}: {length(function)} lines"
        for module in modules()
        for function in functions(module)
        if length(function) > (20 if is_view(function) else 40)
    ]


def test_functions_take_five_arguments_at_most() -> None:
    """More are parts of one thing that has a name: a frozen dataclass, like an act."""
    assert not [
        f"{module.place}:{function.lineno} {function.name}: {arguments(function)} arguments"
        for module in modules()
        for function in functions(module)
        if arguments(function) > 5
    ]


def test_lines_of_templates_keep_the_budget() -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{number} {len(line)} characters"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 160
    ]


def test_only_tables_are_laid_out_by_hand() -> None:
    """`fmt: skip` keeps the columns of a table of a module; elsewhere the formatter rules."""
    found = []
    for folder in ("grievance", "tests", "bench", "migrations"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            tables = {
                line
                for node in ast.parse(text).body
                if isinstance(node, ast.Assign | ast.AnnAssign)
                for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
            }
            found += [
                f"{path.relative_to(ROOT)}:{number}"
                for number, line in enumerate(text.splitlines(), 1)
                if BY_HAND.search(line) and number not in tables
            ]
    assert not found


def test_classes_keep_the_budget() -> None:
    assert not [
        f"{module.place}:{node.lineno} {node.name}: {length(node)} lines"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and length(node) > 150
    ]


def test_every_module_and_public_function_says_what_it_is_for() -> None:
    public = [
        (module, node)
        for module in modules()
        for node in (module.tree, *module.tree.body)
        if isinstance(node, ast.Module)
        or (isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"))
    ]
    assert not [
        f"{module.place}: {getattr(node, 'name', 'the module')}"
        for module, node in public
        if not ast.get_docstring(node)
    ]


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
        "grievance",
        "translations",
        "migrations",
        "templates",
        "tests",
        "wsgi.py",
        "setup.cfg",
        "README.md",
        ".gitignore",
        "pyproject.toml",
        "Makefile",
        ".ci",
        "bench",
        "deploy",
        "docs",
        "requirements.txt",
        "publiccode.yml",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "SECURITY.md",
        "Dockerfile",
        "compose.yaml",
        ".dockerignore",
        ".github",
        ".git",
        ".venv",
        ".tools",
        "var",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        "grievance.egg-info",
        "build",
        "__pycache__",
        ".pytest_cache",
    }
    assert {path.name for path in ROOT.iterdir()} <= known
