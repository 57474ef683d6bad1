"""What colleagues wrote to a person with the cases that they passed on to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.cases import corrections
from grievance.cases.messages import LABEL_OF
from grievance.cases.models import Case, Message
from grievance.cases.recleaning import Reader
from grievance.cases.verbs import Verb


@dataclass(frozen=True)
class Passing:
    """Who passed a case on, and their words as they stand today, in which language."""

    by: UUID | None
    language: str
    text: str = field(repr=False)


def notes(
    session: Session, reader: Reader, cases: Sequence[Case], actor: str, now: datetime
) -> dict[UUID, Passing]:
    """The note of each of these cases that came with it last. That it was read is written down, as
    on the page of the case."""
    found: dict[UUID, Passing] = {}
    for case in cases:
        mine = (Message.case_id == case.id, Message.verb == Verb.PASS_ON)
        last = session.scalars(select(Message).where(*mine).order_by(Message.seq.desc())).first()
        opened = reader.open(session, case.id) if last else None
        if last is None or opened is None:
            continue
        text = opened.open_text(LABEL_OF[last.thread], last.id, last.body)
        said = [(last.language, text)]
        fixed = corrections.of_words(session, opened).get(last.id, ())
        said += [(one.language, one.text) for one in fixed]
        audit.record_read(session, case.id, actor=actor, now=now, what="note")
        found[case.id] = Passing(last.person_id, *said[-1])
    return found
