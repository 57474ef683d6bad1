"""The docs say what the source says."""

from __future__ import annotations

import re

from grievance import tables
from grievance.cases.diagram import mermaid
from grievance.cases.states import TABLE
from grievance.jobs import JOBS
from tests.guard.source import PACKAGE, ROOT
from tests.guard.test_order import ORDER, SURFACES

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WORKFLOW = (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")
SECONDS = {"s": 1, "min": 60}


def _first_cells(text: str, head: str) -> list[str]:
    """What stands between backticks in the first column of the table with this head."""
    table = text.split(f"\n{head}\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [name for row in table for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


def test_the_diagram_is_that_of_the_state_table() -> None:
    drawn = re.search(r"```mermaid\n(stateDiagram.*?)\n```", WORKFLOW, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == mermaid(), "run `python -m grievance.cases.diagram` and paste it"


def test_every_verb_is_explained_once_and_no_other() -> None:
    told = _first_cells(WORKFLOW, "| verb | in states | leads to | who | refused unless |")
    assert sorted(told) == sorted(verb.value for verb in TABLE)


def test_the_rooms_stand_in_the_order_that_is_tested() -> None:
    line = ARCHITECTURE.split("    shipped →", 1)[1].split("\n\n", 1)[0]
    rooms = re.findall(r"[a-z0-9_]+", "shipped →" + line)
    built = [room for room in SURFACES if (PACKAGE / room).is_dir()]
    place = ORDER.index("SURFACES")
    assert rooms == [*ORDER[:place], *built, *ORDER[place + 1 :]]


def test_every_room_is_described_and_no_other() -> None:
    told = {
        name.rstrip("/").removesuffix(".py")
        for name in _first_cells(ARCHITECTURE, "| room | holds |")
    }
    there = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith(("_", "py."))}
    assert told == there


def test_every_job_is_told_with_its_time() -> None:
    table = ARCHITECTURE.split("| job | every | does |", 1)[1].split("\n\n", 1)[0]
    told = re.findall(r"^\| `(\w+)` \| (\d+) (s|min) \|", table, re.MULTILINE)
    assert sorted((name, int(n) * SECONDS[unit]) for name, n, unit in told) == sorted(
        (job.name, job.every) for job in JOBS
    )


def test_every_table_is_named_and_no_other() -> None:
    text = ARCHITECTURE.split("| room | tables |", 1)[1].split("\n\n", 1)[0]
    assert sorted(re.findall(r"`(\w+)`", text)) == sorted(tables.METADATA.tables)


def test_every_command_is_told_and_no_other() -> None:
    told = _first_cells(ARCHITECTURE, "| command | does |")
    names = {line.removeprefix("flask ").split()[0] for line in told if line.startswith("flask ")}
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    block = setup.split("flask.commands =\n", 1)[1].split("\n\n", 1)[0]
    assert names == set(re.findall(r"^ +(\w+) =", block, re.MULTILINE))


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
