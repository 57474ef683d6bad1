"""When a body is asked again: by what its procedure says, else by what is usual for its paper, and
always before the next day of the law in the case comes near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from grievance.deadlines import keeping
from grievance.deadlines.stages import Expected, first_answer, result
from grievance.directory import queries as directory
from grievance.directory.entries import Mechanism
from grievance.referrals.models import Packet, Referral
from grievance.referrals.templates import book

BEFORE_LAW = keeping.AHEAD[-1]  # so many days before a day of the law another door is still open


class Asking(Protocol):
    """When somebody asks, and where it is read."""

    @property
    def session(self) -> Session: ...
    @property
    def today(self) -> date: ...
    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class At:
    """The same where nobody acts."""

    session: Session
    today: date
    now: datetime


def after_delivery(asking: Asking, packet: Packet, on: date) -> date:
    """When a body that got our paper on this day is asked for its first answer. A number that
    nobody confirmed never moves that later than is usual for the paper."""
    usual = on + timedelta(days=book().templates[packet.template].acknowledge_days)
    told = first_of(asking.session, packet, on)
    if told:
        usual = told.day if told.sure else min(told.day, usual)
    return _before_law(asking, packet, usual)


def after_word(asking: Asking, packet: Packet, referral: Referral, on: date) -> date:
    """When a body that spoke, or was asked, on this day is asked again: after the usual time for
    its paper, or earlier, when its procedure should have ended."""
    later = on + timedelta(days=book().templates[packet.template].chase_days)
    told = end_of(asking.session, packet, referral.delivered_on)
    if told and asking.today < told.day < later:
        later = told.day
    return _before_law(asking, packet, later)


def first_of(session: Session, packet: Packet, sent: date | None) -> Expected | None:
    """By when the first answer can be expected, by the procedure of the body."""
    body = _body(session, packet)
    return first_answer(body, sent) if body and sent else None


def end_of(session: Session, packet: Packet, sent: date | None) -> Expected | None:
    """The same for a result."""
    body = _body(session, packet)
    return result(body, sent) if body and sent else None


def _body(session: Session, packet: Packet) -> Mechanism | None:
    entry = directory.book(session).body(packet.mechanism)
    return entry.facts if entry else None


def _before_law(asking: Asking, packet: Packet, day: date) -> date:
    """That day, or an earlier one to come: 14 days before the next day of the law in the case."""
    limits = keeping.next_days(asking.session, [packet.case_id], asking.now)
    law = limits.get(packet.case_id)
    if law is None or law <= asking.today:
        return day
    tomorrow = asking.today + timedelta(days=1)
    return min(day, max(law - timedelta(days=BEFORE_LAW), tomorrow))
