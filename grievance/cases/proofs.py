"""A dated note of each filing: a commitment made when it is filed, signed by the worker process.

What is committed to are the answers as they were filed, not files and not what came later. The web
process draws the opening and holds no key that signs; the worker reads the day from the event of
the filing, and nothing of the case.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.models import Event
from grievance.accounts.queries import profile
from grievance.cases.models import Case, CaseRecord
from grievance.cases.opening import OpenCase
from grievance.cases.records import LABEL_OF
from grievance.clock import local_day
from grievance.model import Base, public_text, sealed
from grievance.model import digest as hashed
from grievance.vault.chain import canonical
from grievance.vault.keyring import KeyRing
from grievance.vault.labels import Label
from grievance.vault.proofs import Note, commitment, sign

FORMAT = "dated-note/1"
PARTS = ("answers", "identity")
BATCH = 500  # notes that one run signs at most


class FilingNote(Base):
    """The note of one filing; unsigned until the worker was there."""

    __tablename__ = "filing_note"
    __table_args__ = (
        CheckConstraint(
            "num_nulls(signature, operator, received_on, signed_on) in (0, 4)",
            name="signed",
        ),
        Index("ix_filing_note_waiting", "case_id", postgresql_where=text("signature IS NULL")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    opening: Mapped[bytes] = sealed("note.opening/1")
    digest: Mapped[bytes] = hashed()
    operator: Mapped[str | None] = public_text()
    received_on: Mapped[date | None] = mapped_column(Date)
    signed_on: Mapped[date | None] = mapped_column(Date)
    signature: Mapped[bytes | None] = hashed()


def told(answers: Mapping[str, Any], identity: Mapping[str, Any]) -> bytes:
    """What is committed to: the answers as filed, in the one spelling of canonical JSON."""
    return canonical(dict(zip(PARTS, (answers, identity), strict=True)))


def keep(session: Session, opened: OpenCase, filed: bytes) -> FilingNote:
    """Commit to what was filed, once, and seal the opening to those who may know who the worker
    is."""
    case, opening = opened.case, secrets.token_bytes(32)
    row = FilingNote(
        case_id=case.id,
        opening=opened.seal_text(Label.NOTE_OPENING, case.id, opening.hex()),
        digest=commitment(opening, filed),
    )
    session.add(row)
    return row


def of_case(session: Session, opened: OpenCase) -> FilingNote:
    """The note of a case; of one from before there were any it is begun now."""
    found = session.get(FilingNote, opened.case.id)
    return found or keep(session, opened, filed(session, opened))


def filed(session: Session, opened: OpenCase) -> bytes:
    """What the case was filed with; `Shut` without the keys of story and identity."""
    return told(*(_first(session, opened, part) for part in PARTS))


def _first(session: Session, opened: OpenCase, part: str) -> Mapping[str, Any]:
    mine = (CaseRecord.case_id == opened.case.id, CaseRecord.part == part)
    record = session.scalars(select(CaseRecord).where(*mine).order_by(CaseRecord.revision)).first()
    if record is None:
        return {}
    found: Mapping[str, Any] = opened.open_json(LABEL_OF[part], record.id, record.content)
    return found


def opening_of(opened: OpenCase, row: FilingNote) -> str:
    """What opens the commitment, as hexadecimal digits."""
    return opened.open_text(Label.NOTE_OPENING, opened.case.id, row.opening)


def note_of(row: FilingNote) -> Note | None:
    """What was signed; None while nobody has."""
    if row.operator is None or row.received_on is None or row.signed_on is None:
        return None
    return Note(row.operator, row.received_on, row.signed_on, row.digest)


def facts_of(row: FilingNote, public: bytes) -> dict[str, str] | None:
    """The note as a small JSON object that anybody can check; None while nobody has signed it."""
    note = note_of(row)
    if note is None or row.signature is None:
        return None
    return {
        "format": FORMAT,
        "operator": note.operator,
        "received_on": note.received_on.isoformat(),
        "signed_on": note.signed_on.isoformat(),
        "digest": note.digest.hex(),
        "signature": row.signature.hex(),
        "public": public.hex(),
    }


def sign_all(session: Session, ring: KeyRing, now: datetime) -> int:
    """Sign the notes that wait; how many. Worker only: it may read no more of a row than is named
    here. The caller commits."""
    profiled = profile(session)
    wanted = select(FilingNote.case_id, FilingNote.digest).where(FilingNote.signature.is_(None))
    rows = session.execute(wanted.limit(BATCH).with_for_update(skip_locked=True)).all()
    if profiled is None or not rows:
        return 0
    filed = (Event.stream_kind == Case.stream_kind, Event.seq == 1)
    ids = [row.case_id for row in rows]
    began = select(Event.stream_id, Event.at).where(*filed, Event.stream_id.in_(ids))
    moments = {row.stream_id: row.at for row in session.execute(began)}
    today = local_day(now, profiled.time_zone)
    for case_id, digest_of in rows:
        day = local_day(moments[case_id], profiled.time_zone)
        note = Note(profiled.name, day, today, digest_of)
        signed = {"signature": sign(ring.anchor_private, note), "operator": note.operator}
        days = {"received_on": note.received_on, "signed_on": note.signed_on}
        mine = update(FilingNote).where(FilingNote.case_id == case_id)
        session.execute(mine.values(**signed, **days))
    return len(rows)
