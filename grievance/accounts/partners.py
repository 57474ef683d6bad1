"""What is asked of partner organisations: whose key a packet is sealed to, who they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.companies import heard
from grievance.accounts.keys import RECIPIENT, holder_of, holders, organisation_key
from grievance.accounts.models import (
    Membership,
    MembershipKey,
    Organisation,
    OrganisationKey,
    Person,
)
from grievance.accounts.queries import Addressee
from grievance.accounts.roles import COMPANY, GUESTS
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder


def partner_of(session: Session, mechanism: str) -> Organisation | None:
    """The open partner organisation that is this body of the directory."""
    return session.scalars(
        select(Organisation).where(
            Organisation.mechanism == mechanism, Organisation.closed_at.is_(None)
        )
    ).first()


def recipient_of(session: Session, ring: KeyRing, mechanism: str) -> Holder | None:
    """The holder that a packet to this body is sealed to: its newest key, checked. None for a body
    without an account, while no member holds its key, and before somebody confirmed it.

    StrangeKey when the key was swapped in the database.
    """
    partner = partner_of(session, mechanism)
    key = organisation_key(session, partner.id) if partner else None
    if key is None or key.confirmed_at is None or not holders(session, key.organisation_id):
        return None
    held = holder_of(ring, key)
    return Holder(RECIPIENT, held.id, held.generation, held.public)


def partner_people(
    session: Session, partner_id: UUID, named: Collection[UUID] = ()
) -> list[Addressee]:
    """The people of a partner who can read what was handed over to it, to be told something; of a
    company only those who were named for it."""
    there = select(Membership.person_id).where(
        Membership.organisation_id == partner_id,
        Membership.active,
        Membership.person_id.in_(named),
    )
    may = or_(Person.id.in_(holders(session, partner_id)), Person.id.in_(there))
    rows = session.execute(
        select(Person.id, Person.address_box, Person.language)
        .where(may, Person.state == "active")
        .order_by(Person.id)
    )
    return [Addressee(*row) for row in rows]


def addressees(session: Session, people: Collection[UUID]) -> list[Addressee]:
    """These people, whether they are still there or not."""
    rows = session.execute(
        select(Person.id, Person.address_box, Person.language)
        .where(Person.id.in_(people))
        .order_by(Person.id)
    )
    return [Addressee(*row) for row in rows]


class PartnerFact(NamedTuple):
    """One line of the list of partners. `held` is whether anybody of it can read."""

    id: UUID
    kind: str
    mechanism: str
    name: str
    vetted_by: str
    added_by: UUID
    added_at: datetime
    closed_at: datetime | None
    people: int
    held: bool
    confirmed: bool | None  # None: no key was born yet

    @property
    def state(self) -> str:
        """How far it is: one of `STATES`."""
        if self.closed_at is not None:
            return "closed"
        if not self.people:
            return "empty"
        if self.kind == COMPANY:
            return "ready" if self.held else "unheard"
        if not self.held:
            return "unheld"
        return "ready" if self.confirmed else "unconfirmed"


STATES = ("empty", "unheld", "unconfirmed", "unheard", "ready", "closed")


def partners(session: Session) -> list[PartnerFact]:
    """All partners and companies, closed ones too, in the order in which they were added."""
    mine = Organisation.id
    newest = (
        select(OrganisationKey.confirmed_at.is_not(None))
        .where(OrganisationKey.organisation_id == mine)
        .order_by(OrganisationKey.generation.desc())
        .limit(1)
        .scalar_subquery()
    )
    people = (
        select(func.count())
        .where(Membership.organisation_id == mine, Membership.active)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            mine,
            Organisation.kind,
            Organisation.mechanism,
            Organisation.name,
            Organisation.vetted_by,
            Organisation.added_by,
            Organisation.added_at,
            Organisation.closed_at,
            people,
            or_(
                exists().where(MembershipKey.organisation_id == mine),
                exists().where(Membership.organisation_id == mine, Membership.active, heard()),
            ),
            newest,
        )
        .where(Organisation.kind.in_(GUESTS))
        .order_by(Organisation.added_at, mine)
    )
    return [PartnerFact(*row) for row in rows]


def unconfirmed(session: Session) -> list[PartnerFact]:
    """The partners whose key somebody has to hear six words of."""
    return [one for one in partners(session) if one.state == "unconfirmed"]
