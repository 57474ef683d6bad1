"""One letter a day for each member of staff: how much came for them, and nothing of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from grievance.accounts.digesting import claim_day
from grievance.accounts.queries import staff_to_notify
from grievance.accounts.roles import Permission
from grievance.cases import late_passages, notices, own_reminders
from grievance.cases.site import Site
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox

READING = (Permission.CASE_WORK, Permission.PASSAGE_TRANSLATE)  # nobody has both


def digest(session: Session, site: Site, now: datetime) -> dict[str, int]:
    """Write to each member whose hour has come, on a day on which the operator reads, what they
    were not told yet. Once a day each, by however many it is asked; who has nothing gets nothing.
    """
    hours = operator_hours(session)
    day, hour = local_day(now, hours.zone), now.astimezone(ZoneInfo(hours.zone)).hour
    turn = claim_day(session, day, hour) if hours.reads_on(day) else set()
    every = [one for may in READING for one in staff_to_notify(session, may)]
    people = [one for one in every if one.person_id in turn]
    counted = notices.take_untold(session, [one.person_id for one in people], now)
    for person, count in own_reminders.counted(session, turn, day, now).items():
        counted.setdefault(person, {})["reminded"] = count
    works = turn & {one.person_id for one in staff_to_notify(session, Permission.CASE_WORK)}
    for person, count in late_passages.counted(session, works, day, now).items():
        counted.setdefault(person, {})["passage_late"] = count
    letters = [
        messages.digest(
            AddressBox(to.person_id, to.address_box),
            to.language,
            site.public_url,
            counted[to.person_id],
        )
        for to in people
        if counted.get(to.person_id)
    ]
    outbox.enqueue_all(session, site.ring.notifier_public, letters, now)
    session.commit()
    return {"due": len(turn), "done": len(letters)}
