"""Who is told that there is news: staff by role, the worker when an address was given.

A letter holds nothing of the case; its row is stamped to the hour by the outbox.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.queries import staff_to_notify
from grievance.accounts.roles import Permission
from grievance.cases import records
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase
from grievance.cases.site import Site
from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox

Letter = Callable[..., messages.Message]


def _staff(
    session: Session, site: Site, case: Case, letter: Letter, now: datetime, only: UUID | None
) -> None:
    for person in staff_to_notify(session, Permission.CASE_WORK):
        if only is None or person.person_id == only:
            written = letter(
                AddressBox(person.person_id, person.address_box),
                person.language,
                site.public_url,
                case=case.id,
            )
            outbox.enqueue(session, site.ring.notifier_public, written, now)


def staff_of_new_case(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell everybody who works on cases; in danger with the letter that goes first."""
    letter = messages.danger if case.danger else messages.new_case
    _staff(session, site, case, letter, now, None)


def staff_of_answer(session: Session, site: Site, case: Case, now: datetime) -> None:
    """Tell the handler of the case, or everybody while nobody has it."""
    _staff(session, site, case, messages.worker_answered, now, case.assignee_id)


def worker_of_news(session: Session, site: Site, opened: OpenCase, now: datetime) -> bool:
    """Send the neutral letter if the worker gave an e-mail address; whether one was sent."""
    contact = records.read(session, opened, "identity").get("contact") or {}
    if contact.get("way") != "email" or not contact.get("value"):
        return False
    case = opened.case
    letter = messages.worker_news(contact["value"], case.language, site.public_url, case=case.id)
    outbox.enqueue(session, site.ring.notifier_public, letter, now)
    return True
