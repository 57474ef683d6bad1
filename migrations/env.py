"""Migrations: run as the owner role, from `flask migrate` or alembic itself."""

import logging
import os

from alembic import context
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.types import TypeDecorator

from grievance.tables import METADATA

logging.getLogger("alembic").setLevel(logging.WARNING)


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write the plain type of one of our own, so that old migrations import nothing of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    engine = create_engine(os.environ["GRIEVANCE_DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as opened:
        _run(opened)
