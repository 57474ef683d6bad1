"""Own reminders: what somebody wants to think of in a case, on which day.

No verb of the case: nobody else is told, and nothing of the case changes. One that is set by who
has the case belongs to the case and goes along with it; any other is of who wrote it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, and_, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts import audit
from grievance.accounts.absences import away
from grievance.cases.deputies import Whose, seeing_to
from grievance.cases.models import Case, Recusal
from grievance.cases.opening import OpenCase
from grievance.cases.recleaning import Reader
from grievance.model import Base, identifier, sealed
from grievance.vault.labels import Label

MOST = 20  # of one person in one case


class OwnReminder(Base):
    """One of them; `along` where it goes with the case. When it is done the row goes."""

    __tablename__ = "own_reminder"
    __table_args__ = (Index("ix_own_reminder_due_on", "due_on"),)

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    along: Mapped[bool]
    due_on: Mapped[date] = mapped_column(Date)
    key_generation: Mapped[int]
    words: Mapped[bytes] = sealed("own-reminder.words/1")


@dataclass(frozen=True)
class Remind:
    """On which day, and of what."""

    due_on: date
    words: str = field(repr=False)


@dataclass(frozen=True)
class Reminded:
    """A reminder that is there for who reads it, opened."""

    row: OwnReminder
    words: str = field(repr=False)


def _seen_by(own: Whose, person: UUID) -> ColumnElement[bool]:
    """Whose it is: with the case, of who sees to it today; else of who wrote it."""
    of_case = and_(OwnReminder.along.expression, own.theirs)
    return or_(of_case, and_(~OwnReminder.along.expression, OwnReminder.person_id == person))


def reminded(own: Whose, person: UUID, today: date) -> ColumnElement[bool]:
    """That this person has a reminder in the case whose day has come."""
    due = (OwnReminder.case_id == Case.id, OwnReminder.due_on <= today)
    return exists().where(*due, _seen_by(own, person))


def sees_to(session: Session, case: Case, person: UUID, now: datetime) -> bool:
    """Whether this person has the case, or looks after it today."""
    return person == case.assignee_id or person in seeing_to(session, case, now)


def there(session: Session, case: Case, person: UUID, now: datetime) -> list[OwnReminder]:
    """What is there for this person in a case, the next day first."""
    chosen = select(OwnReminder).where(
        OwnReminder.case_id == case.id, OwnReminder.along | (OwnReminder.person_id == person)
    )
    rows = session.scalars(chosen.order_by(OwnReminder.due_on, OwnReminder.id)).all()
    sees = any(row.along for row in rows) and sees_to(session, case, person, now)
    return [row for row in rows if sees or not row.along]


def of_case(session: Session, opened: OpenCase, person: UUID, now: datetime) -> list[Reminded]:
    """The same, opened."""
    return [
        Reminded(row, words_of(opened, row)) for row in there(session, opened.case, person, now)
    ]


def words_of(opened: OpenCase, row: OwnReminder) -> str:
    """Its words; `Tampered` when they were moved."""
    return opened.open_text(Label.OWN_REMINDER, row.id, row.words)


def due(
    session: Session, reader: Reader, cases: Sequence[Case], today: date, now: datetime
) -> dict[UUID, list[Reminded]]:
    """What has come in these cases for who reads. That one of a colleague was read is written
    down; own words tell their writer nothing."""
    found: dict[UUID, list[Reminded]] = {}
    for case in cases:
        opened = reader.open(session, case.id)
        if opened is None:
            continue
        rows = [row for row in there(session, case, reader.person, now) if row.due_on <= today]
        found[case.id] = [Reminded(row, words_of(opened, row)) for row in rows]
        if any(row.person_id != reader.person for row in rows):
            actor = f"member:{reader.person}"
            audit.record_read(session, case.id, actor=actor, now=now, what="note")
    return found


def counted(
    session: Session, people: Collection[UUID], today: date, now: datetime
) -> dict[UUID, int]:
    """How many reminders have come for each of these people, as far as they may know of the case.
    Nothing sealed is read."""
    gone = away(session, now)
    told = (OwnReminder.along, OwnReminder.person_id, Case.assignee_id, Case.id)
    come = select(*told).join(Case, Case.id == OwnReminder.case_id)
    stands = select(Recusal.person_id, Recusal.case_id).where(Recusal.state == "stands")
    out = {(person, case) for person, case in session.execute(stands)}
    found: Counter[UUID] = Counter()
    for along, writer, has, case in session.execute(come.where(OwnReminder.due_on <= today)):
        theirs = {has, gone.get(has) if has else None} if along else {writer}
        found.update(who for who in people if who in theirs and (who, case) not in out)
    return dict(found)
