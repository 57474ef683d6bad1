"""Taking over the facts of a release without overwriting what people decided here.

The rule: the same shipped hash, nothing happens; a changed one without a local edit becomes a new
revision; a changed one with a local edit waits as a proposal and the local one stays. The same
holds for each channel, where confirming, correcting and rejecting are the local edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit, named
from grievance.accounts.audit import Deed
from grievance.directory import entries, records
from grievance.directory.models import (
    Channel,
    IssueType,
    Mechanism,
    MechanismRevision,
    RuleSet,
    Source,
)
from grievance.directory.operations.revision import put, standing, touch
from grievance.directory.texts import Words, compose, read_words

Kept = TypeVar("Kept", Source, IssueType)
Counts = dict[str, dict[str, int]]
TABLES = ("mechanisms", "channels", "issues", "sources")


def load(
    session: Session,
    facts: entries.Facts,
    now: datetime,
    actor: str,
    *,
    words: Words | None = None,
) -> Counts:
    """Take over `facts` and the translators' `words` (the shipped ones without it).

    Says how many rows of each table were new, changed, the same, or now wait as a proposal. A
    body, issue or page that is not in the facts any more stays: old cases refer to it.
    """
    words = read_words() if words is None else words
    counts = {name: dict.fromkeys(("new", "changed", "same", "proposed"), 0) for name in TABLES}
    for place, page in enumerate(facts.sources.values()):
        made = Source(id=page.id, facts=records.plain(page, "id"), position=place)
        counts["sources"][_keep(session, made, made.facts)] += 1
    for place, issue in enumerate(facts.issues.values()):
        kind = IssueType(id=issue.id, facts=records.plain(issue, "id", "texts"), position=place)
        kind.texts = compose(issue.texts, f"issue:{issue.id}:", words)
        counts["issues"][_keep(session, kind, [kind.facts, kind.texts])] += 1
    session.flush()
    for place, body in enumerate(facts.mechanisms.values()):
        counts["mechanisms"][_mechanism(session, _Release(body, words, place), now, actor)] += 1
        for outcome in _channels(session, body, words):
            counts["channels"][outcome] += 1
    head = audit.own_chain(session, audit.DIRECTORY)
    if any(count for table in counts.values() for what, count in table.items() if what != "same"):
        touch(session)
    elif head.event_mac is not None:
        return counts
    if head.event_mac is None:  # the first event names all there is
        named.take_all(session, head)
    audit.record(session, head, Deed("directory_loaded", actor, now))
    return counts


def note_rules(session: Session, version: str, content_hash: str, now: datetime) -> dict[str, int]:
    """Note that this version of the routing rules is in use here from now on."""
    row = session.get(RuleSet, version)
    if row is None:
        session.add(RuleSet(version=version, content_hash=content_hash, loaded_at=now))
        return {"new": 1, "changed": 0, "same": 0}
    if row.content_hash == content_hash:
        return {"new": 0, "changed": 0, "same": 1}
    row.content_hash, row.loaded_at = content_hash, now
    return {"new": 0, "changed": 1, "same": 0}


def _keep(session: Session, made: Kept, content: Any) -> str:
    made.shipped_hash = records.hash_of(content)
    row = session.get(type(made), made.id)
    if row is None:
        session.add(made)
        return "new"
    row.position = made.position
    if row.shipped_hash == made.shipped_hash:
        return "same"
    session.merge(made)
    return "changed"


class _Release:
    """What a release says of a body."""

    def __init__(self, body: entries.Mechanism, words: Words, position: int) -> None:
        self.id, self.kind, self.position = body.id, body.kind, position
        self.facts = records.mechanism_facts(body)
        self.texts = compose(body.texts, f"mechanism:{body.id}:", words)
        self.hash = records.hash_of([self.kind, self.facts, self.texts])

    def revision(self, state: str) -> MechanismRevision:
        """A revision that follows the release to the letter."""
        return MechanismRevision(
            mechanism=self.id,
            facts=self.facts,
            texts=self.texts,
            shipped_hash=self.hash,
            local=False,
            state=state,
        )


def _mechanism(session: Session, release: _Release, now: datetime, actor: str) -> str:
    row = session.get(Mechanism, release.id)
    if row is None:
        session.add(Mechanism(id=release.id, kind=release.kind, position=release.position))
        session.flush()
        put(session, release.revision("current"), actor=actor, now=now)
        return "new"
    row.kind, row.position = release.kind, release.position
    standing_now = standing(session, release.id, "current")
    if standing_now is None or standing_now.shipped_hash == release.hash:
        return "same"
    if not standing_now.local:
        put(session, release.revision("current"), actor=actor, now=now)
        return "changed"
    waiting = standing(session, release.id, "proposed")
    if waiting is not None and waiting.shipped_hash == release.hash:
        return "same"
    put(session, release.revision("proposed"), actor=actor, now=now)
    return "proposed"


def _channels(session: Session, body: entries.Mechanism, words: Words) -> Iterable[str]:
    rows = list(
        session.scalars(
            select(Channel)
            .where(Channel.mechanism == body.id, Channel.state != "added")
            .order_by(Channel.position)
        )
    )
    claimed = [_Claim(body.id, place, way, words) for place, way in enumerate(body.channels)]
    pairs = _paired(rows, claimed)
    for claim in claimed:
        row = pairs.pop(claim.position, None)
        if row is None:
            session.add(claim.row())
            yield "new"
        else:
            rows.remove(row)
            yield claim.take_over(row)
    for row in rows:  # no longer in the release; what a person decided about stays
        if row.state == "shipped":
            session.delete(row)
            yield "changed"


class _Claim:
    """What a release says of one channel."""

    def __init__(self, mechanism: str, position: int, facts: entries.Channel, words: Words) -> None:
        self.mechanism, self.position, self.facts = mechanism, position, facts
        self.claims = records.claims(facts)
        self.texts = compose(facts.texts, f"mechanism:{mechanism}:channel.{position}.", words)
        kept = records.plain(facts, "texts")
        self.opening, self.hash = kept["opening"], records.hash_of([kept, self.texts])

    def row(self) -> Channel:
        """A channel the directory did not have."""
        return self._fill(Channel(mechanism=self.mechanism, state="shipped", version=1))

    def _fill(self, row: Channel) -> Channel:
        row.position, row.type, row.value = self.position, self.facts.type, self.facts.value
        row.languages = list(self.facts.languages)
        row.only_in, row.not_in = list(self.facts.only_in), list(self.facts.not_in)
        row.status, row.publish = self.facts.status, self.facts.publish
        row.source, row.checked, row.texts = self.facts.source, self.facts.checked, self.texts
        row.shipped_hash, row.shipped, row.awaiting = self.hash, self.claims, None
        row.opening = self.opening
        return row

    def take_over(self, row: Channel) -> str:
        """Bring a channel up to the release, or keep the local decision and note the claim."""
        row.position = self.position
        if row.shipped_hash == self.hash:
            return "same"
        row.version += 1
        if row.state == "shipped":
            self._fill(row)
            return "changed"
        if row.state != "corrected":
            row.texts, row.opening = self.texts, self.opening
        row.shipped_hash = self.hash
        if row.shipped == self.claims or row.value == self.facts.value:
            row.shipped = self.claims
            return "changed"
        row.shipped = row.proposed = self.claims
        return "proposed"


def _paired(rows: list[Channel], claimed: list[_Claim]) -> dict[int, Channel]:
    """Which row each claim is about: the same content, else the same type and languages in turn."""
    left, pairs = list(rows), {}
    for alike in (_same_content, _same_value, _same_sort):
        for claim in claimed:
            if claim.position in pairs:
                continue
            found = next((row for row in left if alike(row, claim)), None)
            if found is not None:
                pairs[claim.position] = found
                left.remove(found)
    return pairs


_SORT = ("type", "languages", "only_in", "not_in")


def _same_content(row: Channel, claim: _Claim) -> bool:
    return row.shipped_hash == claim.hash


def _same_value(row: Channel, claim: _Claim) -> bool:
    shipped = row.shipped or {}
    return shipped.get("value") is not None and shipped == claim.claims


def _same_sort(row: Channel, claim: _Claim) -> bool:
    shipped = row.shipped or {}
    return all(shipped.get(key) == claim.claims[key] for key in _SORT)
