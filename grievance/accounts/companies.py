"""Companies: which one an organisation is, and who of it answers for what.

A company has no key of its own. What a worker agrees to is sealed to people whom the worker was
told by name, each with their own key, so that nobody of the company who is named in a complaint
reads it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Integer, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.keys import member_holder
from grievance.accounts.models import VETTED_BY, Membership, Organisation, Person
from grievance.accounts.roles import COMPANY
from grievance.model import Base, among, code, digits_of, staff_text
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder

RESPONDENT = "respondent"  # one of a company's people as holder of packets they were named for
# How somebody made sure that the number is this company's.
NUMBER_BY = ("published", "register")
_DIGITS = 13


def corporate_number(typed: str) -> str:
    """The thirteen digits of a Japanese corporate number (法人番号), in digits of any script and
    with separators; empty where there are more or fewer, or the first does not check the others.

    The check digit is 9 less the remainder by 9 of the sum of the other twelve, of which every
    second one from the right counts twice (Ministry of Finance Ordinance 70 of 2014, art. 2).
    """
    found = digits_of(typed)
    if len(found) != _DIGITS:
        return ""
    twice = (int(one) * (1 + place % 2) for place, one in enumerate(reversed(found[1:])))
    return found if int(found[0]) == 9 - sum(twice) % 9 else ""


class Company(Base):
    """What was confirmed of a company before anybody of it was invited: its number, and with whom
    of it somebody has spoken, how; by whom and when."""

    __tablename__ = "company"
    __table_args__ = (
        among("number_by", NUMBER_BY),
        among("spoken_by", VETTED_BY),
        CheckConstraint(f"number ~ '^[1-9][0-9]{{{_DIGITS - 1}}}$'", name="number"),
        CheckConstraint("spoken_with <> ''", name="spoken_with"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[str] = code(_DIGITS, unique=True)
    number_by: Mapped[str] = code(16)
    spoken_with: Mapped[str] = staff_text()
    spoken_by: Mapped[str] = code(16)
    checked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime]


class Respondent(Base):
    """What somebody of a company does there, and what they must never read, as it was asked before
    they were invited; and which key of theirs somebody has heard the six words of."""

    __tablename__ = "respondent"
    __table_args__ = (
        CheckConstraint("task <> ''", name="task"),
        CheckConstraint("num_nulls(heard_generation, heard_by, heard_at) IN (0, 3)", name="heard"),
    )

    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)  # before the person exists
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    task: Mapped[str] = staff_text()
    never: Mapped[str] = staff_text(default="")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    heard_generation: Mapped[int | None] = mapped_column(Integer)
    heard_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    heard_at: Mapped[datetime | None]


class RespondentFact(NamedTuple):
    """One of a company's people, as somebody chooses who reads."""

    id: UUID
    organisation_id: UUID
    name: str
    task: str
    never: str
    heard: bool


def heard() -> ColumnElement[bool]:
    """Of a membership's person: the key they have now is the one whose words somebody heard."""
    found = (
        select(Respondent.person_id)
        .join(Person, Person.id == Respondent.person_id)
        .where(
            Respondent.person_id == Membership.person_id,
            Respondent.organisation_id == Membership.organisation_id,
            Respondent.heard_generation == Person.key_generation,
        )
    )
    return found.correlate(Membership).exists()


def respondents(session: Session, organisation_id: UUID) -> list[RespondentFact]:
    """The people of a company who are there now, by the time they joined."""
    rows = session.execute(
        select(
            Person.id,
            Membership.organisation_id,
            Person.name,
            Respondent.task,
            Respondent.never,
            heard(),
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Respondent, Respondent.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Respondent.organisation_id == organisation_id,
            Membership.active,
            Person.state == "active",
        )
        .order_by(Person.created_at, Person.id)
    )
    return [RespondentFact(*row) for row in rows]


def unheard(session: Session) -> list[RespondentFact]:
    """Everybody of a company whose six words nobody has heard yet."""
    open_ones = select(Organisation.id).where(
        Organisation.kind == COMPANY, Organisation.closed_at.is_(None)
    )
    every = [one for here in session.scalars(open_ones) for one in respondents(session, here)]
    return [one for one in every if not one.heard]


@dataclass(frozen=True)
class Named:
    """The people who were named to a worker as those of a company who read, and when."""

    organisation_id: UUID
    people: Collection[UUID]
    at: datetime | None


def named_holders(session: Session, ring: KeyRing, named: Named) -> list[Holder]:
    """Those of them whom a packet can be sealed to now, each with the key whose words were heard;
    nobody who left, and nobody who came back since and does something else there.

    StrangeKey when a key was swapped in the database.
    """
    there = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Respondent, Respondent.person_id == Person.id)
        .where(
            Person.id.in_(named.people),
            Person.state == "active",
            Membership.organisation_id == named.organisation_id,
            Membership.active,
            Respondent.asked_at <= named.at,
            heard(),
        )
        .order_by(Person.id)
        .execution_options(populate_existing=True)
    )
    held = [member_holder(ring, person) for person in session.scalars(there)]
    return [Holder(RESPONDENT, one.id, one.generation, one.public) for one in held]


def company_of(session: Session, organisation_id: UUID) -> Company | None:
    """What was confirmed of a company; None for an organisation that is none."""
    return session.get(Company, organisation_id)
