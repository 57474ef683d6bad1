"""What staff corrected, and why: kept beside what stood there before, which is never erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.cases.opening import COMPARTMENT_OF, OpenCase
from grievance.model import Base, among, code, complete, identifier, sealed
from grievance.questions.question import Answer
from grievance.vault.labels import Label

ANSWERS = ("answers", "identity")
WORDS = ("message", "note", "translation", "reply", "delivery", "remedy")  # of staff
KINDS = (*ANSWERS, *WORDS)
LABEL_OF = {
    **dict.fromkeys(KINDS, Label.CORRECTION_STORY),
    "identity": Label.CORRECTION_IDENTITY,
    "note": Label.CORRECTION_INTERNAL,
}
complete(LABEL_OF, KINDS)


class Correction(Base):
    """One correction by staff: of what kind, by whom and when; sealed what was changed, and why."""

    __tablename__ = "correction"
    __table_args__ = (among("kind", KINDS),)

    id: Mapped[UUID] = identifier()  # of the form and the kind, so that a repeat says it once
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    kind: Mapped[str] = code(12)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key_generation: Mapped[int]
    content: Mapped[bytes] = sealed(
        "correction.story/1 correction.identity/1 correction.internal/1"
    )
    at: Mapped[datetime]


@dataclass(frozen=True)
class Changed:
    """Answers that staff changed at once: before and after by question, and why."""

    row: Correction
    why: str = field(repr=False)
    answers: Mapping[str, tuple[Answer, Answer]] = field(repr=False)


@dataclass(frozen=True)
class Words:
    """How words of staff should read, in which language, and what was wrong."""

    row: Correction
    text: str = field(repr=False)
    why: str = field(repr=False)
    language: str


def changed(session: Session, opened: OpenCase) -> list[Changed]:
    """Every change of answers by staff that its reader may open, newest first."""
    found = []
    for row, told in _opened(session, opened, ANSWERS):
        answers = {name: (was, now) for name, (was, now) in told["answers"].items()}
        found.append(Changed(row, told["why"], answers))
    return found[::-1]


def of_words(session: Session, opened: OpenCase) -> dict[UUID, list[Words]]:
    """The corrections of words of staff that its reader may open, by what they stand beside, oldest
    first."""
    found: dict[UUID, list[Words]] = {}
    for row, told in _opened(session, opened, WORDS):
        words = Words(row, told["text"], told["why"], told["language"])
        found.setdefault(UUID(told["target"]), []).append(words)
    return found


def _opened(
    session: Session, opened: OpenCase, kinds: Sequence[str]
) -> Iterator[tuple[Correction, dict[str, Any]]]:
    mine = (Correction.case_id == opened.case.id, Correction.kind.in_(kinds))
    for row in session.scalars(select(Correction).where(*mine).order_by(Correction.at)):
        label = LABEL_OF[row.kind]
        if opened.holds(COMPARTMENT_OF[label]):
            yield row, opened.open_json(label, row.id, row.content)


def keep(opened: OpenCase, row: Correction, told: Mapping[str, Any]) -> Correction:
    """Seal what was corrected into its row."""
    row.content = opened.seal_json(LABEL_OF[row.kind], row.id, told)
    return row
