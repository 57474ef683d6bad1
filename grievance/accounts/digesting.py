"""Whose hour for the letter of the day has come."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from grievance.accounts.models import Person


def claim_day(session: Session, day: date, hour: int) -> set[UUID]:
    """The members whose hour this is, or was since midnight, and who had no turn on this day: they
    have it now, and nobody else who asks is given them again."""
    waits = or_(Person.digested_on.is_(None), Person.digested_on < day)
    mine = update(Person).where(Person.state == "active", Person.digest_hour <= hour, waits)
    claimed = mine.values(digested_on=day).returning(Person.id)
    return set(session.scalars(claimed, execution_options={"synchronize_session": False}))
