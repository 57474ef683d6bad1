"""`flask operator`: the link its founder opens, and the one somebody comes back by.

Neither opens a key: keys are born and opened in the browser's requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import grievance.extensions  # noqa: F401  tells PostgreSQL who acts
from grievance import tables  # noqa: F401  foreign keys are named as text
from grievance.accounts import audit, queries
from grievance.accounts.operations import letters, way_back
from grievance.accounts.operations.founding import set_up
from grievance.cli.places import environment, leave, or_leave
from grievance.clock import real_now
from grievance.refusals import Refused
from grievance.settings import CommandSettings, read
from grievance.vault.keyring import KeyRing

INVITATION_PATH = "/staff/invitation"
WAY_BACK_PATH = "/staff/way-back"
NOBODY = 1


@click.group()
def operator() -> None:
    """Who runs this instance."""


@operator.command("setup")
def setup() -> None:
    """Make the operator and print `invitation <url>`, for whoever founds it.

    Run again before anybody founded, it prints a new link and the old one is void; afterwards it
    says so and prints nothing. Exit 3 when a setting or the database is missing.
    """
    with _session("cli:operator-setup") as (session, settings, _ring):
        try:
            token = set_up(session, real_now())
        except Refused:
            click.echo(
                "Founded already: members invite others from the desk. If nobody can sign in any"
                " more: flask operator way-back.",
                err=True,
            )
            return
        session.commit()
        click.echo(f"invitation {settings.public_url}{INVITATION_PATH}/{token}")


@operator.command("way-back")
@click.argument("who")
def come_back(who: str) -> None:
    """Print `way-back <url>`: with that link, a new password and the recovery sheet, a director or
    lead comes back who cannot sign in. WHO is their e-mail address or their name at the desk.

    It opens no key and works once: at once and for two hours where nobody else holds the key or had
    it taken away within 30 days, else after 48 hours and for a day; they are told by letter and can
    refuse it. Run again, the earlier link is void and the time begins anew. Exit 1 when WHO is
    nobody who could come back so, 3 when a setting or the database is missing.
    """
    with _session(way_back.ACTOR) as (session, settings, ring):
        now = real_now()
        try:
            offered = way_back.offer(session, who, ring=ring, now=now)
        except Refused:
            leave(_who_could(session), NOBODY)
        way = offered.way
        letters.tell_of_way_back(session, way, settings.public_url, ring=ring, now=now)
        session.commit()
        click.echo(_when(way), err=True)
        click.echo(f"way-back {settings.public_url}{WAY_BACK_PATH}/{offered.token}")


def _who_could(session: Session) -> str:
    found = queries.operator(session)
    people = way_back.may_come_back(session, found.id) if found else []
    if not people:
        return "Nobody has held the key here yet: flask operator setup."
    names = ", ".join(one.name for one in people)
    return f"No director or lead who has held the key is meant by that, or several are: {names}."


def _when(way: way_back.Way) -> str:
    opens, ends = _moment(way.opens), _moment(way.row.expires_at)
    if not way.others:
        return f"Nobody else holds the key: the link works at once, until {ends}, once."
    return (
        f"Others who hold the key, or had it taken away within 30 days: {len(way.others)}. Who of"
        " them is a member is told by letter and can refuse the link. It works from"
        f" {opens} until {ends}, once."
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@contextmanager
def _session(actor: str) -> Iterator[tuple[Session, CommandSettings, KeyRing]]:
    with environment("cli") as environ:
        settings = or_leave(lambda: read(CommandSettings, environ))
        ring = or_leave(lambda: KeyRing.load(settings.keyring, "cli"))
        engine = create_engine(
            settings.database_url,
            poolclass=NullPool,
            hide_parameters=True,
            execution_options=audit.vouching(ring),
        )
        with Session(engine) as session:
            session.info["actor"] = actor
            yield session, settings, ring
