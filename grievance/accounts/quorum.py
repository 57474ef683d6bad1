"""Who else is there: what one person does never makes them alone, and never makes two of them.

Whom somebody put out counts for them as still there for thirty days, and for as long nobody whom
they let in since, or gave a new password, by themselves counts as a second person beside them. All
of it is told by letter, so that others can object.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, exists, func, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, KeyRequest, Membership, MembershipKey, Person
from grievance.accounts.queries import operator
from grievance.accounts.roles import NEEDS_KEY, Permission, roles_with

COUNTS = timedelta(days=30)
PUT_OUT = ("member_removed", "key_refused")
LET_IN = ("founded", "recovery_used", "key_approved")


def others(session: Session, permission: Permission, of: UUID, now: datetime) -> set[UUID]:
    """Who could do this beside one person: members who may, those who wait for the key only since
    their last new password, and whom the person put out within thirty days."""
    found = operator(session)
    if found is None:
        return set()
    members = (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == found.id,
            Membership.active,
            Membership.role.in_(roles_with(permission)),
            Person.state == "active",
        )
    )
    if permission in NEEDS_KEY:
        members = members.where(or_(_holds(found.id), _reset(found.id)))
    theirs = hand(session, found.id, of, now - COUNTS)
    gone = put_out(session, found.id, theirs, permission, now)
    return (set(session.scalars(members)) | gone) - {of}


def _holds(organisation_id: UUID) -> Exists:
    return exists().where(
        MembershipKey.person_id == Membership.person_id,
        MembershipKey.organisation_id == organisation_id,
    )


def _reset(organisation_id: UUID) -> Exists:
    return exists().where(
        KeyRequest.person_id == Membership.person_id,
        KeyRequest.organisation_id == organisation_id,
        KeyRequest.state == "waiting",
        KeyRequest.reason == "reset",
    )


def hand(session: Session, organisation_id: UUID, of: UUID, since: datetime) -> set[UUID]:
    """One person, and whom they let in by themselves since then: invited and given the key by them,
    or by somebody they had let in so."""
    rows = session.execute(
        select(KeyRequest.person_id, KeyRequest.invited_by, KeyRequest.decided_by)
        .where(
            KeyRequest.organisation_id == organisation_id,
            KeyRequest.state == "approved",
            KeyRequest.decided_at >= since,
        )
        .order_by(KeyRequest.decided_at)
    )
    found = {of}
    for person, invited_by, decided_by in rows:
        if {invited_by, decided_by} <= found:
            found.add(person)
    return found


def put_out(
    session: Session, organisation_id: UUID, by: Collection[UUID], permission: Permission,
    now: datetime,
) -> set[UUID]:  # fmt: skip
    """Whom any of these removed, or refused the key after a new password, within thirty days, of
    those who could do this before."""
    actors = [f"member:{person}" for person in by]
    gone = _named(
        session, organisation_id, PUT_OUT, Event.actor.in_(actors), Event.at > now - COUNTS
    )
    if not gone:
        return set()
    theirs = Event.codes["person"].astext.in_([str(one) for one in gone])
    if permission in NEEDS_KEY:
        return _named(session, organisation_id, LET_IN, theirs)
    roles = Event.codes["role"].astext.in_(roles_with(permission))
    return _named(session, organisation_id, ("joined",), theirs, roles)


def _named(
    session: Session, organisation_id: UUID, verbs: Collection[str], *of: object
) -> set[UUID]:
    """The people whom these events of the organisation name."""
    found = select(Event.codes["person"].astext).where(
        Event.stream_id == organisation_id,
        Event.verb.in_(verbs),
        *of,  # type: ignore[arg-type]
    )
    return {UUID(person) for person in session.scalars(found) if person}


def one_hand(session: Session, one: UUID, two: UUID, now: datetime) -> bool:
    """Whether these two count as one person: within thirty days one of them, by themselves, gave
    the other the key after a new password, or let them in after putting somebody out."""
    found = operator(session)
    if found is None or one == two:
        return one == two
    for maker, made in ((one, two), (two, one)):
        theirs = hand(session, found.id, maker, now - COUNTS)
        if made not in theirs:
            continue
        if _renewed(session, made, theirs, now):
            return True
        first = _first_put_out(session, found.id, theirs, now)
        if first and made in hand(session, found.id, maker, first):
            return True
    return False


def _renewed(session: Session, made: UUID, by: Collection[UUID], now: datetime) -> bool:
    renewed = select(KeyRequest.id).where(
        KeyRequest.person_id == made,
        KeyRequest.reason == "reset",
        KeyRequest.invited_by.in_(by),
        KeyRequest.decided_by.in_(by),
        KeyRequest.decided_at > now - COUNTS,
    )
    return session.scalar(renewed.limit(1)) is not None


def _first_put_out(
    session: Session, organisation_id: UUID, by: Collection[UUID], now: datetime
) -> datetime | None:
    actors = [f"member:{person}" for person in by]
    gone = (Event.verb.in_(PUT_OUT), Event.actor.in_(actors), Event.at > now - COUNTS)
    return session.scalar(
        select(func.min(Event.at)).where(Event.stream_id == organisation_id, *gone)
    )
