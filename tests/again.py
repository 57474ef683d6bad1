"""What the real operations wrote once is written again as it was, row by row.

An operator founded and a member taken in are the beginning of most tests, and cost some forty
statements and several keys each. Where a test process has seen the same beginning twice, the rows
are kept, and the third test gets them: only while every row that was changed stands as it stood
before. The second time is compared with nothing; it is the real one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Table, and_, insert, select, update
from sqlalchemy.orm import Session

from grievance import tables  # noqa: F401  all of them
from grievance.model import Base

Made = TypeVar("Made")
Row = dict[str, Any]
Rows = dict[tuple[Any, ...], Row]


@dataclass(frozen=True)
class Written:
    """What was made, the rows that came with it, and those that were changed, before and after."""

    made: Any
    fresh: list[tuple[Table, list[Row]]]
    changed: list[tuple[Table, Row, Row]]


SEEN: Counter[Hashable] = Counter()
KEPT: dict[Hashable, Written] = {}


def again(session: Session, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` makes and commits, or the same rows once more."""
    SEEN[key] += 1
    kept = KEPT.get(key)
    if kept and all(_stands(session, table, before) for table, before, _after in kept.changed):
        _write(session, kept)
        return kept.made
    if kept or SEEN[key] < 2:
        return make()
    before = _everything(session)
    made = make()
    after = _everything(session)
    if all(before[table].keys() <= rows.keys() for table, rows in after.items()):
        KEPT[key] = _difference(made, before, after)
    return made


def _everything(session: Session) -> dict[Table, Rows]:
    read = session.connection()
    return {
        table: {
            tuple(row[one.name] for one in table.primary_key): dict(row)
            for row in read.execute(select(table)).mappings()
        }
        for table in Base.metadata.sorted_tables
    }


def _difference(made: Any, before: dict[Table, Rows], after: dict[Table, Rows]) -> Written:
    fresh, changed = [], []
    for table, rows in after.items():
        known = before[table]
        if new := [row for key, row in rows.items() if key not in known]:
            fresh.append((table, new))
        changed += [(table, old, rows[key]) for key, old in known.items() if rows[key] != old]
    return Written(made, fresh, changed)


def _where(table: Table, row: Row) -> Any:
    return and_(*(one == row[one.name] for one in table.primary_key))


def _stands(session: Session, table: Table, row: Row) -> bool:
    found = session.connection().execute(select(table).where(_where(table, row))).mappings().first()
    return found is not None and dict(found) == row


def _write(session: Session, kept: Written) -> None:
    session.expire_all()
    connection = session.connection()
    for table, rows in kept.fresh:
        connection.execute(insert(table), rows)
    for table, _before, row in kept.changed:
        connection.execute(update(table).where(_where(table, row)).values(row))
    session.commit()
