"""The letters of this room, put into the outbox beside the act they tell of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import KeyRequest, Person
from grievance.accounts.queries import day_here, invitation, staff_to_notify
from grievance.accounts.roles import Permission
from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox
from grievance.vault.keyring import KeyRing


def send_invitation(
    session: Session, token: str, link: str, *, language: str, ring: KeyRing, now: datetime
) -> None:
    """Send the link of an open invitation, or of a new password, to the address it is for."""
    invited = invitation(session, token, now)
    if invited is None:
        return
    person = session.get(Person, invited.person_id)
    box = invited.address_box or (person.address_box if person else None)
    if box is None:
        return
    to = AddressBox(invited.person_id, box)
    spoken = person.language if person else language
    letter = messages.invitation(to, spoken, link, day_here(session, invited.expires_at))
    outbox.enqueue(session, ring.notifier_public, letter, now)


def tell_key_holders(
    session: Session, person_id: UUID, public_url: str, *, ring: KeyRing, now: datetime
) -> None:
    """Tell everybody who can approve keys that this person waits for one, if they do."""
    asked = select(KeyRequest.id).where(
        KeyRequest.person_id == person_id, KeyRequest.state == "waiting"
    )
    if session.scalars(asked).first() is None:
        return
    for holder_id, box, language in staff_to_notify(session, Permission.KEYS_APPROVE):
        letter = messages.key_request(AddressBox(holder_id, box), language, public_url)
        outbox.enqueue(session, ring.notifier_public, letter, now)
