"""The questions of this release: read, checked whole, and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grievance.directory import facts
from grievance.questions import checks, sheets
from grievance.questions.journey import Bank
from grievance.sheets import Row, Sheet, SheetError, read

DATA = Path(__file__).parent / "data"
NO_QUESTIONS = ("pages.yaml", "families.yaml")


def load(folder: Path = DATA) -> Bank:
    """Read and check the questions in `folder`; `SheetError` names all that is wrong, by file and
    line."""
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name not in NO_QUESTIONS]
    texts = {path.name: read(path) for path in (*files, *(folder / one for one in NO_QUESTIONS))}
    told = texts["families.yaml"].top()
    families = tuple(map(sheets.family, told.rows("families")))
    known = facts.shipped().issues
    groups = {family.code: frozenset(family.issues) for family in families}
    groups["emergency"] = frozenset(name for name, i in known.items() if i.emergency_flag)
    tops = [texts[path.name].top() for path in files]
    asked = [(row, sheets.question(row, groups)) for top in tops for row in top.rows("questions")]
    ways = texts["pages.yaml"].top()
    pages = [(row, sheets.page(row, groups)) for row in ways.rows("pages")]
    by_id = {page.id: page for _row, page in pages}
    bank = Bank(
        {question.id: question for _row, question in asked},
        by_id,
        sheets.journeys(ways.row("journeys"), by_id),
        families,
    )
    for top in (told, ways, *tops):
        top.done()
    _end(list(texts.values()))
    found = [question for _row, question in asked]
    where = {f"page {page.id}": row for row, page in pages} | {"families": told}
    where |= {question.id: row for row, question in asked}
    _tell(checks.faults_of(bank, found, frozenset(known)), where)
    _end(list(texts.values()))
    return bank


def _tell(faults: list[checks.Wrong], where: dict[str, Row]) -> None:
    for about, what in faults:
        where[about].sheet.fault(where[about].path, f"{about}: {what}")


def _end(read_in: list[Sheet]) -> None:
    faults = [fault for sheet in read_in for fault in sheet.faults]
    if faults:
        raise SheetError(faults)


@cache
def shipped() -> Bank:
    """The questions that came with this release, read and checked once."""
    return load()
