"""Founding: the operator is made at the terminal, its keys are born in the founder's first request.

Filing stays closed until the recovery sheet was typed back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit, named
from grievance.accounts.audit import Deed
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.models import Invitation, OperatorProfile, Organisation
from grievance.accounts.operations.keymaking import add_generation, give_key, member_of, new_sheet
from grievance.accounts.operations.persons import (
    INVITATION_LASTS,
    Admitted,
    Identity,
    actor_of,
    admit,
    join,
    locked,
    take_away,
    take_invitation,
)
from grievance.accounts.queries import email_tag, operator
from grievance.accounts.roles import Role
from grievance.notifications.addresses import seal_address
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from grievance.vault.sessions import new_secret, secret_hash


@dataclass(frozen=True)
class Founder:
    """What the founder says of themselves and of the organisation."""

    organisation: str
    name: str
    address: str
    language: str
    password: HashedPassword


def set_up(session: Session, now: datetime) -> str:
    """Make the operator and answer the token of its one founding invitation.

    Called again before anybody founded, it gives a new token and the old one is void; Refused
    (`founded`) afterwards.
    """
    organisation = operator(session)
    if organisation is None:
        organisation = Organisation(id=uuid4(), kind="operator", founded_at=None)
        session.add(organisation)
        session.flush()
        session.add(OperatorProfile(organisation_id=organisation.id))
    organisation = locked(session, Organisation, organisation.id)
    if organisation.founded_at is not None:
        raise Refused("founded")
    mine = (Invitation.organisation_id == organisation.id, Invitation.kind == "found")
    take_away(session, select(Invitation).where(*mine))
    token = new_secret()
    session.add(
        Invitation(
            token_hash=secret_hash(token),
            kind="found",
            person_id=uuid4(),
            organisation_id=organisation.id,
            role=Role.DIRECTOR,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
    )
    named.leave(session, organisation)  # the founding names them
    return token


def found(
    session: Session, token: str, founder: Founder, *, ring: KeyRing, now: datetime
) -> Admitted:
    """Make the founder and the operator's key, and the recovery sheet they print next.

    The founder becomes director. Refused when the link is used up or somebody founded first.
    """
    invited = take_invitation(session, token, now)
    organisation = locked(session, Organisation, invited.organisation_id)
    if organisation.founded_at is not None:
        raise Refused("founded")
    identity = Identity(
        invited.person_id,
        founder.name,
        email_tag(ring, founder.address),
        seal_address(ring.notifier_public, invited.person_id, founder.address).box,
        founder.language,
    )
    admitted = admit(session, identity, founder.password, ring, now)
    organisation.name, organisation.founded_at = founder.organisation, now
    join(session, admitted.person_id, organisation, Role.DIRECTOR)
    key = add_generation(session, organisation, ring, now)
    give_key(session, key, member_of(session, ring, admitted.person_id))
    new_sheet(session, key, admitted.person_id, ring, now)
    named.take_all(session, organisation)
    codes = {"person": admitted.person_id, "check": key.row.check.hex()}
    deed = Deed("founded", actor_of(admitted.person_id), now, codes)
    audit.record(session, organisation, deed)
    return admitted
