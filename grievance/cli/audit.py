"""`flask audit verify`: whether anybody changed what was written down. Needs no secret key."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import tables  # noqa: F401  registers the streams
from grievance.accounts import anchors
from grievance.cases.operations import moving  # noqa: F401  registers the verbs of cases
from grievance.cli.places import environment, or_leave
from grievance.settings import CommandSettings, read
from grievance.vault.keyring import KeyRing


@click.group()
def audit() -> None:
    """The chains of events and the signed anchors over them."""


@audit.command("verify")
@click.option("--export", is_flag=True, help="Print the anchors as well, for a second place.")
def verify(export: bool) -> None:
    """Check every chain and anchor; exit 1 when one is broken."""
    with environment("cli") as environ:
        settings = or_leave(lambda: read(CommandSettings, environ))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        engine = create_engine(settings.database_url, poolclass=NullPool, hide_parameters=True)
        copy = settings.data / anchors.COPY
        with Session(engine) as session:
            session.info["actor"] = "cli:audit-verify"
            report = anchors.verify(session, ring.anchor_public, copy)
    facts = report.facts()
    if export:
        facts = {**facts, "copy": _lines(copy)}
    click.echo(json.dumps(facts))
    sys.exit(1 if facts["broken"] else 0)


def _lines(copy: Path) -> list[str]:
    return copy.read_text(encoding="utf-8").splitlines() if copy.exists() else []
