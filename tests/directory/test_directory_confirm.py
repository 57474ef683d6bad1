"""Standing behind a channel: who may, with which evidence, and what it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.directory import operations, queries
from grievance.directory.models import Channel
from grievance.directory.operations.confirm import valid_value
from grievance.refusals import Refused
from tests.directory.loaded import MEMBER, NOW, PAGE, check_of

DIAL = "jp-foreign-worker-dial"


def vietnamese_line(session: Session) -> Channel:
    """A number that only secondary pages give."""
    asked = select(Channel).where(Channel.mechanism == DIAL, Channel.value == "0570-001706")
    return session.scalars(asked).one()


def page_of_a_body(session: Session) -> Channel:
    """A channel that nobody dials."""
    with_page = Channel.type == "web", Channel.value.is_not(None)
    return session.scalars(select(Channel).where(*with_page).limit(1)).one()


def values_of(session: Session, mechanism: str) -> list[str | None]:
    """What is shown of a body."""
    entry = queries.book(session).entries[mechanism]
    return [way.facts.value for way in entry.public_ways]


def test_confirming_shows_the_value_at_once_with_who_when_and_where(loaded: Session) -> None:
    row = vietnamese_line(loaded)
    assert row.value not in values_of(loaded, DIAL)
    operations.confirm(loaded, check_of(row), MEMBER, NOW)
    assert row.value in values_of(loaded, DIAL)
    assert (row.state, row.page, row.checked) == ("confirmed", PAGE, date(2026, 11, 19))
    assert (row.confirmed_by, row.confirmed_at, row.version) == (MEMBER, NOW, 2)
    assert row not in queries.channels_to_confirm(loaded)


def test_correcting_shows_the_corrected_value_only(loaded: Session) -> None:
    row = vietnamese_line(loaded)
    operations.correct(loaded, check_of(row, value="0570-009999", hours="Weekdays"), MEMBER, NOW)
    shown = values_of(loaded, DIAL)
    assert "0570-009999" in shown
    assert "0570-001706" not in shown
    assert row.texts["hours"]["en"]["text"] == "Weekdays"


def test_rejecting_takes_a_shown_value_away_and_needs_no_page(loaded: Session) -> None:
    row = loaded.scalars(select(Channel).where(Channel.mechanism == "jp-child-189")).one()
    assert values_of(loaded, "jp-child-189") == ["189"]
    operations.reject(loaded, replace(check_of(row), page=""), MEMBER, NOW)
    assert values_of(loaded, "jp-child-189") == []
    assert row not in queries.channels_to_confirm(loaded)


def test_an_added_channel_comes_after_the_others(loaded: Session) -> None:
    way = operations.NewWay(
        "jp-child-189", "web", "https://www.cfa.go.jp/", PAGE, date(2026, 11, 19), ("ja",)
    )
    operations.add(loaded, way, MEMBER, NOW)
    assert values_of(loaded, "jp-child-189") == ["189", "https://www.cfa.go.jp/"]


def test_the_second_of_two_editors_is_told(loaded: Session) -> None:
    row = vietnamese_line(loaded)
    seen_by_both = check_of(row)
    operations.confirm(loaded, seen_by_both, MEMBER, NOW)
    with pytest.raises(operations.Overtaken):
        operations.reject(loaded, seen_by_both, MEMBER, NOW)
    assert row.state == "confirmed"


@pytest.mark.parametrize("actor", ["cli:demo fill", "job:sweep", "public", "receipt:x"])
def test_only_a_person_can_stand_behind_a_value(actor: str, loaded: Session) -> None:
    row = vietnamese_line(loaded)
    with pytest.raises(Refused) as refused:
        operations.confirm(loaded, check_of(row), actor, NOW)
    assert refused.value.code == "not-a-person"
    assert row.state == "shipped"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"page": ""}, "bad-page"),
        ({"page": "somebody told me"}, "bad-page"),
        ({"page": "ftp://example.org/x"}, "bad-page"),
        ({"day": date(2026, 11, 21)}, "future-day"),
    ],
)
def test_without_a_page_and_a_day_nothing_is_confirmed(
    changes: dict[str, object], code: str, loaded: Session
) -> None:
    row = vietnamese_line(loaded)
    with pytest.raises(Refused) as refused:
        operations.confirm(loaded, replace(check_of(row), **changes), MEMBER, NOW)
    assert refused.value.code == code


def test_what_has_no_value_cannot_be_confirmed_but_corrected(loaded: Session) -> None:
    row = loaded.scalars(
        select(Channel).where(Channel.mechanism == "jp-equal-employment", Channel.value.is_(None))
    ).one()
    with pytest.raises(Refused) as refused:
        operations.confirm(loaded, check_of(row), MEMBER, NOW)
    assert refused.value.code == "no-value"
    operations.correct(loaded, check_of(row, value="03-1234-5678"), MEMBER, NOW)
    assert "03-1234-5678" in values_of(loaded, "jp-equal-employment")


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("phone", "#9110", True),
        ("phone", "110", True),
        ("phone", "+84 24 3824 9517", True),
        ("phone", "0120-924-839", True),
        ("phone", "call the office", False),
        ("phone", "", False),
        ("web", "https://www.otit.go.jp/", True),
        ("web", "otit", False),
        ("web", "javascript:alert(1)", False),
        ("email", "desk@example.go.jp", True),
        ("email", "desk at example", False),
        ("in_person", "The city hall", True),
        ("in_person", "   ", False),
    ],
)
def test_a_value_must_be_able_to_be_what_its_kind_says(kind: str, value: str, fits: bool) -> None:
    if fits:
        assert valid_value(kind, value) == value
    else:
        with pytest.raises(Refused, match="bad-value"):
            valid_value(kind, value)


def test_all_that_is_not_shown_waits_for_a_person(loaded: Session) -> None:
    waiting = {row.id for row in queries.channels_to_confirm(loaded)}
    hidden = {
        way.id
        for entry in queries.book(loaded).entries.values()
        for way in entry.ways
        if not way.facts.public
    }
    assert waiting == hidden
    assert len(waiting) > 80


@pytest.mark.parametrize(
    "hours",
    ["Weekdays. Call 090-1234-5678", "Ring 0 9 0 1 2 3 4", "Dial ٠٩٠١٢٣٤٥٦٧٨", "Emergency: 119"],
)
def test_a_number_in_the_hours_waits_for_a_second_person(loaded: Session, hours: str) -> None:
    row = loaded.scalars(
        select(Channel).where(Channel.type == "web", Channel.value.is_not(None))
    ).first()
    assert row is not None
    check = check_of(row, hours=hours)
    operations.saw(loaded, check, "confirm", eyes(MEMBER))
    assert row.texts.get("hours", {}).get("en", {}).get("text") != hours
    other = f"member:{UUID(int=9)}"
    differs = replace(check, version=row.version, hours="Ring 0120-000-000")
    operations.saw(loaded, differs, "confirm", eyes(other))
    assert row.awaiting["by"] == other
    again = replace(differs, version=row.version)
    operations.saw(loaded, again, "confirm", eyes(MEMBER))
    assert row.texts["hours"]["en"]["text"] == "Ring 0120-000-000"


def eyes(actor: str) -> operations.Eyes:
    """Somebody who looked while others could."""
    return operations.Eyes(actor, NOW, others=True)


def test_hours_alone_need_no_second_person(loaded: Session) -> None:
    row = loaded.scalars(
        select(Channel).where(Channel.type == "web", Channel.value.is_not(None))
    ).first()
    assert row is not None
    hours = "Mon-Fri 9:00-17:30, 2nd Sat 10:00-12:00"
    operations.saw(loaded, check_of(row, hours=hours), "confirm", eyes(MEMBER))
    assert row.texts["hours"]["en"]["text"] == hours
