"""Partner organisations: a body of the directory whose people answer here for themselves.

The operator's administrator or director adds one and invites its people, who have accounts and a
key of their own. The key is born with the first of them; nothing is sealed to it before somebody
who holds the operator's key has heard its six words from the partner. So who can invite, and reads
no case, cannot read what is handed over either, by inviting themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.act import StaffAct
from grievance.accounts.keys import holder_of, holders, organisation_key
from grievance.accounts.models import Invitation, Membership, Organisation
from grievance.accounts.operations.invitations import active_membership
from grievance.accounts.operations.keymaking import begin_key
from grievance.accounts.operations.keys import are_words_of, newest_private
from grievance.accounts.operations.persons import end_membership, locked, take_away, take_key
from grievance.refusals import Refused


@dataclass(frozen=True)
class NewPartner:
    """Which body of the directory, what its organisation calls itself, and how the address that is
    invited first was found to be its own (one of `VETTED_BY`). `answers` says whether the entry is
    a body that can answer for itself; one that tells of a kind of body stands for anybody. `kind`
    is how its people read: with a key of all of them, or, in a company, each for themselves."""

    mechanism: str
    name: str
    vetted_by: str
    answers: bool
    kind: str = "partner"


def add(act: StaffAct, partner: NewPartner) -> UUID:
    """Make the organisation of a body, or open a closed one again; its id.

    Refused (`body_taken`) while the body has one that is open, (`no_body`) for an entry that is no
    body, whose partner would hold what was meant for others, or that was of another kind here, and
    for who was removed meanwhile.
    """
    session, house = act.session, act.organisation()
    if not partner.answers:
        raise Refused("no_body")
    active_membership(session, house.id, act.by.person_id)
    found = session.scalars(
        select(Organisation)
        .where(Organisation.mechanism == partner.mechanism)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is not None and found.closed_at is None:
        raise Refused("body_taken")
    if found is not None and found.kind != partner.kind:
        raise Refused("no_body")
    if found is None:
        found = Organisation(id=uuid4(), kind=partner.kind, mechanism=partner.mechanism)
        session.add(found)
    found.name, found.vetted_by = partner.name, partner.vetted_by
    found.added_by, found.added_at, found.closed_at = act.by.person_id, act.now, None
    session.flush()
    codes = {"mechanism": partner.mechanism, "vetted_by": partner.vetted_by}
    act.record(found, "partner_added", **codes)
    return found.id


def confirm_key(act: StaffAct, partner_id: UUID, words: str) -> None:
    """Say that this is the partner's own key: a person of theirs, telephoned at a number that the
    operator has from elsewhere, read out its six words.

    Refused (`fingerprint`) for other words, (`not_holder`) for who does not hold the operator's
    key, (`key_confirmed`) when there is none to confirm. StrangeKey when the key was swapped in the
    database.
    """
    session, house = act.session, act.organisation()
    newest_private(session, house.id, act.by)
    partner = locked(session, Organisation, partner_id)
    key = organisation_key(session, partner.id)
    if key is None or key.confirmed_at is not None or not holders(session, partner.id):
        raise Refused("key_confirmed")
    if not are_words_of(words, holder_of(act.ring, key).public):
        raise Refused("fingerprint")
    key.confirmed_by, key.confirmed_at = act.by.person_id, act.now
    house.resealing = house.resealing or key.generation > 1  # what it had is given to it again
    act.record(partner, "partner_key_confirmed", generation=key.generation)


def remove_person(act: StaffAct, person_id: UUID) -> None:
    """Take a person out of a partner, the last one too: signed out at their next request. When they
    held its key, the next request of a colleague who holds it changes it.

    Refused (`not_member`) for who is none any more.
    """
    session, partner = act.session, act.organisation()
    active_membership(session, partner.id, person_id)
    held = end_membership(session, person_id, partner.id)
    act.record(partner, "member_removed", person=person_id)
    due = partner.rotation_due or held
    partner.rotation_due = due and bool(holders(session, partner.id))


def close(act: StaffAct) -> list[UUID]:
    """End a partner: all its people are out at their next request, its links open nothing, and its
    key is with nobody. Who they were. Whoever calls this drops what was sealed to it. Refused
    (`closed_partner`) for one that is closed."""
    session, partner = act.session, act.organisation()
    if partner.closed_at is not None:
        raise Refused("closed_partner")
    there = select(Membership.person_id).where(
        Membership.organisation_id == partner.id, Membership.active
    )
    people = list(session.scalars(there.order_by(Membership.person_id)))
    for person_id in people:
        end_membership(session, person_id, partner.id)
    mine = (Invitation.organisation_id == partner.id, Invitation.used_at.is_(None))
    take_away(session, select(Invitation).where(*mine))
    partner.closed_at, partner.rotation_due, partner.resealing = act.now, False, False
    act.record(partner, "partner_closed", mechanism=partner.mechanism)
    return people


def hold(session: Session, mechanism: str) -> None:
    """Keep whether this body has an account, and its key, as they are until the transaction ends:
    who closes it or takes somebody out waits, and finds what is sealed to it meanwhile."""
    theirs = select(Organisation.id).where(Organisation.mechanism == mechanism)
    session.execute(theirs.with_for_update(read=True))


def begin_anew(act: StaffAct) -> None:
    """Let the partner's key be born anew with a member of it, who waits while nobody holds one.

    Refused (`not_member`), and (`holders_left`) while a colleague can approve.
    """
    session, partner = act.session, act.organisation()
    active_membership(session, partner.id, act.by.person_id)
    if partner.kind != "partner" or holders(session, partner.id):
        raise Refused("holders_left")
    take_key(session, act.by.person_id, partner.id)
    begin_key(session, partner, act.by.person_id, act.ring, act.now)
