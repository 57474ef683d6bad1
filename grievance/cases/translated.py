"""Translations: what a person made of a passage, and who else compared it with the original."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grievance.cases.corrections import Words
from grievance.model import Base, among, code, identifier, sealed

ORIGINS = ("staff", "interpreter")  # people only: no program translates here


class Translation(Base):
    """A person's translation of a passage: a message or one written answer. Who `verified_by` says
    is another person, who read the original beside it."""

    __tablename__ = "translation"
    __table_args__ = (
        UniqueConstraint("case_id", "passage", "language", "at", name="uq_translation_passage"),
        among("origin", ORIGINS),
        CheckConstraint("(verified_by IS NULL) = (verified_at IS NULL)", name="verified"),
        CheckConstraint("verified_by <> person_id", name="two_people"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    passage: Mapped[str] = code(64)  # message id, or question id of an answer
    language: Mapped[str] = code(10)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key_generation: Mapped[int]
    body: Mapped[bytes] = sealed("passage.translation/1")
    at: Mapped[datetime]
    origin: Mapped[str] = code(12, default="staff", server_default="staff")
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[datetime | None]


def makers(row: Translation, fixed: Sequence[Words]) -> set[UUID]:
    """Whose words these are: who made it, and who corrected it since."""
    return {row.person_id, *(one.row.person_id for one in fixed)}


def verified(row: Translation, fixed: Sequence[Words]) -> bool:
    """Whether somebody else compared the words as they read now: a correction leaves behind what
    was checked before it. `fixed` are the corrections of this translation."""
    return row.verified_at is not None and all(one.row.at < row.verified_at for one in fixed)
