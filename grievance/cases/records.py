"""The sealed parts of a case: answers, identity and profile as filed, and as changed since; the
worker's months of pay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from grievance.cases.models import CaseRecord, Suggestion
from grievance.cases.opening import COMPARTMENT_OF, OpenCase
from grievance.vault.labels import Label

LABEL_OF = {
    "answers": Label.CASE_ANSWERS,
    "identity": Label.CASE_IDENTITY,
    "profile": Label.CASE_PROFILE,
    "decision": Label.CASE_DECISION,
    "wages": Label.CASE_WAGES,
}


def write(session: Session, opened: OpenCase, part: str, content: Any, now: datetime) -> CaseRecord:
    """Keep a new version of a part; earlier ones stay."""
    label, row = LABEL_OF[part], uuid4()
    record = CaseRecord(
        id=row,
        case_id=opened.case.id,
        part=part,
        compartment=COMPARTMENT_OF[label],
        key_generation=opened.case.key_generation,
        content=opened.seal_json(label, row, content),
        at=now,
    )
    session.add(record)
    return record


def read(session: Session, opened: OpenCase, part: str) -> Any:
    """The latest version of a part; an empty mapping when there is none or it is shut."""
    label = LABEL_OF[part]
    if not opened.holds(COMPARTMENT_OF[label]):
        return {}
    record = session.scalars(
        select(CaseRecord)
        .where(CaseRecord.case_id == opened.case.id, CaseRecord.part == part)
        .order_by(CaseRecord.revision.desc())
        .limit(1)
    ).first()
    return opened.open_json(label, record.id, record.content) if record else {}


def read_all(session: Session, opened: OpenCase, parts: Collection[str]) -> dict[str, Any]:
    """The latest version of several parts at once; an empty mapping for each that is not there."""
    held = [part for part in parts if opened.holds(COMPARTMENT_OF[LABEL_OF[part]])]
    mine = (CaseRecord.case_id == opened.case.id, CaseRecord.part.in_(held))
    latest = select(CaseRecord).where(*mine).ext(distinct_on(CaseRecord.part))
    found = session.scalars(latest.order_by(CaseRecord.part, CaseRecord.revision.desc()))
    told = {one.part: opened.open_json(LABEL_OF[one.part], one.id, one.content) for one in found}
    return {part: told.get(part, {}) for part in parts}


def later(session: Session, opened: OpenCase, part: str) -> dict[str, datetime]:
    """The answers of a part that came or changed after it was filed, and since when."""
    label = LABEL_OF[part]
    if not opened.holds(COMPARTMENT_OF[label]):
        return {}
    asked = select(CaseRecord).where(CaseRecord.case_id == opened.case.id, CaseRecord.part == part)
    before: dict[str, Any] | None = None
    since: dict[str, datetime] = {}
    for record in session.scalars(asked.order_by(CaseRecord.revision)):
        content = opened.open_json(label, record.id, record.content)
        if before is not None:
            since |= {name: record.at for name in content if content[name] != before.get(name)}
        before = content
    return since


def suggestion(session: Session, opened: OpenCase) -> dict[str, Any]:
    """What routing advised last, as plain data; empty when nothing was kept or it is shut."""
    label = Label.CASE_SUGGESTION
    if not opened.holds(COMPARTMENT_OF[label]):
        return {}
    kept = session.scalars(
        select(Suggestion)
        .where(Suggestion.case_id == opened.case.id)
        .order_by(Suggestion.at.desc(), Suggestion.id)
        .limit(1)
    ).first()
    found: dict[str, Any] = opened.open_json(label, kept.id, kept.result) if kept else {}
    return found


def keep_suggestion(
    session: Session, opened: OpenCase, rules_version: str, result: Any, now: datetime
) -> Suggestion:
    """Freeze what routing advised, with the rule set that said so."""
    row = uuid4()
    suggestion = Suggestion(
        id=row,
        case_id=opened.case.id,
        rules_version=rules_version,
        key_generation=opened.case.key_generation,
        result=opened.seal_json(Label.CASE_SUGGESTION, row, result),
        at=now,
    )
    session.add(suggestion)
    return suggestion


def drop_suggestion(session: Session, opened: OpenCase, now: datetime) -> None:
    """Let advice of this very moment give way to newer: a worker's moments are hours, and within
    one only the last advice counts."""
    same = (Suggestion.case_id == opened.case.id, Suggestion.at == now)
    for before in session.scalars(select(Suggestion).where(*same)).all():
        session.delete(before)  # one by one: the event that follows says that it went
