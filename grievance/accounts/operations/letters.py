"""The letters of this room, put into the outbox beside the act they tell of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grievance.accounts.act import StaffAct
from grievance.accounts.models import (
    Absence,
    Invitation,
    KeyRequest,
    Membership,
    Organisation,
    Person,
)
from grievance.accounts.operations import partner_letters
from grievance.accounts.operations.keys import alone_from, approvers
from grievance.accounts.operations.partner_letters import Post
from grievance.accounts.operations.way_back import Way
from grievance.accounts.queries import (
    Addressee,
    day_here,
    invitation,
    memberships_of,
    staff_to_notify,
)
from grievance.accounts.roles import COMPANY, GUESTS, Permission
from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox
from grievance.refusals import Refused
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
    until, name = day_here(session, invited.expires_at), _partner_name(session, invited)
    letter = messages.invitation(to, spoken, link, until, partner=name)
    outbox.enqueue(session, act.ring.notifier_public, letter, act.now)


def _partner_name(session: Session, invited: Invitation) -> str:
    """The name of the partner that an invitation is for; empty at the operator."""
    house = session.get_one(Organisation, invited.organisation_id)
    return house.name if house.kind in GUESTS else ""


def tell_of_key_request(
    session: Session, person_id: UUID, public_url: str, *, ring: KeyRing, now: datetime
) -> None:
    """Tell those who may approve it that this person waits for the key, if they do. Tell the person
    when a new password was set for them, and from when who asked could approve it alone."""
    asked = session.scalars(
        select(KeyRequest).where(KeyRequest.person_id == person_id, KeyRequest.state == "waiting")
    ).first()
    if asked is None:
        partner_letters.tell_of_key(session, person_id, Post(ring, public_url, now))
        return
    may = approvers(session, asked)
    house = session.get_one(Organisation, asked.organisation_id)
    if house.kind in GUESTS:
        post = Post(ring, public_url, now)
        if house.kind == COMPANY:
            partner_letters.tell_of_respondent(session, house.name, post)
        else:
            partner_letters.tell_of_waiting(session, may, post)
        return
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


def tell_of_way_back(
    session: Session, way: Way, public_url: str, *, ring: KeyRing, now: datetime
) -> None:
    """Tell everybody who holds the key, or lately did and is a member, and the person it is for, of
    a link to come back by, and from when it works."""
    day = day_here(session, way.opens) if way.others else None
    for one in _told(session, way.row.person_id, Permission.KEYS_COMPARE, also=way.others):
        mine = one.person_id == way.row.person_id
        to = AddressBox(one.person_id, one.address_box)
        letter = messages.way_back(to, one.language, public_url, mine=mine, day=day)
        outbox.enqueue(session, ring.notifier_public, letter, now)


def tell_of_sheet_used(
    session: Session, person_id: UUID, public_url: str, *, ring: KeyRing, now: datetime
) -> None:
    """Tell who came back with the recovery sheet, everybody who holds the key, and who manages
    people."""
    may = (Permission.KEYS_COMPARE, Permission.PEOPLE_MANAGE)
    for one in _told(session, person_id, *may):
        mine = one.person_id == person_id
        to = AddressBox(one.person_id, one.address_box)
        letter = messages.sheet_used(to, one.language, public_url, mine=mine)
        outbox.enqueue(session, ring.notifier_public, letter, now)


def _told(
    session: Session, person_id: UUID, *permissions: Permission, also: Collection[UUID] = ()
) -> list[Addressee]:
    """This person, member or not, who has one of these permissions, and who of `also` is a
    member."""
    may = [one for each in permissions for one in staff_to_notify(session, each)]
    found = {one.person_id: one for one in may}
    there = select(Membership.person_id).where(Membership.person_id.in_(also), Membership.active)
    known = select(Person).where(or_(Person.id == person_id, Person.id.in_(there)))
    for one in session.scalars(known.order_by(Person.id)):
        found[one.id] = Addressee(one.id, one.address_box, one.language)
    return list(found.values())


def send_new_address(act: StaffAct, token: str, link: str) -> None:
    """Send the link that proves a new address to that address."""
    session = act.session
    offered = invitation(session, token, act.now)
    person = session.get(Person, offered.person_id) if offered else None
    if offered is None or offered.address_box is None or person is None:
        return
    to, day = AddressBox(person.id, offered.address_box), day_here(session, offered.expires_at)
    letter = messages.new_address(to, person.language, link, day)
    outbox.enqueue(session, act.ring.notifier_public, letter, act.now)


def tell_of_new_address(
    session: Session, before: Addressee, public_url: str, *, ring: KeyRing, now: datetime
) -> None:
    """Tell the address that a member had until now that it is another one."""
    to = AddressBox(before.person_id, before.address_box)
    letter = messages.member_changed(to, before.language, public_url)
    outbox.enqueue(session, ring.notifier_public, letter, now)


def tell_of_change(act: StaffAct, person_id: UUID, public_url: str) -> None:
    """Tell a member that their role or name was changed, or a new address named for them, and
    everybody else who manages people."""
    for one in _told(act.session, person_id, Permission.PEOPLE_MANAGE):
        if one.person_id != act.by.person_id:
            to = AddressBox(one.person_id, one.address_box)
            letter = messages.member_changed(to, one.language, public_url)
            outbox.enqueue(act.session, act.ring.notifier_public, letter, act.now)


def tell_of_factor(session: Session, person_id: UUID, what: str, post: Post) -> None:
    """Tell a member what became of their second step: `messages.factor` says which words."""
    person = session.get_one(Person, person_id)
    to = AddressBox(person.id, person.address_box)
    there = any(fact.guest for fact in memberships_of(session, person_id))
    letter = messages.factor(to, person.language, post.public_url, what, partner=there)
    outbox.enqueue(session, post.ring.notifier_public, letter, post.now)


def tell_of_removal(act: StaffAct, person_id: UUID, public_url: str) -> None:
    """Tell who was removed or refused the key, and everybody else who manages people; in words of
    their own who was of a partner."""
    session, house = act.session, act.organisation()
    there = house.name if house.kind in GUESTS else ""
    for one in _told(session, person_id, Permission.PEOPLE_MANAGE):
        if one.person_id == act.by.person_id:
            continue
        to = AddressBox(one.person_id, one.address_box)
        if there:
            mine = one.person_id == person_id
            written = messages.partner_removed if mine else messages.partner_left
            letter = written(to, one.language, public_url, there)
        else:
            letter = messages.member_removed(to, one.language, public_url)
        outbox.enqueue(session, act.ring.notifier_public, letter, act.now)


def tell_of_absence(act: StaffAct, noted: Absence, public_url: str) -> None:
    """Tell who was noted as away by somebody else, and whoever looks after their cases."""
    for person_id in (noted.person_id, noted.deputy_id):
        person = act.session.get(Person, person_id) if person_id else None
        if person is None or person_id == act.by.person_id:
            continue
        to, mine = AddressBox(person.id, person.address_box), person.id == noted.person_id
        letter = messages.away(to, person.language, public_url, noted.until_day, mine=mine)
        outbox.enqueue(act.session, act.ring.notifier_public, letter, act.now)


def retry(act: StaffAct, letter: UUID) -> None:
    """Try a letter again that was given up. Refuses `decided` for one that is not."""
    organisation = act.organisation()
    if not outbox.revive(act.session, act.now, letter):
        raise Refused("decided")
    act.record(organisation, "letter_retried", letter=letter)
