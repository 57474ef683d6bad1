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
from grievance.accounts.comparing import ROWS, Rows, each
from grievance.accounts.models import Anchor, Event, EventDetail, ReadLog, UnanchoredStream
from grievance.accounts.walking import ANCHORS, Keys, Report, Signed, Walked, step, walk_anchors
from grievance.vault import chain, values

TOGETHER = 500  # chains whose rows are read together
PAIRS = 10_000  # events that are looked up at once


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
    keys = Keys(event_key) if event_key else None
    check = _Check(session, report, keys, Rows(session, report))
    check.chains()
    check.rows.compare_apart(check.ends)
    check.heads()
    check.reads()
    _anchors(check, anchor_public, copy)
    return report


@dataclass
class _Check:
    """Chains, their heads and the read log; the rows that they vouch for are compared beside."""

    session: Session
    report: Report
    keys: Keys | None
    rows: Rows
    ends: dict[UUID, Walked] = field(default_factory=dict)
    chained_since: datetime | None = None

    def chains(self) -> None:
        """Every event, chain by chain, with the rows it vouches for."""
        waiting: list[Walked] = []
        walked: Walked | None = None
        gone: dict[str, tuple[UUID, int]] = {}
        for event, ciphertext in _events(self.session):
            if walked is None or walked.stream != event.stream_id:
                waiting = self.rows.compare(waiting, TOGETHER)
                walked = Walked(event.stream_kind, event.stream_id)
                self.ends[event.stream_id] = walked
                waiting.append(walked)
            step(walked, event, self.report, self.keys)
            self._beside(event, ciphertext, gone)
        self.rows.compare(waiting, 0)
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
        for read in each(self.session, select(ReadLog)):
            if not self._is_vouched(read):
                self.report.fault(READ_CHAIN, end.seq if end else 0, f"read_log/{read.id}")

    def _is_vouched(self, read: ReadLog) -> bool:
        if read.mac is None:
            return self.chained_since is None or read.at <= self.chained_since
        told = chain.Read(read.id, read.stream_id, read.actor, read.what, read.at)
        return self.keys is None or self.keys.vouches(
            "", read.mac, lambda key: chain.read_mac(key, told)
        )


def _anchors(check: _Check, public: bytes | None, copy: Mapping[int, Any] | None) -> None:
    """The anchors, their copy, and whether every chain that moved is to be anchored."""
    copied = dict(copy) if copy is not None else None
    rows = check.session.scalars(select(Anchor).order_by(Anchor.seq)).all()
    given = (_signed(row) for row in rows)
    last, reached = walk_anchors(
        given, check.report, public, lambda heads: _standing(check.session, heads)
    )
    for row in rows:
        line = anchors.line(row)
        if copied is not None and copied.pop(row.seq, line) != line:
            check.report.fault(ANCHORS, row.seq, "copy")
    for missing in copied or {}:
        check.report.fault(ANCHORS, missing, "copy")
    if last and anchors.count_cases(check.session) < last.cases:
        check.report.fault(ANCHORS, last.seq, "cases")
    moved = set(check.session.scalars(select(UnanchoredStream.stream_id)))
    for stream, end in check.ends.items():
        if end.seq > reached.get(stream, 0) and stream not in moved:
            check.report.fault(stream, end.seq, "never anchored")


def _standing(
    session: Session, heads: Mapping[UUID, tuple[int, bytes]]
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
        found |= {(stream, seq): hashed for stream, seq, hashed in session.execute(rows)}
    return found


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
