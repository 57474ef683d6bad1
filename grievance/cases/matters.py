"""Linked matters: pairs of cases of which a person said that they belong together, or that they
do not. A link gives nobody a key or a right: each case stays what it is to everybody.

The row tells that somebody said so; on what ground, and their words, go sealed with the events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, CompoundSelect, ForeignKey, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.models import Event, EventDetail
from grievance.cases.models import Case, DuplicateLink
from grievance.cases.opening import OpenCase
from grievance.cases.queries import not_recused
from grievance.cases.verbs import Verb
from grievance.model import Base, among, code
from grievance.vault.labels import Label

STATES = ("linked", "apart")
GROUNDS = ("employer", "person", "phone")  # what two cases have in common
SAYING = (Verb.LINK_MATTER, Verb.PART_MATTER)


class LinkedMatter(Base):
    """What was said last of two cases, and by whom. The lesser id stands first, so that there is
    one row, whichever case it was said on."""

    __tablename__ = "linked_matter"
    __table_args__ = (
        among("state", STATES),
        CheckConstraint("case_id < other_id", name="ordered"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("grievance_case.id"), primary_key=True, index=True
    )
    state: Mapped[str] = code(8)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Said:
    """Why somebody said so: the grounds there were, and their own words."""

    grounds: tuple[str, ...]
    note: str = field(repr=False)


def row_of(session: Session, one: UUID, other: UUID) -> LinkedMatter | None:
    """What was said last of two cases."""
    return session.get(LinkedMatter, (min(one, other), max(one, other)), populate_existing=True)


def of_case(session: Session, case_id: UUID, person: UUID) -> list[tuple[Case, LinkedMatter]]:
    """The cases of which something was said beside this one, as far as this person may know of
    them; what was said last comes first."""
    beside = or_(
        and_(LinkedMatter.case_id == case_id, LinkedMatter.other_id == Case.id),
        and_(LinkedMatter.other_id == case_id, LinkedMatter.case_id == Case.id),
    )
    found = select(Case, LinkedMatter).join(LinkedMatter, beside).where(not_recused(person))
    rows = session.execute(found.order_by(LinkedMatter.at.desc(), Case.reference))
    return [(case, row) for case, row in rows]


def beside(session: Session, case_id: UUID, person: UUID) -> list[tuple[Case, bool]]:
    """The cases linked to this one that this person may know of, and whether each is about the very
    same matter."""
    same = Case.id.in_(_partners(DuplicateLink, case_id))
    linked = Case.id.in_(_partners(LinkedMatter, case_id))
    found = select(Case, same).where(or_(same, linked), not_recused(person))
    return [(case, is_same) for case, is_same in session.execute(found.order_by(Case.reference))]


def _partners(model: type[DuplicateLink | LinkedMatter], case_id: UUID) -> CompoundSelect[Any]:
    stands = [model.state == "linked"] if model is LinkedMatter else []
    one = select(model.other_id).where(model.case_id == case_id, *stands)
    return one.union_all(select(model.case_id).where(model.other_id == case_id, *stands))


def reasons(session: Session, opened: OpenCase) -> Mapping[UUID, Said]:
    """Why it was said last of each other case, as this case's own events keep it."""
    told = (
        select(Event, EventDetail)
        .join(EventDetail, EventDetail.event_id == Event.id)
        .where(Event.stream_id == opened.case.id, Event.verb.in_(SAYING))
        .order_by(Event.seq)
    )
    return {
        UUID(event.codes["other"]): _read(
            opened.open_text(Label.EVENT_DETAIL, kept.event_id, kept.ciphertext)
        )
        for event, kept in session.execute(told)
    }


def written(grounds: Sequence[str], note: str) -> str:
    """Grounds and words as an event keeps them."""
    return f"{' '.join(grounds)}\n{note}"


def _read(kept: str) -> Said:
    grounds, _, note = kept.partition("\n")
    return Said(tuple(one for one in GROUNDS if one in grounds.split()), note)
