"""Facts as JSON and back, and the hash by which two releases are compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any

from grievance.directory import entries, models
from grievance.directory.hours import Opening
from grievance.directory.texts import Texts

_DAYS = ("checked", "valid_from", "valid_until")
_APART = ("id", "kind", "texts", "channels")  # kept in columns or tables of their own


def plain(facts: Any, *apart: str) -> dict[str, Any]:
    """A dataclass of facts as JSON values, without the fields named in `apart`."""
    kept = {name: value for name, value in asdict(facts).items() if name not in apart}
    made: dict[str, Any] = json.loads(json.dumps(kept, default=_day))
    return made


def hash_of(value: Any) -> str:
    """The hash of JSON values, whatever the order of their keys."""
    body = json.dumps(value, sort_keys=True, ensure_ascii=False, default=_day)
    return sha256(body.encode()).hexdigest()


def mechanism_facts(facts: entries.Mechanism) -> dict[str, Any]:
    """What a revision keeps of a body's facts."""
    return plain(facts, *_APART)


def mechanism(
    row: models.Mechanism, revision: models.MechanismRevision, channels: Sequence[models.Channel]
) -> entries.Mechanism:
    """The body as routing and pages know it, read back from its rows."""
    return entries.Mechanism(
        id=row.id,
        kind=row.kind,
        texts=english(revision.texts),
        channels=tuple(channel(found) for found in channels),
        **_restored(revision.facts),
    )


def channel(row: models.Channel) -> entries.Channel:
    """The channel as routing and pages know it."""
    return entries.Channel(
        type=row.type,
        value=row.value,
        status=row.status,
        publish=row.publish,
        source=row.source,
        languages=tuple(row.languages),
        only_in=tuple(row.only_in),
        not_in=tuple(row.not_in),
        checked=row.checked,
        texts=english(row.texts),
        opening=_opening(row.opening),
    )


def _opening(held: dict[str, Any] | None) -> Opening | None:
    return Opening(**held | {"rows": tuple(held["rows"])}) if held else None


def issue(row: models.IssueType) -> entries.Issue:
    """The issue as routing and pages know it."""
    return entries.Issue(id=row.id, texts=english(row.texts), **_restored(row.facts))


def source(row: models.Source) -> entries.Source:
    """The page a fact was read on."""
    return entries.Source(id=row.id, **row.facts)


def claims(facts: entries.Channel) -> dict[str, Any]:
    """What a release claims about a channel: what a confirmation confirms."""
    return {
        "type": facts.type,
        "value": facts.value,
        "languages": list(facts.languages),
        "only_in": list(facts.only_in),
        "not_in": list(facts.not_in),
    }


def english(texts: Texts) -> dict[str, str]:
    """The English texts alone."""
    return {field: held["en"]["text"] for field, held in texts.items() if "en" in held}


def _restored(facts: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
    }
    for name in _DAYS:
        if made.get(name):
            made[name] = date.fromisoformat(made[name])
    return made


def _day(value: date) -> str:
    return value.isoformat()
