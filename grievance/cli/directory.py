"""Commands about the directory and its rules. `routing` needs no database and no settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from grievance.cli.directory_group import directory
from grievance.clock import local_day, real_now
from grievance.deadlines.advising import advise
from grievance.directory.facts import Facts, shipped, translated
from grievance.i18n import BY_SLUG, gettext, speaking
from grievance.routing.explain import as_plain
from grievance.routing.profile import Profile, ProfileError, parse
from grievance.routing.rules import Rules, shipped_rules
from grievance.sheets import Fault, Sheet, SheetError, parsed, read

__all__ = ["directory", "routing"]

WANTING, BAD_FILE = 1, 2
JAPAN = "Asia/Tokyo"
EXPECTATIONS = ("first", "order", "include", "exclude", "warnings_contain")


@click.group()
def routing() -> None:
    """Ask which doors the rules name, and check the rules against scenarios."""


@routing.command()
@click.argument("file")
@click.option("--lang", default="en", type=click.Choice(sorted(BY_SLUG)), show_default=True)
def explain(file: str, lang: str) -> None:
    """Print the doors for the profile in FILE (YAML or JSON, - is stdin) and why, as JSON."""
    sheet = open_sheet(file)
    facts, rules = _shipped()
    profile = _profile(sheet, (), sheet.value, facts, rules)
    result = advise(profile, rules, facts, local_day(real_now(), JAPAN))
    texts = translated(lang)
    with speaking(lang):
        answer = as_plain(
            result,
            gettext,
            lambda name, text: texts.get(f"mechanism:{name}:cannot_do", text),
        )
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@routing.command()
@click.argument("file")
def check(file: str) -> None:
    """Compare the scenarios in FILE with what the rules say; exit 1 when any differs."""
    sheet = open_sheet(file)
    facts, rules = _shipped()
    scenarios = list(sheet.top().rows("scenarios"))
    if sheet.faults or not scenarios:
        refuse(sheet.faults or [Fault(sheet.name, 1, "no scenarios")])
    lines, good = [], 0
    for row in scenarios:
        name = str(row.get("id"))
        profile = _profile(sheet, (*row.path, "profile"), row.get("profile"), facts, rules)
        wanted = {key: row.row("expect").codes(key) for key in EXPECTATIONS}
        if sheet.faults:
            refuse(sheet.faults)
        fault = _differs(profile, wanted, facts, rules)
        good += fault is None
        lines.append(f"{name} ok" if fault is None else f"{name} FAIL {fault}")
    click.echo("\n".join([*lines, f"{good}/{len(scenarios)}"]))
    if good < len(scenarios):
        raise click.exceptions.Exit(WANTING)


def _differs(
    profile: Profile, wanted: dict[str, tuple[str, ...]], facts: Facts, rules: Rules
) -> str | None:
    """The first expectation that does not hold, in words; None when all hold."""
    result = advise(profile, rules, facts, facts.checked)
    got = [door.mechanism for door in result.doors]
    codes = [note.code for note in result.warnings]
    first = tuple(got[: len(wanted["first"])])
    rest = iter(got)
    holds = {
        "first": first == wanted["first"],
        "order": all(name in rest for name in wanted["order"]),
        "include": set(wanted["include"]) <= set(got),
        "exclude": not set(wanted["exclude"]) & set(got),
        "warnings_contain": set(wanted["warnings_contain"]) <= set(codes),
    }
    for key, held in holds.items():
        if not held:
            seen = first if key == "first" else codes if key == "warnings_contain" else got
            return f"{key}: expected {' > '.join(wanted[key])} got {' > '.join(seen)}"
    return None


def open_sheet(file: str) -> Sheet:
    """The sheet in FILE, or the end of the command when it cannot be read."""
    try:
        if file == "-":
            return parsed("stdin", sys.stdin.buffer.read())
        return read(Path(file), file)
    except SheetError as error:
        refuse(error.faults)


def _profile(
    sheet: Sheet, path: tuple[str | int, ...], given: Any, facts: Facts, rules: Rules
) -> Profile:
    try:
        return parse(given, tuple(facts.issues), rules.limitation_codes)
    except ProfileError as error:
        where = (*path, *error.field.split("."))
        refuse([Fault(sheet.name, sheet.line(where), str(error))])


def _shipped() -> tuple[Facts, Rules]:
    try:
        return shipped(), shipped_rules()
    except SheetError as error:
        refuse(error.faults)


def refuse(faults: list[Fault]) -> NoReturn:
    """End with what is wrong on stderr, one fault a line."""
    for fault in faults:
        click.echo(str(fault), err=True)
    raise click.exceptions.Exit(BAD_FILE)
