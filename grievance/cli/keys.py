"""`flask migrate` and `flask keyring`: the database's shape, and the folder of secrets."""

from __future__ import annotations

import json
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from grievance.cli.places import environment, leave, or_leave, say_where
from grievance.shipped import shipped
from grievance.vault import keyring as rings
from grievance.vault.keyring import HOLDINGS

ROLES_FILE = shipped("deploy") / "roles.sql"


@click.command()
@click.option("--to", "revision", default="head", help="A revision, to stop there.")
def migrate(revision: str) -> None:
    """Bring the database to the shape of this release, as the owner role."""
    with environment("migrate") as settings:
        engine = create_engine(
            settings["GRIEVANCE_DATABASE_URL"], poolclass=NullPool, hide_parameters=True
        )
        try:
            with engine.connect() as connection:
                become_owner(connection)
                run(connection, revision)
                connection.commit()
        except ProgrammingError as refused:
            leave(f"The database refused: {type(refused.orig).__name__}. See {ROLES_FILE.name}.")


def become_owner(connection: Connection) -> None:
    """Make the three roles where they are missing, and act as the owner from here on."""
    who = connection.execute(text("SELECT current_user")).scalar_one()
    if who == "grievance_owner":
        return
    for statement in ROLES_FILE.read_text(encoding="utf-8").split(";;"):
        if statement.strip():
            connection.execute(text(statement))
    connection.commit()
    connection.execute(text("SET ROLE grievance_owner"))
    connection.commit()


def run(connection: Connection, revision: str = "head", *, down: bool = False) -> None:
    """Run the migrations on an open connection; with `down` back to `revision`."""
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)


@click.group()
def keyring() -> None:
    """The folder of secrets that lies outside the database."""


@keyring.command("create")
@click.argument("folder", type=click.Path(path_type=Path))
def create(folder: Path) -> None:
    """Make a new key ring; refuses a folder that holds anything."""
    _name(folder)
    or_leave(lambda: rings.create(folder))
    click.echo(str(folder))


@keyring.command("split")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("kind", type=click.Choice([*HOLDINGS]))
@click.argument("target", type=click.Path(path_type=Path))
def split(folder: Path, kind: str, target: Path) -> None:
    """Copy what one kind of process may hold into TARGET."""
    _name(folder)
    or_leave(lambda: rings.split(folder, kind, target))  # type: ignore[arg-type]  # click checked
    click.echo(str(target))


@keyring.command("complete")
@click.argument("folder", type=click.Path(path_type=Path))
def complete(folder: Path) -> None:
    """Add to a whole ring of an earlier release what it lacks, and print which secrets."""
    _name(folder)
    click.echo(json.dumps({"added": or_leave(lambda: rings.complete(folder))}))


@keyring.command("add-pepper")
@click.argument("folder", type=click.Path(path_type=Path))
def add_pepper(folder: Path) -> None:
    """Add a pepper; codes and passwords move to it as they are used."""
    _name(folder)
    click.echo(str(or_leave(lambda: rings.add_pepper(folder))))


def _name(folder: Path) -> None:
    say_where(f"the key ring in {folder}")
