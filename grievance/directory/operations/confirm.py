"""Standing behind a channel: confirm it, correct it, reject it, or add one.

A wrong number harms a worker, so only a person can do this, with the day and the address of the
page where the body itself states the value. A number takes two people who say the same, where there
are two (`saw`, `saw_new`); all else takes effect at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.directory.entries import BY_NUMBER, CHANNEL_TYPES
from grievance.directory.models import Channel, Mechanism
from grievance.directory.operations.revision import touch
from grievance.directory.texts import mark
from grievance.model import clean_text
from grievance.refusals import Refused

ZONE = "Asia/Tokyo"  # where the people who confirm are, for "not in the future"
_TIME = re.compile(r"(?<![\d:.])[0-2]?\d:[0-5]\d(?![\d:.])")
_DIALLED = re.compile(r"\d{3}|\d(?:[\s().\-/]*\d){4}")
_NUMBER = re.compile(r"[#*+]?[0-9][0-9 ()\-]{1,24}")


class Overtaken(Exception):
    """Somebody else changed this channel since the page was opened."""


@dataclass(frozen=True)
class Check:
    """What a person saw: which channel, in which version, on which page, on which day."""

    channel: UUID
    version: int
    page: str
    day: date
    value: str = ""  # for a correction: what the page says
    hours: str = ""  # English; empty leaves the hours as they are


@dataclass(frozen=True)
class NewWay:
    """A channel that the directory did not know, as the body's own page states it."""

    mechanism: str
    type: str
    value: str
    page: str
    day: date
    languages: tuple[str, ...] = ()
    hours: str = ""


def confirm(session: Session, check: Check, actor: str, now: datetime) -> Channel:
    """The page says the same: show the value with this day. Refused for a channel without one."""
    row = _held(session, check, actor, now)
    if row.value is None:
        raise Refused("no-value")
    row.state = "confirmed"
    return _stand_behind(session, row, check, actor, now)


def correct(session: Session, check: Check, actor: str, now: datetime) -> Channel:
    """The page says something else: show what it says, with this day."""
    row = _held(session, check, actor, now)
    row.value = valid_value(row.type, check.value)
    row.texts = {name: held for name, held in row.texts.items() if name != "value"}
    row.state = "corrected"
    return _stand_behind(session, row, check, actor, now)


def reject(session: Session, check: Check, actor: str, now: datetime) -> Channel:
    """The value is wrong and nothing stands in its place: never show it. The page may be gone, so
    none is needed."""
    row = _held(session, check, actor, now, page_needed=bool(check.page))
    row.state, row.publish = "rejected", "only_after_confirming_on_operator_page"
    row.page, row.proposed, row.awaiting = check.page or None, None, None
    row.checked, row.confirmed_at, row.confirmed_by = check.day, now, actor
    row.version += 1
    touch(session)
    return row


def add(session: Session, way: NewWay, actor: str, now: datetime) -> Channel:
    """Enter a channel that the directory did not know; it is shown at once, after the others."""
    _person_saw(way.page, way.day, actor, now)
    if session.get(Mechanism, way.mechanism) is None or way.type not in CHANNEL_TYPES:
        raise Refused("unknown")
    last = session.scalar(
        select(func.max(Channel.position)).where(Channel.mechanism == way.mechanism)
    )
    row = Channel(
        mechanism=way.mechanism,
        position=max(last or 0, 999) + 1,
        type=way.type,
        value=valid_value(way.type, way.value),
        languages=list(way.languages),
        status="official",
        publish="yes",
        checked=way.day,
        texts=_hours({}, way.hours),
        state="added",
        page=way.page,
        confirmed_at=now,
        confirmed_by=actor,
        version=1,
    )
    session.add(row)
    touch(session)
    return row


@dataclass(frozen=True)
class Eyes:
    """Who looked, and when; whether there are `others` who could, and whether who looked before
    counts as the `same` person."""

    actor: str
    now: datetime
    others: bool
    same: Callable[[str], bool] = lambda _by: False


def saw(session: Session, check: Check, verb: str, eyes: Eyes) -> Channel:
    """What one person saw. A number waits until another says the same, while there are others who
    could; what differs from what waits takes its place. Rejecting takes effect at once.

    Refuses as `confirm`, `correct` and `reject` do.
    """
    actor, now = eyes.actor, eyes.now
    do = {"confirm": confirm, "correct": correct, "reject": reject}[verb]
    row = session.get(Channel, check.channel)
    named = row is not None and (row.type in BY_NUMBER or names_number(check.hours))
    if verb == "reject" or not eyes.others or row is None or not named:
        return do(session, check, actor, now)
    row = _held(session, check, actor, now)
    value = row.value if verb == "confirm" else valid_value(row.type, check.value)
    if value is None:
        raise Refused("no-value")
    before = row.awaiting or {}
    another = before and before["by"] != actor and not eyes.same(before["by"])
    told = not names_number(check.hours) or before.get("hours") == check.hours
    if another and before["value"] == value and told:
        return do(session, check, actor, now)
    row.awaiting = _one_look(value, check.page, check.day, check.hours, actor)
    row.version += 1
    return row


def saw_new(session: Session, way: NewWay, eyes: Eyes) -> Channel:
    """A channel that the directory did not know: a number is not shown before another person says
    the same, while there are others who could. Refuses as `add` does."""
    row = add(session, way, eyes.actor, eyes.now)
    if eyes.others and (row.type in BY_NUMBER or names_number(way.hours)):
        row.publish = "only_after_confirming_on_operator_page"
        row.awaiting = _one_look(row.value or "", way.page, way.day, way.hours, eyes.actor)
        session.flush()
    return row


def names_number(text: str) -> bool:
    """Whether a text holds digits that somebody could dial: anything but times of the day and small
    numbers. Wrong in doubt: a year then waits for a second person as well."""
    plain = "".join(str(unicodedata.digit(one, one)) for one in text)
    return _DIALLED.search(_TIME.sub(" , ", plain)) is not None


def _one_look(value: str, page: str, day: date, hours: str, actor: str) -> dict[str, str]:
    return {
        "value": value,
        "page": page,
        "day": day.isoformat(),
        "hours": hours,
        "by": actor,
    }


def valid_value(kind: str, value: str) -> str:
    """`value` as it is kept. Refused as `bad-value` when it cannot be what its kind says.

    A phone number keeps the form its operator writes; short numbers (#9110, 110) are numbers too.
    """
    kept = clean_text(value, lines=False)
    fits = bool(kept)
    if kind in BY_NUMBER:
        fits = _NUMBER.fullmatch(kept) is not None
    elif kind == "web":
        fits = _is_address(kept)
    elif kind == "email":
        fits = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", kept) is not None
    if not fits:
        raise Refused("bad-value")
    return kept


def _held(
    session: Session, check: Check, actor: str, now: datetime, *, page_needed: bool = True
) -> Channel:
    _person_saw(check.page if page_needed else None, check.day, actor, now)
    row = session.get(Channel, check.channel, with_for_update=True, populate_existing=True)
    if row is None:
        raise Refused("unknown")
    if row.version != check.version:
        raise Overtaken
    return row


def _person_saw(page: str | None, day: date, actor: str, now: datetime) -> None:
    if not actor.startswith("member:"):
        raise Refused("not-a-person")
    if page is not None and not _is_address(page):
        raise Refused("bad-page")
    if day > clock.local_day(now, ZONE):
        raise Refused("future-day")


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and "." in parts.netloc and " " not in text


def _stand_behind(
    session: Session, row: Channel, check: Check, actor: str, now: datetime
) -> Channel:
    row.publish, row.status = "yes", "official"
    row.page, row.checked = check.page, check.day
    row.proposed = row.awaiting = None
    row.confirmed_at, row.confirmed_by = now, actor
    row.texts = _hours(row.texts, check.hours)
    if row.state == "corrected" or check.hours.strip():
        row.opening = None  # another value, or hours in words: when it is open is not known
    row.version += 1
    touch(session)
    return row


def _hours(texts: dict[str, Any], hours: str) -> dict[str, Any]:
    kept = clean_text(hours, lines=False)
    if not kept:
        return texts
    held = dict(texts.get("hours", {}))
    held["en"] = {"text": kept, "of": mark(kept), "by": "person"}
    return texts | {"hours": held}
