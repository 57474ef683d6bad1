"""What an event vouches for beside itself: the rows that were written with it.

A room lists its tables in `NAMED`: every row that is written is then named in the next event of
its chain, with a hash over its columns, sealed ones as they are sealed. Of the row that heads a
chain the columns themselves are told, codes only. So whoever changes, swaps, adds or takes away a
row later is found, and nobody has to remember it verb by verb.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    event,
    false,
    inspect,
    literal,
    select,
    true,
)
from sqlalchemy.orm import ORMExecuteState, Session

log = logging.getLogger("grievance.named")

ROWS, HEAD, WHOLE = "rows", "row", "whole"  # the codes of an event that this module writes
GONE = ""  # stands where the hash of a row was that was taken away lawfully
_PENDING = "named"


@dataclass(frozen=True)
class Naming:
    """How rows of one table are named: by which columns, when at all, and under which chain: the
    one that their column `under` says (or that a statement finds, given the model or a row), or
    `chain` for all of them.

    `version` is the column that counts changes of a row whose events stand in several chains.
    `since` is the reach of a chain from which on it names these; `part` names columns that came
    later than others of their table.
    """

    columns: tuple[str, ...]
    when: Callable[[Any], bool] = lambda _row: True
    chain: UUID | None = None
    version: str = ""
    under: str | Callable[[Any], ColumnElement[Any]] = "case_id"
    since: int = 1
    part: str = ""

    def stream(self, session: Session, row: Any) -> UUID | None:
        """The chain a row is under."""
        if self.chain is not None:
            return self.chain
        found: Any = self._under(row)
        if isinstance(found, ColumnElement):
            found = session.scalar(select(found))
        return found  # type: ignore[no-any-return]

    def _under(self, owner: Any) -> Any:
        return getattr(owner, self.under) if isinstance(self.under, str) else self.under(owner)

    def rows(self, model: type[Any], streams: Sequence[UUID]) -> Select[Any]:
        """The rows of a table under these chains, and under which."""
        if self.chain is not None:
            found = select(model, literal(self.chain, Uuid))
            return found.where(true() if self.chain in streams else false())
        under = self._under(model)
        return select(model, under).where(under == any_(literal(list(streams), ARRAY(Uuid))))

    def key(self, row: Any) -> str:
        """A row's name: its table, the part of it, and primary key."""
        mapper = inspect(type(row))
        ids = [getattr(row, mapper.get_property_by_column(c).key) for c in mapper.primary_key]
        return f"{self.table(type(row))}/{':'.join(str(one) for one in ids)}"

    def table(self, model: type[Any]) -> str:
        """How its rows' names begin."""
        return f"{model.__tablename__}.{self.part}" if self.part else str(model.__tablename__)

    def mark(self, row: Any) -> str:
        """The hash that stands for a row, after its version when it has one."""
        told = {name: plain(getattr(row, name)) for name in self.columns}
        text = json.dumps([self.table(type(row)), told], sort_keys=True, ensure_ascii=False)
        hashed = hashlib.sha256(text.encode()).hexdigest()
        return f"{getattr(row, self.version)} {hashed}" if self.version else hashed


@dataclass(frozen=True)
class Heading:
    """The columns of a row that heads a chain, as its events tell them; `earlier` are those that
    events told before there was a key for them.

    `reach` is how much such chains tell today; it goes up by one when they begin to tell more, and
    `since` says from which on a column is told. A chain that lags behind names what it lacks with
    its next act, and nothing that it named before: what was changed meanwhile is still found.
    """

    columns: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    reach: int = 1
    since: Mapping[str, int] = field(default_factory=dict)

    def beyond(self, after: int) -> set[str]:
        """The columns that a chain of this reach does not tell."""
        return {name for name in self.columns if self.since.get(name, 1) > after}


NAMED: dict[type[Any], tuple[Naming, ...]] = {}
HEADED: dict[type[Any], Heading] = {}


@dataclass
class _Pending:
    """What was written in this transaction and no event names yet."""

    rows: dict[str, tuple[Naming, Any]] = field(default_factory=dict)
    heads: dict[UUID, set[str]] = field(default_factory=dict)


def columns_but(model: type[Any], *left_out: str) -> tuple[str, ...]:
    """All columns of a table but these, which change without an act."""
    return tuple(c.key for c in inspect(model).column_attrs if c.key not in left_out)


def plain(value: Any) -> Any:
    """A column's value as JSON that a chain can hold."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID | date):
        return str(value)
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def take(session: Session, head: Any, also: UUID | None = None) -> dict[str, Any]:
    """The codes for what was written under the chain of `head`, and under the chain `also`."""
    waiting, streams = _collect(session), (head.id, also)
    rows = {}
    for key, (naming, row) in list(waiting.rows.items()):
        if not inspect(row).transient and naming.stream(session, row) in streams:
            rows[key] = GONE if _is_gone(row) else naming.mark(row)
    codes: dict[str, Any] = {ROWS: rows} if rows else {}
    if changed := waiting.heads.get(head.id):
        codes[HEAD] = {name: plain(getattr(head, name)) for name in sorted(changed)}
    return codes


def taken(session: Session, head: Any, also: UUID | None = None) -> None:
    """They are named now; call it after the flush that wrote the event."""
    waiting, streams = _waiting(session), (head.id, also)
    for key, (naming, row) in list(waiting.rows.items()):
        if naming.stream(session, row) in streams:
            del waiting.rows[key]
    waiting.heads.pop(head.id, None)


def leave(session: Session, head: Any) -> None:
    """No event names what was written under this chain yet: the first one will, with all of it."""
    session.flush()
    taken(session, head)


def reach_of(head: Any) -> int:
    """How far a chain tells its rows; none from before there was a key, or from before that."""
    reach: int = head.event_reach if type(head) in HEADED else int(head.event_mac is not None)
    return reach


def full_reach(model: type[Any]) -> int:
    """How far chains that such rows head reach today."""
    return HEADED[model].reach if model in HEADED else 1


def reached(head: Any) -> None:
    """The event that is being written names what the chain lacked."""
    if type(head) in HEADED:
        head.event_reach = HEADED[type(head)].reach


def take_all(session: Session, head: Any, after: int = 0) -> None:
    """Let the next event of the chain name all there is under it: it begins to be vouched for.

    A chain whose first rows were made before its first event begins so, too. Of one that reached as
    far as `after`, what is beyond: what was named before is not named again.
    """
    waiting = _collect(session)
    for model, namings in NAMED.items():
        for naming in namings:
            if naming.since <= after:
                continue
            found = naming.rows(model, [head.id]).execution_options(autoflush=False)
            for row in session.scalars(found):
                if naming.when(row):
                    waiting.rows.setdefault(naming.key(row), (naming, row))
    if type(head) in HEADED:
        waiting.heads.setdefault(head.id, set()).update(HEADED[type(head)].beyond(after))


def unnamed(session: Session) -> list[str]:
    """What was written in this transaction and no event names: a defect, unless one follows."""
    waiting = _collect(session)
    rows = [key for key, (_, row) in waiting.rows.items() if not inspect(row).transient]
    return sorted(
        [*rows, *(f"{head}.{one}" for head, ones in waiting.heads.items() for one in ones)]
    )


def _waiting(session: Session) -> _Pending:
    pending: _Pending = session.info.setdefault(_PENDING, _Pending())
    return pending


def _collect(session: Session) -> _Pending:
    """What is written since the last flush, added to what was flushed before."""
    waiting = _waiting(session)
    for row in session.new:
        if type(row) in NAMED or type(row) in HEADED:
            _fill_defaults(row)
    for row in (*session.new, *session.dirty):
        for naming in NAMED.get(type(row), ()):
            if naming.when(row) and _changed(row, naming.columns):
                waiting.rows[naming.key(row)] = (naming, row)
        if (heading := HEADED.get(type(row))) and (changed := _changed(row, heading.columns)):
            waiting.heads.setdefault(row.id, set()).update(changed)
    for row in session.deleted:
        for naming in NAMED.get(type(row), ()):
            if naming.when(row):
                waiting.rows[naming.key(row)] = (naming, row)
    return waiting


def _changed(row: Any, columns: tuple[str, ...]) -> set[str]:
    state = inspect(row)
    if state.key is None:
        return set(columns)
    return {name for name in columns if state.attrs[name].history.has_changes()}


def _fill_defaults(row: Any) -> None:
    """What INSERT would fill in, now: a hash cannot wait for it."""
    for attribute in inspect(type(row)).column_attrs:
        default = attribute.columns[0].default
        if getattr(row, attribute.key) is not None or default is None:
            continue
        if default.is_scalar:
            setattr(row, attribute.key, default.arg)
        elif default.is_callable:
            setattr(row, attribute.key, default.arg(None))


def _is_gone(row: Any) -> bool:
    state = inspect(row)
    return bool(state.deleted or (state.session is not None and row in state.session.deleted))


class Unnamed(TypeError):
    """A statement would change many named rows at once, unseen by any event."""


@event.listens_for(Session, "before_flush")
def _remember(session: Session, _context: object, _instances: object) -> None:
    _collect(session)


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if session.in_nested_transaction():  # only a savepoint was released
        return
    left = session.info.pop(_PENDING, None)
    if left and (left.rows or left.heads):
        tables = sorted({key.partition("/")[0] for key in left.rows})
        log.warning("written without an event", extra={"place": ", ".join(tables) or "head"})


@event.listens_for(Session, "after_rollback")
def _undo(session: Session) -> None:
    session.info.pop(_PENDING, None)


@event.listens_for(Session, "do_orm_execute")
def _refuse_many(state: ORMExecuteState) -> None:
    """UPDATE and DELETE of many rows pass by the events: not for columns that are named."""
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    namings = NAMED.get(state.bind_mapper.class_, ())
    values = getattr(state.statement, "_values", None) or {}
    written = {getattr(column, "key", column) for column in values}
    for naming in namings:
        if state.is_delete or written & set(naming.columns):
            raise Unnamed(state.bind_mapper.class_.__name__)
