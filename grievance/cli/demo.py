"""`flask demo fill`: the demonstration, put into an empty database once."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import clock, storage
from grievance.accounts import audit
from grievance.cases.site import Site
from grievance.cli.places import environment, leave, or_leave
from grievance.demo import filling, story
from grievance.demo.mark import DemoMismatch, is_demo
from grievance.settings import CommandSettings, read
from grievance.vault.keyring import KeyRing

WANTING = 1


@click.group()
def demo() -> None:
    """The demonstration."""


@demo.command("fill")
def fill() -> None:
    """Fill an empty database with invented people and cases, and print how many.

    The passwords and numbers go into demo.json. A second time only the counts are printed; a
    database that somebody works in is refused.
    """
    with environment("cli") as given:
        settings = or_leave(lambda: read(CommandSettings, given))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        site = Site(ring, storage.blobs(settings.storage, settings.bucket), settings.public_url)
        engine = create_engine(
            settings.database_url,
            poolclass=NullPool,
            hide_parameters=True,
            execution_options=audit.vouching(ring),
        )
        try:
            with Session(engine) as session:
                session.info["actor"] = filling.ACTOR
                click.echo(json.dumps(_filled(session, site, settings.data / story.FILE)))
        except (filling.NotEmpty, DemoMismatch) as refusal:
            leave(str(refusal), WANTING)


def _filled(session: Session, site: Site, path: Path) -> dict[str, int]:
    """Fill what is empty. The file is written before the commit and put in its place after it,
    or at the next call: a filled database never lacks its passwords."""
    part = path.with_suffix(".part")
    if not is_demo(session):
        told = filling.fill(session, site, clock.now())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        story.write(part, told)
        session.commit()
    if part.exists():
        part.replace(path)
    return filling.counts(session)
