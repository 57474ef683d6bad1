"""The rows of the database beside what the events of the chains tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import anchors, named
from grievance.accounts.walking import Report, Walked

ROWS = 1000  # rows that are held at a time
LAST = 2**31  # the version of a row that is gone


@dataclass
class Rows:
    """Compares row by row; what does not agree is a fault in the report. `apart` are rows whose
    events stand in several chains: version, mark, chain and event by row."""

    session: Session
    report: Report
    apart: dict[str, tuple[int, str, UUID, int]] = field(default_factory=dict)

    def compare(self, waiting: list[Walked], limit: int) -> list[Walked]:
        """Compare the rows of these chains once there are enough of them; what still waits."""
        if len(waiting) <= limit:
            return waiting
        by_id = {walked.stream: walked for walked in waiting}
        seen: set[str] = set()
        tables = set()
        for model, naming in _namings():
            if naming.chain is not None:
                continue
            tables.add(naming.table(model))
            for row, stream in self._pairs(naming.rows(model, list(by_id))):
                seen.add(self._row(by_id[stream], naming, row))
        for walked in waiting:
            for key, (mark, seq) in walked.rows.items():
                table = key.partition("/")[0]
                if table in tables and mark != named.GONE and key not in seen:
                    self.report.fault(walked.stream, seq, key)
                elif table not in tables:
                    self._keep_apart(walked, key, mark, seq)
        self._columns(by_id)
        for walked in waiting:
            walked.rows, walked.columns = {}, {}
        return []

    def compare_apart(self, ends: Mapping[UUID, Walked]) -> None:
        """The rows that are under a chain of their own; `ends` says how far each chain goes."""
        seen: set[str] = set()
        tables = set()
        for model, naming in _namings():
            if naming.chain is None:
                continue
            tables.add(naming.table(model))
            end = ends.get(naming.chain)
            for row in each(self.session, select(model)):
                key = naming.key(row)
                seen.add(key)
                _, mark, stream, seq = self.apart.get(key, (0, "", naming.chain, 0))
                unknown = end is not None and end.begun and not mark
                if unknown or (mark and mark != naming.mark(row)):
                    self.report.fault(stream, seq or (end.seq if end else 0), key)
        for key, (_, mark, stream, seq) in self.apart.items():
            if key.partition("/")[0] in tables and mark != named.GONE and key not in seen:
                self.report.fault(stream, seq, key)

    def _row(self, walked: Walked, naming: named.Naming, row: Any) -> str:
        key = naming.key(row)
        mark, seq = walked.rows.get(key, ("", walked.seq))
        if mark:
            if mark != naming.mark(row):
                self.report.fault(walked.stream, seq, key)
        elif walked.begun >= naming.since and naming.when(row):
            self.report.fault(walked.stream, seq, key)
        return key

    def _columns(self, by_id: Mapping[UUID, Walked]) -> None:
        """The rows that head chains, column by column, as their events tell them."""
        for model, heading in named.HEADED.items():
            mine = anchors.among(model.id, by_id)
            for row in each(self.session, select(model).where(mine)):
                walked = by_id[row.id]
                for name in heading.columns:
                    if name in walked.columns and walked.columns[name] != named.plain(
                        getattr(row, name)
                    ):
                        self.report.fault(row.id, walked.seq, f"{model.__tablename__}.{name}")

    def _keep_apart(self, walked: Walked, key: str, mark: str, seq: int) -> None:
        """Rows whose events stand in several chains: the highest version counts."""
        version = mark.partition(" ")[0]
        number = int(version) if " " in mark and version.isdecimal() else 0
        number = LAST if mark == named.GONE else number
        if number >= self.apart.get(key, (0,))[0]:
            self.apart[key] = (number, mark, walked.stream, seq)

    def _pairs(self, found: Any) -> Iterator[tuple[Any, UUID]]:
        rows = self.session.execute(found.execution_options(yield_per=ROWS))
        yield from ((row, stream) for row, stream in rows)


def each(session: Session, found: Any) -> Iterator[Any]:
    """The rows of a statement, a few held at a time."""
    yield from session.scalars(found.execution_options(yield_per=ROWS))


def _namings() -> Iterator[tuple[type[Any], named.Naming]]:
    for model, namings in named.NAMED.items():
        yield from ((model, naming) for naming in namings)
