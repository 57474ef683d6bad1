"""`flask audit`: whether anybody changed what was written down, with the database and without."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import tables  # noqa: F401  registers the streams
from grievance.accounts import anchors, exporting, verifying
from grievance.accounts import audit as record
from grievance.accounts.operations.persons import locked
from grievance.cases import (
    erasures,
    named,  # noqa: F401  registers what events tell of cases
)
from grievance.cli.places import environment, leave, or_leave
from grievance.clock import real_now
from grievance.demo.mark import offset
from grievance.directory import operations  # noqa: F401  registers what events tell of it
from grievance.settings import CommandSettings, read
from grievance.vault.keyring import KeyRing

WANTING, BAD_FILE = 1, 2
MENDS = "They will with their next act, or with `flask audit adopt`."
MOMENT = "REPEATABLE READ"  # all that is checked is of one moment


@click.group()
def audit() -> None:
    """The chains of events and the signed anchors over them."""


@audit.command("verify")
@click.option("--export", is_flag=True, help="Print all events and anchors too, for another place.")
def verify(export: bool) -> None:
    """Check every chain and anchor, and the rows they vouch for; exit 1 when something is wrong."""
    with environment("cli") as environ:
        settings = or_leave(lambda: read(CommandSettings, environ))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        copy = settings.data / anchors.COPY
        copied = anchors.copied(copy)  # before the database: an anchor may be signed meanwhile
        with _session(settings.database_url, ring, "cli:audit-verify") as session:
            report = verifying.verify(session, ring.anchor_public, copied, ring.event_key)
            if export:
                told = {**report.facts(), "copy": _lines(copy), "public": ring.anchor_public.hex()}
                _print_all(told, session)
    if report.to_adopt:
        click.echo(f"{report.to_adopt} chains do not tell all of their rows yet. {MENDS}", err=True)
    if not export:
        click.echo(json.dumps(report.facts()))
    sys.exit(WANTING if report.broken else 0)


@audit.command("check")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--public", help="The public key of the anchors in hexadecimal digits; else FILE's.")
def check(file: IO[str], public: str | None) -> None:
    """Prove what `verify --export` wrote, without the database; exit 1 when something is wrong.

    Take the public key from somebody you trust: who can forge the file can put another into it.
    """
    try:
        export = json.load(file)
        key = bytes.fromhex(public or export["public"])
        report = exporting.prove(export, key)
    except (ValueError, KeyError, TypeError, AttributeError):
        leave(f"{file.name}:1: this is no export of `flask audit verify --export`", BAD_FILE)
    if not public:
        click.echo("The public key is the file's own: give --public to be sure.", err=True)
    click.echo(json.dumps(report.facts()))
    sys.exit(WANTING if report.broken else 0)


@audit.command("adopt")
def adopt() -> None:
    """Let every chain that lags behind (`to_adopt`) name now what it lacks; print how many did.

    A case does so by itself with its next act; this is for those that have none. Once after a
    release whose events tell more, and after `flask audit verify` found nothing: what stands there
    now is vouched for from now on.
    """
    with environment("cli") as environ:
        settings = or_leave(lambda: read(CommandSettings, environ))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        url, who = settings.database_url, "cli:audit-adopt"
        with _session(url, ring, who, "READ COMMITTED") as session:
            adopted = sum(_adopt(session, *found, who) for found in record.lagging(session))
    click.echo(json.dumps({"adopted": adopted}))


@audit.command("due")
def due() -> None:
    """List the closed cases that the operator has kept for as long as its profile says, as JSON,
    the longest first; exit 1 when there are any. Nothing deletes them but two of staff."""
    with environment("cli") as environ:
        settings = or_leave(lambda: read(CommandSettings, environ))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        with _session(settings.database_url, ring, "cli:audit-due") as session:
            found = erasures.due(session, real_now() + timedelta(seconds=offset(session)))
            told = [
                {
                    "case": one.case.reference,
                    "state": one.case.state,
                    "kept_until": one.until.isoformat(),
                    "proposed": one.proposed,
                }
                for one in found
            ]
    click.echo(json.dumps({"due": told}))
    sys.exit(WANTING if told else 0)


def _adopt(session: Session, model: type[Any], stream: UUID, who: str) -> bool:
    head = locked(session, model, stream)
    lags = record.lags(head)
    if lags:
        record.record(session, head, record.Deed(record.ADOPTED, who, real_now()))
    session.commit()
    return lags


def _session(url: str, ring: KeyRing, actor: str, isolation: str = MOMENT) -> Session:
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level=isolation,
        execution_options=record.vouching(ring),
    )
    session = Session(engine)
    session.info["actor"] = actor
    return session


def _print_all(told: dict[str, Any], session: Session) -> None:
    """One JSON object, piece by piece: there may be more events than memory."""
    click.echo(json.dumps(told)[:-1], nl=False)
    lists = {"anchored": exporting.signatures(session), "chains": exporting.events(session)}
    for name, found in lists.items():
        click.echo(f', "{name}": [', nl=False)
        for piece in _parted(found):
            click.echo(piece, nl=False)
        click.echo("]", nl=False)
    click.echo("}")


def _parted(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    between = ""
    for facts in found:
        yield f"{between}\n{json.dumps(facts)}"
        between = ","


def _lines(copy: Path) -> list[str]:
    return copy.read_text(encoding="utf-8").splitlines() if copy.exists() else []
