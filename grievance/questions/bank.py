"""The questions of this release: read, checked whole, and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grievance.directory import facts
from grievance.questions import checks, sheets
from grievance.questions.journey import Bank

DATA = Path(__file__).parent / "data"
NO_QUESTIONS = ("pages.yaml", "families.yaml")


def load(folder: Path = DATA) -> Bank:
    """Read and check the questions in `folder`; raises `BankError` naming all that is wrong."""
    families = sheets.families(folder / "families.yaml")
    known = facts.shipped().issues
    groups = {family.code: frozenset(family.issues) for family in families}
    groups["emergency"] = frozenset(name for name, i in known.items() if i.emergency_flag)
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name not in NO_QUESTIONS]
    found = [question for path in files for question in sheets.questions(path, groups)]
    bank = Bank(
        {question.id: question for question in found},
        {page.id: page for page in sheets.pages(folder / "pages.yaml", groups)},
        sheets.journeys(folder / "pages.yaml"),
        families,
    )
    faults = checks.faults_of(bank, found, frozenset(known))
    if faults:
        raise sheets.BankError(faults)
    return bank


@cache
def shipped() -> Bank:
    """The questions that came with this release, read and checked once."""
    return load()
