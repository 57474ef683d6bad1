"""Who opened what of a case, day by day: from the log of reads and from the events.

A day is one where the operator is. Nothing sealed is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Subquery, cast, func, select, union_all
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, Membership, Organisation, Person, ReadLog
from grievance.cases.models import Case
from grievance.cases.verbs import Verb
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import Referral

DAYS = 30  # with something in them, on one page
# Acts that show something of a case to who does them, and leave no line in the log of reads.
SHOWING = (Verb.OPEN_ORIGINAL, Verb.EXPORT, Verb.OPEN_IDENTITY)
# What such an act showed: its verb, with why where it says so; of a copy also whether it says who.
SHOWN = func.concat_ws(":", Event.verb, Event.codes["reason"].astext, Event.codes["who"].astext)
MEMBER, BODY, RECEIPT = "member", "reply", "receipt"


@dataclass(frozen=True)
class Opened:
    """That `actor` opened `what` (the code of a read, or a verb; of a copy with its reason and
    whether it says who it is about) on a day, so many times."""

    day: date
    actor: str
    what: str
    times: int


@dataclass(frozen=True)
class Reader:
    """Somebody who opened something: a member of an organisation, or (`body`) who came in over the
    link of a hand-over to that body."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    ours: bool = True
    body: str = ""


def opened(
    session: Session, case_id: UUID, zone: str, before: date | None = None
) -> tuple[list[Opened], bool]:
    """What was opened on the last days before one, the newest first; and whether there is more."""
    moments = _moments(case_id)
    day = cast(func.timezone(zone, moments.c.at), Date)
    days = select(day).distinct().order_by(day.desc()).limit(DAYS + 1)
    found = list(session.scalars(days.where(day < before) if before else days))
    told = (moments.c.actor, moments.c.what)
    rows = session.execute(
        select(day, *told, func.count(), func.min(moments.c.at).label("first"))
        .where(day.in_(found[:DAYS]))
        .group_by(day, *told)
        .order_by(day.desc(), "first", *told)
    )
    return [Opened(*row[:4]) for row in rows], len(found) > DAYS


def _moments(case_id: UUID) -> Subquery:
    shown = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    return union_all(
        select(ReadLog.actor, ReadLog.what, ReadLog.at).where(ReadLog.stream_id == case_id),
        select(Event.actor, SHOWN, Event.at).where(*shown, Event.verb.in_(SHOWING)),
    ).subquery()


def readers(session: Session, actors: set[str]) -> dict[str, Reader]:
    """Who these actors are, with the role that they have today or had last; who is not known any
    more is left out."""
    return {**_members(session, actors), **_bodies(session, actors)}


def _ids(actors: set[str], kind: str) -> list[UUID]:
    parted = (one.partition(":") for one in actors)
    return [UUID(name) for what, _, name in parted if what == kind]


def _members(session: Session, actors: set[str]) -> dict[str, Reader]:
    rows: Any = session.execute(
        select(Person.id, Person.name, Membership.role, Organisation.name, Organisation.kind)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.id.in_(_ids(actors, MEMBER)))
        .order_by(Organisation.kind.desc())
    )
    return {
        f"{MEMBER}:{person}": Reader(name, role, of, kind == "operator")
        for person, name, role, of, kind in rows
    }


def _bodies(session: Session, actors: set[str]) -> dict[str, Reader]:
    rows = session.execute(
        select(ReplyLink.id, Referral.mechanism)
        .join(Referral, Referral.id == ReplyLink.referral_id)
        .where(ReplyLink.id.in_(_ids(actors, BODY)))
    )
    return {f"{BODY}:{link}": Reader(ours=False, body=body) for link, body in rows}
