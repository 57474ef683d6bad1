"""Whether this instance is a demonstration: the mark in its database, its setting, its address."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.demo.models import DemoMark

MARK = 1
DAY = 86_400  # seconds
FARTHEST = 3650 * DAY  # ten years: as far as the calendars of working days are known


class DemoMismatch(Exception):
    """The mark, GRIEVANCE_DEMO and the address do not go together; the message says which."""


def is_demo(session: Session) -> bool:
    """Whether the database was filled by `flask demo fill`."""
    return session.get(DemoMark, MARK) is not None


def check_mark(session: Session, demo: bool) -> None:
    """Refuse a process whose setting and database differ, either way round: DemoMismatch."""
    marked = is_demo(session)
    if marked and not demo:
        raise DemoMismatch("the database holds a demonstration, but GRIEVANCE_DEMO is not set")
    if demo and not marked:
        raise DemoMismatch("GRIEVANCE_DEMO is set, but the database holds no demonstration")


def only_loopback(public_url: str) -> None:
    """Refuse a demonstration that others could reach: its letters and clock are open to all."""
    host = urlsplit(public_url).hostname or ""
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise DemoMismatch("a demonstration is served on a loopback address only")


def offset(session: Session) -> int:
    """By how many seconds the clock is moved; 0 without a mark."""
    return session.scalar(select(DemoMark.offset_seconds)) or 0


def move(session: Session, days: int) -> int:
    """Move the clock by whole days, forwards or back; answers the new offset in seconds.

    ValueError beyond ten years either way.
    """
    mark = session.get_one(DemoMark, MARK, with_for_update=True, populate_existing=True)
    moved = mark.offset_seconds + days * DAY
    if abs(moved) > FARTHEST:
        raise ValueError("beyond ten years")
    mark.offset_seconds = moved
    return moved
