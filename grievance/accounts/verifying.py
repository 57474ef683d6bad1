"""The check of all chains and anchors against the database they stand in.

Call it in one REPEATABLE READ transaction where others write meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, func, literal, select
from sqlalchemy.orm import Session

from grievance.accounts import anchors, named
from grievance.accounts.audit import KINDS, READ_CHAIN, READS, STREAMS, reads_digest
from grievance.accounts.models import Anchor, Event, EventDetail, ReadLog, UnanchoredStream
from grievance.accounts.walking import ANCHORS, Keys, Report, Signed, Walked, step, walk_anchors
from grievance.vault import chain, values

TOGETHER = 500  # chains whose rows are read together
ROWS = 1000  # rows that are held at a time
PAIRS = 10_000  # events that are looked up at once
LAST = 2**31  # the version of a row that is gone


def verify(
    session: Session,
    anchor_public: bytes | None = None,
    copy: Mapping[int, Any] | None = None,
    event_key: bytes | None = None,
) -> Report:
    """Walk every chain and anchor, and compare the rows with their events.

    `anchor_public` checks the signatures (it is public, of the key ring), `event_key` what vouches
    for each event and read, `copy` is the second place (`anchors.copied`), read before the
    transaction began: an anchor that is signed meanwhile would stand there alone. What is not
    given is left out.
    """
    report = Report(vouched=event_key is not None)
    check = _Check(session, report, Keys(event_key) if event_key else None)
    check.chains()
    check.directory()
    check.heads()
    check.reads()
    check.anchors(anchor_public, copy)
    return report


@dataclass
class _Check:
    session: Session
    report: Report
    keys: Keys | None
    ends: dict[UUID, Walked] = field(default_factory=dict)
    apart: dict[str, tuple[int, str, UUID, int]] = field(default_factory=dict)
    chained_since: datetime | None = None

    def chains(self) -> None:
        """Every event, chain by chain, with the rows it vouches for."""
        waiting: list[Walked] = []
        walked: Walked | None = None
        gone: dict[str, tuple[UUID, int]] = {}
        for event, ciphertext in _events(self.session):
            if walked is None or walked.stream != event.stream_id:
                waiting = self._compared(waiting, TOGETHER)
                walked = Walked(event.stream_kind, event.stream_id)
                self.ends[event.stream_id] = walked
                waiting.append(walked)
            step(walked, event, self.report, self.keys)
            self._beside(event, ciphertext, gone)
        self._compared(waiting, 0)
        for key, place in gone.items():
            self.report.fault(*place, key)
        self.report.streams = len(self.ends)

    def _beside(
        self, event: Event, ciphertext: bytes | None, gone: dict[str, tuple[UUID, int]]
    ) -> None:
        """What an event chains beside itself: its detail, and reads."""
        rows = event.codes.get(named.ROWS) if isinstance(event.codes, dict) else None
        for key, mark in rows.items() if isinstance(rows, dict) else ():
            if mark == named.GONE:
                gone.pop(key, None)
        if ciphertext is not None and values.digest(ciphertext) != event.detail_hash:
            self.report.fault(event.stream_id, event.seq, "detail")
        if ciphertext is None and event.detail_hash is not None:
            gone[f"{EventDetail.__tablename__}/{event.id}"] = (event.stream_id, event.seq)
        if event.stream_id == READ_CHAIN and event.seq == 1:
            self.chained_since = event.at
        if isinstance(event.codes, dict) and READS in event.codes:
            found = self.session.scalars(select(ReadLog).where(ReadLog.chained_by == event.id))
            digest = reads_digest(list(found), streams=event.stream_id == READ_CHAIN)
            if digest != event.codes[READS]:
                self.report.fault(event.stream_id, event.seq, "reads")

    def _compared(self, waiting: list[Walked], limit: int) -> list[Walked]:
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
            for row in self._rows(select(model).where(mine)):
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

    def directory(self) -> None:
        """The rows that are under a chain of their own."""
        seen: set[str] = set()
        tables = set()
        for model, naming in _namings():
            if naming.chain is None:
                continue
            tables.add(naming.table(model))
            end = self.ends.get(naming.chain)
            for row in self._rows(select(model)):
                key = naming.key(row)
                seen.add(key)
                _, mark, stream, seq = self.apart.get(key, (0, "", naming.chain, 0))
                unknown = end is not None and end.begun and not mark
                if unknown or (mark and mark != naming.mark(row)):
                    self.report.fault(stream, seq or (end.seq if end else 0), key)
        for key, (_, mark, stream, seq) in self.apart.items():
            if key.partition("/")[0] in tables and mark != named.GONE and key not in seen:
                self.report.fault(stream, seq, key)

    def heads(self) -> None:
        """The row that heads a chain names its last event: a chain cut short is told here."""
        left = {stream for stream, end in self.ends.items() if not end.erased}
        for model in dict.fromkeys(STREAMS.values()):
            kind = model.kind if model is STREAMS[KINDS[READ_CHAIN]] else literal(model.stream_kind)
            columns = (model.id, kind, model.event_seq, model.event_head, model.event_mac)
            headed = model in named.HEADED
            reach = model.event_reach if headed else literal(0)
            for stream, told, seq, head, mac, reaches in self.session.execute(
                select(*columns, reach)
            ):
                left.discard(stream)
                end = self.ends.get(stream, Walked(told, stream))
                same = (end.kind, end.seq, end.head) == (told, seq, head)
                claims = headed and seq > 0 and reaches != end.begun
                if not same or claims or (end.begun and not self._ends(end, mac)):
                    self.report.fault(stream, seq, "head")
                self.report.to_adopt += seq > 0 and end.begun < named.full_reach(model)
        for stream in left:
            self.report.fault(stream, self.ends[stream].seq, "row")

    def _ends(self, end: Walked, mac: bytes | None) -> bool:
        if mac is None or self.keys is None:
            return mac is not None
        return self.keys.vouches(
            end.actor, mac, lambda key: chain.head_mac(key, end.place, end.head)
        )

    def reads(self) -> None:
        """Every line of the read log, chained or not yet."""
        end = self.ends.get(READ_CHAIN)
        for read in self._rows(select(ReadLog)):
            if not self._is_vouched(read):
                self.report.fault(READ_CHAIN, end.seq if end else 0, f"read_log/{read.id}")

    def _is_vouched(self, read: ReadLog) -> bool:
        if read.mac is None:
            return self.chained_since is None or read.at <= self.chained_since
        told = chain.Read(read.id, read.stream_id, read.actor, read.what, read.at)
        return self.keys is None or self.keys.vouches(
            "", read.mac, lambda key: chain.read_mac(key, told)
        )

    def anchors(self, public: bytes | None, copy: Mapping[int, Any] | None) -> None:
        """The anchors, their copy, and whether every chain that moved is to be anchored."""
        copied = dict(copy) if copy is not None else None
        rows = self.session.scalars(select(Anchor).order_by(Anchor.seq)).all()
        given = (_signed(row) for row in rows)
        last, reached = walk_anchors(given, self.report, public, self._standing)
        for row in rows:
            line = anchors.line(row)
            if copied is not None and copied.pop(row.seq, line) != line:
                self.report.fault(ANCHORS, row.seq, "copy")
        for missing in copied or {}:
            self.report.fault(ANCHORS, missing, "copy")
        if last and anchors.count_cases(self.session) < last.cases:
            self.report.fault(ANCHORS, last.seq, "cases")
        moved = set(self.session.scalars(select(UnanchoredStream.stream_id)))
        for stream, end in self.ends.items():
            if end.seq > reached.get(stream, 0) and stream not in moved:
                self.report.fault(stream, end.seq, "never anchored")

    def _standing(
        self, heads: Mapping[UUID, tuple[int, bytes]]
    ) -> Mapping[tuple[UUID, int], bytes]:
        found: dict[tuple[UUID, int], bytes] = {}
        places = [(stream, seq) for stream, (seq, _) in heads.items()]
        for first in range(0, len(places), PAIRS):
            some = places[first : first + PAIRS]
            given = (
                func.unnest(
                    literal([stream for stream, _ in some], ARRAY(Uuid)),
                    literal([seq for _, seq in some], ARRAY(Integer)),
                )
                .table_valued("stream", "seq")
                .render_derived()
            )
            where = (Event.stream_id == given.c.stream, Event.seq == given.c.seq)
            rows = select(Event.stream_id, Event.seq, Event.hash).where(*where)
            found |= {(stream, seq): hashed for stream, seq, hashed in self.session.execute(rows)}
        return found

    def _rows(self, found: Any) -> Iterator[Any]:
        yield from self.session.scalars(found.execution_options(yield_per=ROWS))

    def _pairs(self, found: Any) -> Iterator[tuple[Any, UUID]]:
        rows = self.session.execute(found.execution_options(yield_per=ROWS))
        yield from ((row, stream) for row, stream in rows)


def _namings() -> Iterator[tuple[type[Any], named.Naming]]:
    for model, namings in named.NAMED.items():
        yield from ((model, naming) for naming in namings)


def _events(session: Session) -> Iterator[tuple[Event, bytes | None]]:
    rows = session.execute(
        select(Event, EventDetail.ciphertext)
        .outerjoin(EventDetail, EventDetail.event_id == Event.id)
        .order_by(Event.stream_id, Event.seq)
        .execution_options(yield_per=ROWS)
    )
    yield from rows


def _signed(row: Anchor) -> Signed:
    heads = {UUID(stream): (seq, bytes.fromhex(head)) for stream, (seq, head) in row.heads.items()}
    return Signed(anchors.signed(row), heads, row.signature)
