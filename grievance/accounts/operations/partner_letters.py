"""The letters to partners' people, and to the operator's about a partner's key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.act import StaffAct
from grievance.accounts.models import Person
from grievance.accounts.partners import unconfirmed
from grievance.accounts.queries import memberships_of, staff_to_notify
from grievance.accounts.roles import Permission
from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox
from grievance.vault.keyring import KeyRing


@dataclass(frozen=True)
class Post:
    """With what a letter is sealed, where its link leads, and when it is written."""

    ring: KeyRing = field(repr=False)
    public_url: str
    now: datetime


def tell_of_waiting(session: Session, may: Collection[UUID], post: Post) -> None:
    """Tell the people of a partner who may approve it that a colleague waits for the key."""
    for one in session.scalars(select(Person).where(Person.id.in_(may)).order_by(Person.id)):
        to = AddressBox(one.id, one.address_box)
        letter = messages.partner_waits(to, one.language, post.public_url)
        outbox.enqueue(session, post.ring.notifier_public, letter, post.now)


def tell_of_key(session: Session, person_id: UUID, post: Post) -> None:
    """Tell who works on cases that this person's organisation has a key to be confirmed, if so."""
    there = {fact.organisation_id: fact.organisation for fact in memberships_of(session, person_id)}
    for partner in unconfirmed(session):
        if partner.id not in there:
            continue
        for one in staff_to_notify(session, Permission.KEYS_COMPARE):
            to = AddressBox(one.person_id, one.address_box)
            letter = messages.partner_key(to, one.language, post.public_url, there[partner.id])
            outbox.enqueue(session, post.ring.notifier_public, letter, post.now)


def tell_of_respondent(session: Session, company: str, post: Post) -> None:
    """Tell who works on cases that somebody of a company has a key to be heard."""
    for one in staff_to_notify(session, Permission.KEYS_COMPARE):
        to = AddressBox(one.person_id, one.address_box)
        letter = messages.partner_key(to, one.language, post.public_url, company)
        outbox.enqueue(session, post.ring.notifier_public, letter, post.now)


def tell_of_reset(session: Session, person_id: UUID, post: Post) -> None:
    """Tell somebody of a partner that a new password was set for them, whoever gives them the key:
    if it was not they, somebody has read their mail. Nobody else; the operator's own people read it
    in the letter that says when they get the key."""
    if not any(fact.guest for fact in memberships_of(session, person_id)):
        return
    person = session.get_one(Person, person_id)
    to = AddressBox(person.id, person.address_box)
    letter = messages.partner_reset(to, person.language, post.public_url)
    outbox.enqueue(session, post.ring.notifier_public, letter, post.now)


def tell_of_closing(act: StaffAct, people: Collection[UUID], public_url: str) -> None:
    """Tell these people of a partner that it has no account here any more."""
    session, name = act.session, act.organisation().name
    for one in session.scalars(select(Person).where(Person.id.in_(people)).order_by(Person.id)):
        to = AddressBox(one.id, one.address_box)
        letter = messages.partner_closed(to, one.language, public_url, name)
        outbox.enqueue(session, act.ring.notifier_public, letter, act.now)
