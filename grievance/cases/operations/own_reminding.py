"""Setting an own reminder, changing it, being done with it. No event: nobody else is told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from grievance.cases.act import Act
from grievance.cases.own_reminders import MOST, OwnReminder, Remind, sees_to, there
from grievance.refusals import Refused
from grievance.vault.labels import Label


def remind(act: Act, row_id: UUID, asked: Remind) -> None:
    """Set a reminder of this id, or change the day and words of the one that is there.

    Where its writer has the case, or looks after it today, it goes along with the case. Refuses
    `reminder_day` for a day that is over, `reminders_many` for the twenty-first of one person in
    one case.
    """
    if asked.due_on < act.today:
        raise Refused("reminder_day")
    words = act.opened.seal_text(Label.OWN_REMINDER, row_id, asked.words)
    if row := mine(act, row_id):
        row.due_on, row.words = asked.due_on, words
        row.key_generation = act.case.key_generation
        return
    person = act.actor.person
    assert person is not None
    own = (OwnReminder.case_id == act.case.id, OwnReminder.person_id == person)
    if (act.session.scalar(select(func.count()).where(*own)) or 0) >= MOST:
        raise Refused("reminders_many")
    act.session.add(
        OwnReminder(
            id=row_id,
            case_id=act.case.id,
            person_id=person,
            along=sees_to(act.session, act.case, person, act.now),
            due_on=asked.due_on,
            key_generation=act.case.key_generation,
            words=words,
        )
    )


def done(act: Act, row_id: UUID) -> None:
    """Take a reminder away; nothing happens where it is not there for who acts."""
    if row := mine(act, row_id):
        act.session.delete(row)


def mine(act: Act, row_id: UUID) -> OwnReminder | None:
    """The reminder, where it is there for who acts now; the case is held."""
    person = act.actor.person
    assert person is not None
    rows = there(act.session, act.case, person, act.now)
    return next((row for row in rows if row.id == row_id), None)
