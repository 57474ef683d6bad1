"""`flask directory`: load the facts of a release, check them, and export what is public."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import clock
from grievance.accounts import audit
from grievance.cli.places import environment, leave, or_leave
from grievance.deadlines import procedures
from grievance.deadlines.procedures import Procedures
from grievance.directory import export as exports
from grievance.directory import operations, queries
from grievance.directory.facts import DATA, Facts, load_facts
from grievance.directory.readiness import Asked, Readiness, readiness, usable
from grievance.i18n import BY_SLUG, LANGUAGES
from grievance.routing.explain import Result, rank
from grievance.routing.profile import FLAGS, GOALS, STATUSES, parse
from grievance.routing.rules import Rules, shipped_rules
from grievance.routing.situation import Situation
from grievance.settings import CommandSettings, read
from grievance.sheets import Fault, SheetError
from grievance.vault.keyring import KeyRing

WANTING, BAD_FILE = 1, 2
NEWER = ("multinational", "dispatched")
# Each is put beside every issue; the readiness figure counts the first doors of all of them.
CIRCUMSTANCES: tuple[Mapping[str, object], ...] = (
    {},
    {"location": "abroad"},
    {"location": "returned"},
    *({"status": status} for status in STATUSES),
    *({"goal": goal} for goal in GOALS),
    *({flag: True} for flag in FLAGS if flag not in NEWER),
)
# What people are asked since; the old figure stays comparable without it.
FURTHER: tuple[Mapping[str, object], ...] = (
    *({flag: True} for flag in NEWER),
    *({"sector": sector} for sector in ("shipping", "fishing", "domestic")),
)
folder = click.argument(
    "folder", default=DATA, type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.group()
def directory() -> None:
    """The bodies that can help: load, check, export."""


@directory.command("load")
@folder
def load(folder: Path) -> None:
    """Take over the facts in FOLDER (the shipped ones without it); local edits stay."""
    facts, rules = _read(folder), _rules()
    with _session("cli:directory-load") as session:
        now = clock.now()
        counts: dict[str, dict[str, int]] = operations.load(
            session, facts, now, "cli:directory-load"
        )
        digest = rules.version.rpartition("-")[2]
        counts["rules"] = operations.note_rules(session, rules.version, digest, now)
        session.commit()
    click.echo(json.dumps(counts))


@directory.command("check")
@folder
def check(folder: Path) -> None:
    """Print what is wrong with the facts and the procedures, how often a first door cannot be
    reached, and how often it can be used in the language of the person, with the ten bodies that
    would raise that most.

    Needs no database. Exit 1 when anything is wrong.
    """
    try:
        facts = _facts(folder)
        known = procedures.load(procedures.FILE, facts)
    except SheetError as error:
        click.echo("\n".join([*map(str, error.faults), f"faults {len(error.faults)}"]))
        raise click.exceptions.Exit(WANTING) from None
    rules = _rules()
    figure = _readiness(facts, rules)
    real = usable(_asked(facts, rules), [one.slug for one in LANGUAGES if one.slug != "ja-easy"])
    for body in facts.mechanisms.values():
        for name in body.review:
            click.echo(f"review {body.id}: {name} is not a day")
    click.echo("faults 0")
    click.echo(_told(known, facts))
    for name, count in real.missing:
        click.echo(f"would raise usable: {name} by {round(count / real.places, 4)}")
    click.echo(f"usable {real.share} ({real.usable} of {real.places} first doors by language)")
    click.echo(f"readiness {figure.share} ({figure.without} of {figure.places} first doors)")


@directory.command("export")
@click.option("--format", "form", required=True, type=click.Choice(["hsds", "csv"]))
@click.option("--lang", default="en", type=click.Choice(sorted(BY_SLUG)), show_default=True)
def export(form: str, lang: str) -> None:
    """Print the directory as it is shown: HSDS 3 as JSON, or CSV."""
    with _session("cli:directory-export") as session:
        book = queries.book(session)
    language = BY_SLUG[lang]
    if form == "csv":
        click.echo(exports.table(book, language), nl=False)
    else:
        click.echo(json.dumps(exports.hsds(book, language), ensure_ascii=False, indent=2))


def _told(known: Procedures, facts: Facts) -> str:
    """Of how many bodies the procedure is known, of how many that of their kind, and for how many
    problems no limit of the law is counted."""
    of_each = [(name, known.of(name, body.kind)) for name, body in facts.mechanisms.items()]
    own = sum(name in one.mechanisms for name, one in of_each)
    plans = sum(one.plan for _name, one in of_each)
    return (
        f"procedures {len(known.rows)} (own {own}, of the kind {len(of_each) - own}, plans {plans})"
        f"\nproblems without a limit of the law {len(known.no_limit)}"
    )


def _readiness(facts: Facts, rules: Rules) -> Readiness:
    results = _results(facts, rules, CIRCUMSTANCES)
    return readiness([door.reachable for door in result.doors] for result in results)


def _results(
    facts: Facts, rules: Rules, circumstances: Iterable[Mapping[str, object]]
) -> Iterator[Result]:
    issues = tuple(facts.issues)
    for issue in issues:
        for given in circumstances:
            yield rank(parse({"issue": issue, **given}, issues), rules, facts, facts.checked)


def _asked(facts: Facts, rules: Rules) -> Iterator[Asked]:
    for result in _results(facts, rules, (*CIRCUMSTANCES, *FURTHER)):
        here = Situation(result.profile, rules, facts, result.day)
        yield Asked(
            [facts.mechanisms[door.mechanism] for door in result.doors],
            result.profile.prefecture,
            here.person_in_japan,
            here.country_now,
        )


def _read(folder: Path) -> Facts:
    """The facts in a folder; ends with its faults when they cannot be used."""
    try:
        return _facts(folder)
    except SheetError as error:
        leave(str(error), BAD_FILE)


def _facts(folder: Path) -> Facts:
    """The facts in a folder; a file that is not there is a fault like any other."""
    try:
        return load_facts(folder)
    except OSError as error:
        raise SheetError([Fault(Path(error.filename).name, 1, str(error.strerror))]) from None


def _rules() -> Rules:
    try:
        return shipped_rules()
    except SheetError as error:
        leave(str(error), BAD_FILE)


@contextmanager
def _session(actor: str) -> Iterator[Session]:
    """A session on the instance's database; exit 3 when it or its tables are missing."""
    with environment("cli") as given:
        settings = or_leave(lambda: read(CommandSettings, given))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        engine = create_engine(
            settings.database_url,
            poolclass=NullPool,
            hide_parameters=True,
            execution_options=audit.vouching(ring),
        )
        with Session(engine) as session:
            session.info["actor"] = actor
            yield session
