"""Reading the directory. One loader reads it whole and keeps it until somebody writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.directory import entries, records
from grievance.directory.book import Book, Entry, IssueEntry, Way
from grievance.directory.entries import PUBLIC, Facts
from grievance.directory.models import (
    CONFIRMED,
    Channel,
    DirectoryStamp,
    IssueType,
    Mechanism,
    MechanismRevision,
    Source,
)
from grievance.extensions import once
from grievance.model import digits_of, matching

_kept: tuple[UUID, Book] | None = None


def book(session: Session) -> Book:
    """The directory as it stands, with everything a page or routing needs.

    Kept in this process until a write changes the stamp; an empty directory when none was loaded.
    """
    global _kept
    stamp = once(session, book, lambda: session.scalar(select(DirectoryStamp.stamp)))
    if stamp is None:
        return Book(Facts(date.min, {}, {}, {}))
    held = _kept
    if held is None or held[0] != stamp:
        held = _kept = (stamp, _read(session))
    return held[1]


def facts_for_routing(session: Session) -> Facts:
    """The current state in the same shape as the shipped facts, so that one rule serves both."""
    return book(session).facts


def _read(session: Session) -> Book:
    channels: dict[str, list[Channel]] = defaultdict(list)
    for channel in session.scalars(select(Channel).order_by(Channel.position)):
        channels[channel.mechanism].append(channel)
    rows = session.execute(
        select(Mechanism, MechanismRevision)
        .join(MechanismRevision, MechanismRevision.mechanism == Mechanism.id)
        .where(MechanismRevision.state == "current")
        .order_by(Mechanism.position, Mechanism.id)
    )
    pages = {
        row.id: records.source(row)
        for row in session.scalars(select(Source).order_by(Source.position))
    }
    bodies = {row.id: _entry(row, revision, channels[row.id], pages) for row, revision in rows}
    issues = {
        row.id: IssueEntry(records.issue(row), row.texts)
        for row in session.scalars(select(IssueType).order_by(IssueType.position))
    }
    facts = Facts(
        max((entry.facts.checked or date.min for entry in bodies.values()), default=date.min),
        {name: entry.facts for name, entry in bodies.items()},
        {name: issue.facts for name, issue in issues.items()},
        pages,
    )
    return Book(facts, bodies, issues)


def _entry(
    row: Mechanism,
    revision: MechanismRevision,
    channels: list[Channel],
    pages: Mapping[str, entries.Source],
) -> Entry:
    return Entry(
        facts=records.mechanism(row, revision, channels),
        texts=revision.texts,
        ways=tuple(_way(way, pages) for way in channels),
        revision=revision.id,
        record=revision.record,
    )


def _way(row: Channel, pages: Mapping[str, entries.Source]) -> Way:
    confirmed = row.checked if row.state in CONFIRMED else None
    page = pages.get(row.source or "") if row.state == "shipped" else None
    return Way(row.id, records.channel(row), row.texts, confirmed, page)


def channels_to_confirm(session: Session, *, everything: bool = False) -> list[Channel]:
    """Channels that nobody stands behind yet, or whose release says something new; by body.

    With `everything` also those that are shown already, to look at them again.
    """
    rows = session.scalars(
        select(Channel)
        .join(Mechanism, Mechanism.id == Channel.mechanism)
        .order_by(Mechanism.position, Mechanism.id, Channel.position)
    )
    return [row for row in rows if everything or waits(row)]


def waits(row: Channel) -> bool:
    """Whether a person has to look at this channel."""
    if row.proposed is not None or row.awaiting is not None:
        return True
    return row.state == "shipped" and (row.publish not in PUBLIC or row.value is None)


@dataclass(frozen=True)
class Difference:
    """One part of a body that a release wants changed: what stands here, and what it says."""

    part: str
    ours: str
    theirs: str


def proposals(session: Session) -> list[str]:
    """The bodies for which a release waits beside a local edit, by their codes."""
    asked = select(MechanismRevision.mechanism).where(MechanismRevision.state == "proposed")
    return sorted(session.scalars(asked))


def differences(session: Session, mechanism: str) -> list[Difference]:
    """What a waiting release would change of a body: facts, and texts with their languages."""
    asked = select(MechanismRevision).where(
        MechanismRevision.mechanism == mechanism,
        MechanismRevision.state.in_(("current", "proposed")),
    )
    found = {row.state: _parts(row) for row in session.scalars(asked)}
    if len(found) < 2:
        return []
    ours, theirs = found["current"], found["proposed"]
    return [
        Difference(part, ours.get(part, ""), theirs.get(part, ""))
        for part in dict.fromkeys([*ours, *theirs])
        if ours.get(part) != theirs.get(part)
    ]


def _parts(row: MechanismRevision) -> dict[str, str]:
    parts = {name: _told(value) for name, value in row.facts.items()}
    for field, held in row.texts.items():
        parts |= {f"{field} ({slug})": text["text"] for slug, text in held.items()}
    return parts


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def channel(session: Session, channel_id: UUID) -> Channel | None:
    """One channel, or None."""
    return session.get(Channel, channel_id)


def desk_of(session: Session, corporate_number: str) -> str:
    """The registered desk of the company with this number; empty where none is."""
    for entry in book(session).entries.values():
        if entry.record and entry.record.get("corporate_number") == corporate_number:
            return entry.id
    return ""


def find_desks(session: Session, name: str) -> list[tuple[str, str]]:
    """(mechanism, name) of the registered company desks that `name` may mean.

    It matches a part of the company's name or of a brand, or the whole corporate number; fewer
    than two characters match nothing. The worker is asked whether it is the right one.
    """
    wanted, number = matching(name), digits_of(name)
    if len(wanted) < 2:
        return []
    found = []
    for entry in book(session).entries.values():
        record = entry.record
        if record is None:
            continue
        names = [record["name"], *record.get("brands", ())]
        if any(wanted in matching(one) or matching(one) in wanted for one in names) or (
            number and number == record.get("corporate_number")
        ):
            found.append((entry.id, str(record["name"])))
    return found
