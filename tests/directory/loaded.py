"""What tests of the directory share: a moment, a person, a page they looked at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from grievance.directory.models import Channel
from grievance.directory.operations import Check
from grievance.directory.texts import Words, read_words

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
MEMBER = "member:3f0f0e58-6d0b-4f5e-9a2e-1f0c6d1f7a11"
PAGE = "https://www.example.go.jp/contact"


@cache
def words() -> Words:
    """The translators' texts, read once for all tests."""
    return read_words()


def check_of(row: Channel, **changes: object) -> Check:
    """What a person saw on the body's own page about this channel."""
    return Check(row.id, row.version, PAGE, date(2026, 11, 19), **changes)
