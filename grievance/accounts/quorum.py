"""Who else is there: what one person does never makes them alone, and never makes two of them.

Whom somebody put out counts for them as still there for thirty days, and for as long nobody whom
they let in, or gave a new password, by themselves counts as a second person beside them; whoever is
here without a key given by somebody else counts as who invited them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, KeyRequest, Membership, MembershipKey, Person
from grievance.accounts.queries import operator
from grievance.accounts.roles import KEY_HOLDERS, NEEDS_KEY, Permission, roles_with

COUNTS = timedelta(days=30)
PUT_OUT = ("member_removed", "key_refused")
CAME = {"joined": "invited", "member_reset": "reset_offered"}
MEMBER = "member:"
LET_IN = ("founded", "recovery_used", "key_approved")


def others(session: Session, permission: Permission, of: UUID, now: datetime) -> set[UUID]:
    """Who could do this beside one person: members who may, those who wait for the key only since
    their last new password, and whom the person put out within thirty days. Not whom they let in by
    themselves within thirty days."""
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
    links = _links(session, found.id, now - COUNTS)
    theirs = _circle(links, of)
    new = {link.person for link in links if link.new and link.at > now - COUNTS}
    gone = put_out(session, found.id, theirs, permission, now)
    return (set(session.scalars(members)) - (theirs & new) | gone) - {of}


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


@dataclass(frozen=True)
class _Link:
    """By whose acts somebody is who they are here, since when, and whether they are new here."""

    person: UUID
    by: frozenset[UUID]
    at: datetime
    new: bool


def circle(session: Session, organisation_id: UUID, of: UUID, since: datetime) -> set[UUID]:
    """This person and all who count as them: whom somebody let in by themselves, or through others
    whom they had let in so, together with that somebody."""
    return _circle(_links(session, organisation_id, since), of)


def _circle(links: list[_Link], of: UUID) -> set[UUID]:
    found = {of}
    for root in {one for link in links for one in link.by}:
        theirs = _hand(links, root)
        if of in theirs:
            found |= theirs
    return found


def _hand(links: list[_Link], root: UUID) -> set[UUID]:
    found, before = {root}, 0
    while len(found) > before:
        before = len(found)
        found |= {link.person for link in links if link.by <= found}
    return found


def _links(session: Session, organisation_id: UUID, since: datetime) -> list[_Link]:
    """Who was given the key since then, by whom they were invited and who gave it; and who is here
    without anybody having given them a key, by the invitation or new password that they used. The
    second never ends: nobody ever looked at who they are."""
    rows = session.execute(
        select(
            KeyRequest.person_id,
            KeyRequest.invited_by,
            KeyRequest.decided_by,
            KeyRequest.decided_at,
            KeyRequest.reason,
        ).where(
            KeyRequest.organisation_id == organisation_id,
            KeyRequest.state == "approved",
            KeyRequest.decided_at >= since,
        )
    )
    given = [
        _Link(person, frozenset((invited_by, decided_by)), at, reason != "reset")
        for person, invited_by, decided_by, at, reason in rows
        if decided_by and at
    ]
    return given + _unseen(session, organisation_id)


def _unseen(session: Session, organisation_id: UUID) -> list[_Link]:
    acts = session.execute(
        select(Event.verb, Event.actor, Event.codes["person"].astext, Event.at)
        .where(Event.stream_id == organisation_id, Event.verb.in_((*CAME, *CAME.values(), *LET_IN)))
        .order_by(Event.seq)
    )
    asked: dict[tuple[str, UUID], UUID] = {}
    came: dict[UUID, list[_Link]] = {}
    for verb, actor, named, at in acts:
        person = UUID(named)
        if verb in LET_IN:
            came.pop(person, None)
        elif verb in CAME:
            by = asked.get((CAME[verb], person))
            if by:
                link = _Link(person, frozenset((by,)), at, verb == "joined")
                came.setdefault(person, []).append(link)
        elif actor.startswith(MEMBER):
            asked[verb, person] = UUID(actor.removeprefix(MEMBER))
    return [link for links in came.values() for link in links]


def put_out(
    session: Session,
    organisation_id: UUID,
    by: Collection[UUID],
    permission: Permission,
    now: datetime,
) -> set[UUID]:
    """Whom any of these removed, refused the key after a new password, or gave a role that may
    not, within thirty days, of those who could do this before."""
    actors = [f"member:{person}" for person in by]
    gone = _named(
        session, organisation_id, PUT_OUT, Event.actor.in_(actors), Event.at > now - COUNTS
    )
    may = roles_with(permission)
    lowered = _named(
        session,
        organisation_id,
        ("role_changed",),
        Event.actor.in_(actors),
        Event.at > now - COUNTS,
        Event.codes["before"].astext.in_(may),
        Event.codes["role"].astext.not_in(may),
    )
    if not gone | lowered:
        return set()
    theirs = Event.codes["person"].astext.in_([str(one) for one in gone | lowered])
    if permission in NEEDS_KEY:
        return _named(session, organisation_id, LET_IN, theirs)
    roles = Event.codes["role"].astext.in_(may)
    return _named(session, organisation_id, ("joined", "role_changed"), theirs, roles) | lowered


def lost_key(session: Session, organisation_id: UUID, now: datetime) -> set[UUID]:
    """Who held the organisation's key and lost it within thirty days by what a member did: removed,
    refused the key, given a role without it, or a new password by link."""
    lately = (Event.actor.startswith(MEMBER), Event.at > now - COUNTS)
    lowered = (
        Event.codes["before"].astext.in_(KEY_HOLDERS),
        Event.codes["role"].astext.not_in(KEY_HOLDERS),
    )
    lost = _named(session, organisation_id, (*PUT_OUT, "member_reset"), *lately)
    lost |= _named(session, organisation_id, ("role_changed",), *lately, *lowered)
    return lost & ever_held(session, organisation_id)


def ever_held(session: Session, organisation_id: UUID) -> set[UUID]:
    """Who holds the organisation's key, or once did."""
    return _named(session, organisation_id, LET_IN)


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
    """Whether these two count as one person: within thirty days the same person, by themselves, let
    in or gave the key to the one or the other of them, or to both."""
    found = operator(session)
    if found is None or one == two:
        return one == two
    links = _links(session, found.id, now - COUNTS)
    recent = {link.person for link in links if link.at > now - COUNTS}
    return any(
        {one, two} <= _hand(links, root) & (recent | {root})
        for root in {by for link in links for by in link.by}
    )
