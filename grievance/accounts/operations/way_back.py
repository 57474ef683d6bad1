"""The way back with the recovery sheet, for a director or lead who cannot sign in any more.

A command at the server makes a link that works once. It opens no key: only the request that brings
the sheet does. While somebody else holds the key, or had it taken away within thirty days, it works
only after 48 hours, and each of them and the person it is for can refuse it until it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit, quorum
from grievance.accounts.act import StaffAct
from grievance.accounts.audit import Deed
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.keys import holders, recovery_key
from grievance.accounts.models import Invitation, KeyRequest, Membership, Organisation, Person
from grievance.accounts.operations.keymaking import give_key, member_of, new_sheet
from grievance.accounts.operations.keys import ALONE_WAITS
from grievance.accounts.operations.leaving import others_manage
from grievance.accounts.operations.persons import (
    Admitted,
    actor_of,
    locked,
    new_member_key,
    take_away,
    take_invitation,
)
from grievance.accounts.operations.recovery import matching, through_sheet
from grievance.accounts.queries import email_tag, invitation, operator
from grievance.accounts.roles import Permission, Role, roles_with
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from grievance.vault.sessions import new_secret, secret_hash

KIND = "recover"
ACTOR = "cli:operator-way-back"
# Where it works at once: whoever prints it and whoever has the sheet speak to each other meanwhile.
LASTS = timedelta(hours=2)
# After the 48 hours: a day, for they may end at night.
OPEN_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Comer:
    """What somebody brings who comes back: a new password, and what they typed from the sheet."""

    password: HashedPassword
    typed: bytes = field(repr=False)


@dataclass(frozen=True)
class Way:
    """A link that may be used from `opens` on, and who else holds the key or lately did."""

    row: Invitation
    opens: datetime
    others: frozenset[UUID]

    @property
    def works(self) -> bool:
        """Whether it opens at all before it ends: not when somebody got the key since."""
        return self.opens < self.row.expires_at


def may_come_back(session: Session, organisation_id: UUID) -> list[Person]:
    """The directors and leads who hold the key or once did; where none of them is a member any
    more, those who were."""
    rows = session.execute(
        select(Person, Membership.active)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role.in_(roles_with(Permission.KEYS_APPROVE)),
            Person.id.in_(quorum.ever_held(session, organisation_id)),
        )
        .order_by(Person.created_at, Person.id)
    ).all()
    return [one for one, active in rows if active] or [one for one, _active in rows]


@dataclass(frozen=True)
class Offered:
    """A link that was just made: its token, which nothing keeps, and when it works."""

    token: str = field(repr=False)
    way: Way


def offer(session: Session, who: str, *, ring: KeyRing, now: datetime) -> Offered:
    """A link for the one with this address, or this name. An earlier one for them is void.

    Refused (`no_way_back`) unless exactly one director or lead is meant who holds or held the key.
    """
    found = operator(session)
    if found is None or found.founded_at is None:
        raise Refused("no_way_back")
    organisation = locked(session, Organisation, found.id)
    person = _meant(may_come_back(session, organisation.id), who, ring)
    _void(session, organisation.id, person.id)
    others = _others(session, organisation.id, person.id, now)
    opens = now + ALONE_WAITS if others else now
    token = new_secret()
    row = Invitation(
        token_hash=secret_hash(token),
        kind=KIND,
        person_id=person.id,
        organisation_id=organisation.id,
        role=_membership(session, organisation.id, person.id).role,
        created_at=now,
        expires_at=opens + (OPEN_FOR if others else LASTS),
        opens_at=opens,
    )
    session.add(row)
    deed = Deed("way_back_offered", ACTOR, now, {"person": person.id})
    audit.record(session, organisation, deed)
    return Offered(token, Way(row, opens, others))


def _meant(candidates: list[Person], who: str, ring: KeyRing) -> Person:
    tag, name = email_tag(ring, who), who.strip().casefold()
    fits = [one for one in candidates if one.email_tag == tag]
    fits = fits or [one for one in candidates if one.name.strip().casefold() == name]
    if len(fits) != 1:
        raise Refused("no_way_back")
    return fits[0]


def _others(
    session: Session, organisation_id: UUID, person_id: UUID, now: datetime
) -> frozenset[UUID]:
    """Who took the key from them cannot shorten the wait by it, nor make the link unrefusable."""
    held = {*holders(session, organisation_id), *quorum.lost_key(session, organisation_id, now)}
    return frozenset(held) - {person_id}


def open_ways(session: Session, organisation_id: UUID, now: datetime) -> list[Way]:
    """The links of an organisation that nobody used or refused and that are not over."""
    rows = session.scalars(
        select(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.kind == KIND,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.created_at)
    )
    return [_way(session, row, now) for row in rows]


def way(session: Session, token: str, now: datetime) -> Way | None:
    """What an open link is; None when it was used, refused, is over, or leads somewhere else."""
    row = invitation(session, token, now)
    return _way(session, row, now) if row is not None and row.kind == KIND else None


def _way(session: Session, row: Invitation, now: datetime) -> Way:
    others = _others(session, row.organisation_id, row.person_id, now)
    assert row.opens_at is not None  # a constraint
    opens = max(row.opens_at, row.created_at + ALONE_WAITS) if others else row.opens_at
    return Way(row, opens, others)


def sheet_public(session: Session, way: Way) -> bytes:
    """The public half of the newest sheet: what is typed is compared with it before a slow hash."""
    row = recovery_key(session, way.row.organisation_id)
    return row.public if row else b""


def come_back(
    session: Session, token: str, comer: Comer, *, ring: KeyRing, now: datetime
) -> Admitted:
    """Use a link: the person has a new password and a new key of their own, which the sheet gives
    the organisation's; all their sessions end. The sheet is void and a new one is theirs to print.

    Where nobody else holds the key, or manages people, they are director from now on: the sheet is
    the organisation's own proof, and nobody else may be able to let anybody in. Refused (`used`,
    `way_back_early`, `sheet`, `not_member`).
    """
    seen = way(session, token, now)
    if seen is None:
        raise Refused("used")
    organisation = locked(session, Organisation, seen.row.organisation_id)
    current = way(session, token, now)  # once more: somebody may have used or refused it
    if current is None:
        raise Refused("used")
    if now < current.opens:
        raise Refused("way_back_early")
    sheet = matching(session, organisation.id, comer.typed)
    person, role = _let_in(session, organisation.id, current)
    take_invitation(session, token, now)
    key = through_sheet(session, sheet, comer.typed, ring)
    admitted = new_member_key(session, person, comer.password, ring)
    _end_requests(session, organisation.id, person.id)
    give_key(session, key, member_of(session, ring, person.id))
    new_sheet(session, key, person.id, ring, now)
    _void(session, organisation.id)
    codes = {"person": person.id, "generation": key.row.generation, "role": role}
    audit.record(session, organisation, Deed("recovery_used", actor_of(person.id), now, codes))
    return admitted


def _let_in(session: Session, organisation_id: UUID, current: Way) -> tuple[Person, str]:
    """The person, a member again if they were not, and their role from now on."""
    person_id = current.row.person_id
    if person_id not in {one.id for one in may_come_back(session, organisation_id)}:
        raise Refused("not_member")
    person = locked(session, Person, person_id)
    membership = _membership(session, organisation_id, person_id)
    person.state, membership.active = "active", True
    alone = set(holders(session, organisation_id)) <= {person_id}
    if alone or not others_manage(session, organisation_id, person_id):
        membership.role = Role.DIRECTOR
    return person, membership.role


def refuse(act: StaffAct, way_id: UUID) -> UUID:
    """Take a link away before it is used; whose it was. Refused (`used`) when it is gone, and
    (`not_holder`) for who neither holds the key, or lately did, nor is the person it is for."""
    organisation = act.organisation()
    row = act.session.get(Invitation, way_id, populate_existing=True)
    if row is None or row.kind != KIND or row.used_at is not None or row.expires_at <= act.now:
        raise Refused("used")
    may = _others(act.session, organisation.id, row.person_id, act.now) | {row.person_id}
    if act.by.person_id not in may:
        raise Refused("not_holder")
    person_id = row.person_id
    act.session.delete(row)
    act.session.flush()
    act.record(organisation, "way_back_refused", person=person_id)
    return person_id


def _void(session: Session, organisation_id: UUID, person_id: UUID | None = None) -> None:
    """Take away open links of one person, or those of everybody: their sheet is used."""
    mine = (
        Invitation.organisation_id == organisation_id,
        Invitation.kind == KIND,
        Invitation.used_at.is_(None),
    )
    whose = (Invitation.person_id == person_id,) if person_id else ()
    take_away(session, select(Invitation).where(*mine, *whose))


def _end_requests(session: Session, organisation_id: UUID, person_id: UUID) -> None:
    """Nobody has to give them the key any more, and no link for a new password is left about."""
    waiting = select(KeyRequest).where(
        KeyRequest.organisation_id == organisation_id,
        KeyRequest.person_id == person_id,
        KeyRequest.state == "waiting",
    )
    for request in session.scalars(waiting):
        request.state = "ended"
    links = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.person_id == person_id,
        Invitation.kind == "reset",
        Invitation.used_at.is_(None),
    )
    take_away(session, links)


def _membership(session: Session, organisation_id: UUID, person_id: UUID) -> Membership:
    return session.scalars(
        select(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.person_id == person_id)
        .execution_options(populate_existing=True)
    ).one()
