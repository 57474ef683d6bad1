"""Interpreters and translators: people of the operator who hold no key but their own.

What is given to one of them is sealed to that key, once somebody who holds the operator's key has
heard its six words from them. So who invites them reads nothing for them.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, and_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.keys import member_holder
from grievance.accounts.models import Membership, Organisation, Person
from grievance.accounts.roles import Role
from grievance.model import Base
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder

INTERPRETER = "interpreter"  # one of them as holder of the passages that were given to them


class Interpreter(Base):
    """Which key of an interpreter somebody has heard the six words of."""

    __tablename__ = "interpreter"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    heard_generation: Mapped[int]
    heard_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    heard_at: Mapped[datetime]


class InterpreterFact(NamedTuple):
    """One of them, as somebody chooses who translates."""

    id: UUID
    name: str
    heard: bool


def _heard() -> ColumnElement[bool]:
    """Of a person: the key they have now is the one whose words somebody heard."""
    same = Interpreter.heard_generation == Person.key_generation
    found = select(Interpreter.person_id).where(Interpreter.person_id == Person.id, same)
    return found.correlate(Person).exists()


def _who() -> ColumnElement[bool]:
    """Of a person: they interpret for the operator now."""
    there = (
        select(Membership.person_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Membership.person_id == Person.id,
            Membership.role == Role.INTERPRETER,
            Membership.active,
            Organisation.kind == "operator",
        )
    )
    return and_(Person.state == "active", there.correlate(Person).exists())


def interpreters(session: Session) -> list[InterpreterFact]:
    """Everybody who interprets for the operator now, by the time they joined."""
    wanted = select(Person.id, Person.name, _heard()).where(_who())
    rows = session.execute(wanted.order_by(Person.created_at, Person.id))
    return [InterpreterFact(*row) for row in rows]


def unheard(session: Session) -> list[InterpreterFact]:
    """Those whose six words nobody has heard yet, or not since they have another key."""
    return [one for one in interpreters(session) if not one.heard]


def interpreter_holder(session: Session, ring: KeyRing, person_id: UUID) -> Holder | None:
    """One of them as holder of what is given to them now; None for who does not interpret here, or
    whose key nobody has heard. StrangeKey when it was swapped in the database."""
    wanted = select(Person).where(Person.id == person_id, _who(), _heard())
    person = session.scalars(wanted.execution_options(populate_existing=True)).first()
    if person is None:
        return None
    held = member_holder(ring, person)
    return Holder(INTERPRETER, held.id, held.generation, held.public)
