"""Unbound extensions: made here, bound to an application in `create_app`.

The database session refuses to begin without an actor: who acts is told to PostgreSQL for each
transaction, so that row rules and the audit trail never depend on somebody remembering it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

T = TypeVar("T")
ONCE = "read once"  # in `Session.info`: what this transaction has read, until it writes

# Tables are `model.Base`, not `db.Model`: worker, commands and migrations use them without Flask.
db = SQLAlchemy()
# Finds and carries the member (`request_loader`, `current_user`, `unauthorized`). Not `login_user`
# and its signed session: the cookie opens a row of ours. Not `login_required`: `@audience` denies.
login = LoginManager()


class NoActor(RuntimeError):
    """A transaction was begun by nobody."""


def act_as(actor: str, session: Session | None = None) -> None:
    """Say who acts in this session from now on: `public`, `filing:<filing>`, `receipt:<case>`,
    `reply:<link>`, `member:<person>`, `job:<name>` or `cli:<command>`. A transaction that runs
    already goes on as theirs: its next statement sees their rows."""
    session = session or db.session()
    session.info["actor"] = actor
    session.info.pop(ONCE, None)
    if session.in_transaction():
        _tell(session.connection(), actor)


@contextmanager
def acting(actor: str, session: Session) -> Iterator[None]:
    """Act as somebody else for a moment, for what reaches beyond the cases of who acts: what is
    counted of all, or tidied in all. What is written meanwhile is written as theirs."""
    before = session.info["actor"]
    session.flush()
    act_as(actor, session)
    try:
        yield
        session.flush()
    finally:
        # a transaction that failed takes no more: the next one begins as who acted before
        with suppress(DBAPIError, PendingRollbackError):
            act_as(before, session)


@event.listens_for(Session, "after_begin")
def _name_the_actor(session: Session, _begun: SessionTransaction, connection: Connection) -> None:
    actor = session.info.get("actor")
    if not actor:
        raise NoActor("a transaction needs an actor: call act_as first")
    _tell(connection, actor)


def _tell(connection: Connection, actor: str) -> None:
    connection.execute(text("SELECT set_config('grievance.actor', :actor, true)"), {"actor": actor})


def once(session: Session, what: Hashable, read: Callable[[], T]) -> T:
    """What `read` finds, read once in a transaction until something is written in it: for rows that
    nearly every part of a page asks for. Never for what a lock protects."""
    if session.autoflush and (session.new or session.dirty or session.deleted):
        session.flush()
    kept = session.info.setdefault(ONCE, {})
    if what not in kept:
        kept[what] = read()
    found: T = kept[what]
    return found


@event.listens_for(Session, "after_flush")
@event.listens_for(Session, "after_soft_rollback")
@event.listens_for(Session, "after_transaction_end")
def _read_anew(session: Session, _what: object) -> None:
    session.info.pop(ONCE, None)


@event.listens_for(Session, "do_orm_execute")
def _written(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info.pop(ONCE, None)
