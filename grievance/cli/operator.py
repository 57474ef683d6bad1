"""`flask operator setup`: makes the operator and prints the one link its founder opens."""

from __future__ import annotations

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import tables  # noqa: F401  foreign keys are named as text
from grievance.accounts.operations.founding import set_up
from grievance.cli.places import environment, or_leave
from grievance.clock import real_now
from grievance.refusals import Refused
from grievance.settings import CommandSettings, read

INVITATION_PATH = "/staff/invitation"


@click.group()
def operator() -> None:
    """Who runs this instance."""


@operator.command("setup")
def setup() -> None:
    """Make the operator and print `invitation <url>`, for whoever founds it.

    Run again before anybody founded, it prints a new link and the old one is void; afterwards it
    says so and prints nothing. Exit 3 when a setting or the database is missing.
    """
    with environment("cli") as environ:
        settings = or_leave(lambda: read(CommandSettings, environ))
        token = _set_up(settings.database_url)
    if token is None:
        click.echo("Founded already: members invite others from the desk.", err=True)
    else:
        click.echo(f"invitation {settings.public_url}{INVITATION_PATH}/{token}")


def _set_up(database_url: str) -> str | None:
    engine = create_engine(database_url, poolclass=NullPool, hide_parameters=True)
    try:
        with Session(engine) as session:
            session.info["actor"] = "cli:operator-setup"
            token = set_up(session, real_now())
            session.commit()
            return token
    except Refused:
        return None
