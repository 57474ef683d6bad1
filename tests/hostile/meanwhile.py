"""Something that happens while a slow hash runs, exactly when nobody holds a lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from grievance.extensions import act_as, db
from grievance.vault.slots import HashSlots
from tests.waiting import wait_for

Act = Callable[[Session], Any]


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Act as `actor` until the block ends; what was not committed is rolled back."""
    before = db.session.info.get("actor")
    act_as(actor)
    try:
        yield
    finally:
        db.session.rollback()
        db.session.info["actor"] = before


class Meanwhile(HashSlots):
    """A hash slot that lets somebody else commit between the hash and what is done with it."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act: Act | None = act

    @contextmanager
    def hold(self, *source: Any, **how: Any) -> Iterator[None]:
        with super().hold(*source, **how):
            yield
        act, self.act = self.act, None
        if act is not None:
            with acting_as("cli:test"):
                act(db.session())
                db.session.commit()


@contextmanager
def meanwhile(app: Flask, act: Act) -> Iterator[None]:
    """During the next slow hash of this process, `act` happens and is committed."""
    before = app.config["HASH_SLOTS"]
    slots = app.config["HASH_SLOTS"] = Meanwhile(act)
    try:
        yield
        assert slots.act is None, "nothing was hashed"
    finally:
        app.config["HASH_SLOTS"] = before


def until_one_waits(session: Session) -> None:
    """Return once another transaction waits for a lock that somebody holds."""
    waits = text(  # of a session's activity a role sees the database only, of locks all
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"
    )

    def one_waits() -> bool:
        session.rollback()  # within one transaction PostgreSQL shows what it showed first
        return bool(session.execute(waits).scalar())

    assert wait_for(one_waits, pause=0.01), "nobody waits"
