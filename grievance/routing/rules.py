"""The decision tables as data: read once, checked against the facts, named by a version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from grievance.directory.facts import Facts, shipped
from grievance.questions.places import country_codes
from grievance.routing.profile import BANKS, LOCATIONS
from grievance.sheets import Row, SheetError, read

FILE = Path(__file__).parent / "data" / "rules.yaml"
FAMILIES = (
    "wages", "hours", "safety", "leave", "dismissal", "contract", "support", "women",
    "home_second", "home_appended", "company_desk", "safety_floor", "maybe_intern", "interns_only",
    "not_about_work", "prefecture_office",
)  # fmt: skip
# The reasons a step gives; rules.yaml names the law behind each.
STEPS = (
    "intern-body", "skilled-worker-body", "goal-money", "employer-bankrupt", "goal-stop",
    "goal-change-employer", "goal-information", "supplier", "home-authority", "company-desk",
    "away", "woman", "without-status", "danger", "child", "country-nhri", "further-issue",
    "general-help", "safety-first", "maybe-intern", "own-country-abroad", "multinational",
    "seafarer", "prefecture-office", "confederation", "dispatched", "limit-ends",
)  # fmt: skip

# Where something has to be filed before a limit of the law ends.
FILE_AT = (
    "court", "lawsuit", "lsio", "insurance-examiner", "appeal-committee",
    "labour-relations-commission", "johas", "pension-service", "immigration", "addressee",
    "hello-work", "labour-bureau", "none",
)  # fmt: skip

Doors = tuple[str, ...]


class RulesError(SheetError):
    """The rules cannot be used; `faults` lists everything wrong in them."""


@dataclass(frozen=True)
class Rules:
    """One rule set. `version` changes with every change of its content."""

    version: str
    checked: date
    date_switches: Mapping[str, str]
    base: Mapping[str, Mapping[str, Doors]]  # by location, then issue
    fallback: Mapping[str, Doors]
    basis: Mapping[str, str]
    enforces: Mapping[str, tuple[str, ...]]  # body -> laws, as `basis` writes them
    intern_bodies: Doors
    intern_body_first: tuple[str, ...]
    intern_body_second: tuple[str, ...]
    families: Mapping[str, tuple[str, ...]]
    home_authority: Mapping[str, str]
    nhri: Mapping[str, str]
    never_automatic: Doors
    ncp_countries: tuple[str, ...]
    immigration_risk: tuple[str, ...]
    safe_without_status: Doors
    finance: Mapping[str, str]
    limitation_codes: tuple[str, ...]
    takes: Mapping[str, Doors]  # by where it has to be filed: the bodies that take it
    steps: Mapping[str, str]
    equals: Mapping[str, Doors]  # bodies that do the same, or lead there, by telephone

    def doors(self, location: str, issue: str) -> Doors:
        """The base list of an issue when the work, or the worker, is at this location."""
        table = self.base[location]
        return table.get(issue) or table["default"]


def load_rules(facts: Facts, file: Path | None = None) -> Rules:
    """Read the rule set in `file` (the shipped one without it) and check it against the facts.

    Raises `RulesError` naming every unknown issue, body, country or code, and every issue that
    would have no list.
    """
    try:
        sheet = read(file or FILE)
    except SheetError as error:
        raise RulesError(error.faults) from None
    top = sheet.top()
    issues, doors = tuple(facts.issues), tuple(facts.mechanisms)
    rules = Rules(
        version="",
        checked=top.day("checked") or facts.checked,
        date_switches=top.texts("date_switches"),
        base={place: _table(top.row(place), issues, doors) for place in LOCATIONS},
        fallback=_lists(top.row("fallback"), LOCATIONS, doors),
        basis=top.texts("basis", issues),
        enforces=_by_name(top.row("enforces"), doors),
        intern_bodies=top.codes("intern_bodies", doors),
        intern_body_first=top.codes("intern_body_first", issues),
        intern_body_second=top.codes("intern_body_second", issues),
        families=_lists(top.row("families"), FAMILIES, issues),
        home_authority=_by_country(top, "home_authority", doors),
        nhri=_by_country(top, "nhri", doors),
        never_automatic=top.codes("never_automatic", doors),
        ncp_countries=top.codes("ncp_countries", country_codes()),
        immigration_risk=top.codes("immigration_risk"),
        safe_without_status=top.codes("safe_without_status", doors),
        finance=_pairs(top, "finance", BANKS, doors),
        limitation_codes=top.codes("limitation_codes"),
        takes=_by_name(top.row("takes"), FILE_AT, doors),
        steps=top.texts("steps", STEPS),
        equals=_by_name(top.row("equals"), doors, doors),
    )
    for issue in issues:
        if issue not in rules.basis:
            top.fault("basis", f"basis: {issue} is missing")
    top.done()
    if sheet.faults:
        raise RulesError(sheet.faults)
    digest = hashlib.sha256(sheet.text.encode()).hexdigest()[:12]
    return Rules(**{**vars(rules), "version": f"{rules.checked.isoformat()}-{digest}"})


@cache
def shipped_rules() -> Rules:
    """The rule set that came with this release, read once."""
    return load_rules(shipped())


def _lists(row: Row, names: tuple[str, ...], known: tuple[str, ...]) -> dict[str, Doors]:
    found = {name: row.codes(name, known) for name in names}
    for name, items in found.items():
        if not items:
            row.fault(name, f"{name}: is empty")
    row.done()
    return found


def _table(row: Row, issues: tuple[str, ...], doors: tuple[str, ...]) -> dict[str, Doors]:
    found = {name: row.codes(name, doors) for name in ("default", *issues) if name in row.value}
    if "default" not in found:
        for issue in issues:
            if not found.get(issue):
                row.fault(issue, f"no list for {issue}")
    row.done()
    return found


def _by_name(row: Row, names: Doors, known: Doors | None = None) -> dict[str, tuple[str, ...]]:
    found = {name: row.codes(name, known) for name in names if name in row.value}
    row.done()
    return found


def _pairs(
    top: Row, key: str, names: tuple[str, ...] | frozenset[str], doors: tuple[str, ...]
) -> Mapping[str, str]:
    found = top.texts(key, names)
    for name, door in found.items():
        if door not in doors:
            top.fault(key, f"{key}: {name}: unknown id {door!r}")
    return found


def _by_country(top: Row, key: str, doors: tuple[str, ...]) -> Mapping[str, str]:
    return _pairs(top, key, country_codes(), doors)
