"""What is asked of partner organisations: whose key a packet is sealed to, who they are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.keys import RECIPIENT, holder_of, holders, organisation_key
from grievance.accounts.models import Organisation
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
