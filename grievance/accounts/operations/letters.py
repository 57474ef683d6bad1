"""The letters of this room, put into the outbox beside the act they tell of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.act import StaffAct
from grievance.accounts.models import KeyRequest, Person
from grievance.accounts.operations.keys import alone_from, approvers
from grievance.accounts.queries import Addressee, day_here, invitation, staff_to_notify
from grievance.accounts.roles import Permission
from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox
from grievance.vault.keyring import KeyRing


def send_invitation(act: StaffAct, token: str, link: str, language: str) -> None:
    """Send the link of an open invitation, or of a new password, to the address it is for; in
    `language` to who never chose one."""
    session = act.session
    invited = invitation(session, token, act.now)
    if invited is None:
        return
    person = session.get(Person, invited.person_id)
    box = invited.address_box or (person.address_box if person else None)
    if box is None:
        return
    to = AddressBox(invited.person_id, box)
    spoken = person.language if person else language
    letter = messages.invitation(to, spoken, link, day_here(session, invited.expires_at))
    outbox.enqueue(session, act.ring.notifier_public, letter, act.now)


def tell_of_key_request(
    session: Session, person_id: UUID, public_url: str, *, ring: KeyRing, now: datetime
) -> None:
    """Tell those who may approve it that this person waits for the key, if they do. Tell the person
    when a new password was set for them, and from when who asked could approve it alone."""
    asked = session.scalars(
        select(KeyRequest).where(KeyRequest.person_id == person_id, KeyRequest.state == "waiting")
    ).first()
    if asked is None:
        return
    may = approvers(session, asked)
    for holder_id, box, language in staff_to_notify(session, Permission.KEYS_COMPARE):
        if holder_id in may:
            letter = messages.key_request(AddressBox(holder_id, box), language, public_url)
            outbox.enqueue(session, ring.notifier_public, letter, now)
    person, alone = session.get(Person, person_id), alone_from(session, asked)
    if person and (alone or asked.reason == "reset"):
        reset = asked.reason == "reset"
        day = day_here(session, alone) if alone else None
        to = AddressBox(person_id, person.address_box)
        told = messages.key_waits(to, person.language, public_url, reset=reset, day=day)
        outbox.enqueue(session, ring.notifier_public, told, now)


def tell_of_removal(act: StaffAct, person_id: UUID, public_url: str) -> None:
    """Tell who was removed or refused the key, and everybody else who manages people."""
    session = act.session
    told = {one.person_id: one for one in staff_to_notify(session, Permission.PEOPLE_MANAGE)}
    person = session.get(Person, person_id)
    if person:
        told[person_id] = Addressee(person_id, person.address_box, person.language)
    for one in told.values():
        if one.person_id != act.by.person_id:
            letter = messages.member_removed(
                AddressBox(one.person_id, one.address_box), one.language, public_url
            )
            outbox.enqueue(session, act.ring.notifier_public, letter, act.now)
