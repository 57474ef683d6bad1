"""The docs say what the source says."""

from __future__ import annotations

import re

from grievance.cases.diagram import mermaid
from grievance.cases.states import TABLE
from tests.guard.source import ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_diagram_is_that_of_the_state_table() -> None:
    drawn = re.search(r"```mermaid\n(stateDiagram.*?)\n```", ARCHITECTURE, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == mermaid(), "run `python -m grievance.cases.diagram` and paste it"


def test_every_verb_is_explained() -> None:
    for verb in TABLE:
        assert f"`{verb.value}`" in ARCHITECTURE, verb.value


def test_every_page_that_the_readme_names_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"\]\(((?:docs/|CHANGELOG|LICENSE)[^)]*)\)", readme):
        assert (ROOT / path).exists(), path


def test_each_promise_names_tests_that_are_there_and_every_hostile_one_is_named() -> None:
    threats = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"tests/[a-z_/]+\.py", threats))
    assert {path for path in named if not (ROOT / path).is_file()} == set()
    held = {str(p.relative_to(ROOT)) for p in (ROOT / "tests" / "hostile").glob("test_*.py")}
    held |= {f"tests/vault/test_vault_{name}.py" for name in ("turns", "shares")}
    held |= {"tests/backup/test_backup_recalls.py", "tests/cases/test_cases_recleaning.py"}
    assert held - named == set()
