"""How long a rung has: operator hours for danger, whole working days for the rest."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from grievance.deadlines.hours import Hours, after_working_days
from grievance.deadlines.ladders import LADDERS, NEVER, RUNGS, next_try
from grievance.deadlines.models import KINDS

TOKYO = ZoneInfo("Asia/Tokyo")
OFFICE = Hours({day: [(time(9), time(18))] for day in range(5)})


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def test_every_kind_of_clock_has_a_ladder():
    assert set(LADDERS) == set(KINDS)
    assert all(1 <= ladder.height <= len(RUNGS) for ladder in LADDERS.values())
    assert all(bool(ladder.hours) != bool(ladder.working_days) for ladder in LADDERS.values())


@pytest.mark.parametrize(
    ("told", "above"),
    [
        ("2026-04-23T00:00:10", "2026-04-24T00:00:10"),  # Thursday: the whole day passes
        ("2026-04-23T15:30:00", "2026-04-24T15:30:00"),
        ("2026-04-24T15:30:00", "2026-04-27T15:30:00"),  # over a weekend
        ("2026-04-25T00:00:10", "2026-04-28T00:00:00"),  # told on Saturday: Monday passes
        ("2026-04-28T15:30:00", "2026-04-30T15:30:00"),  # the 29th is a holiday
        ("2026-05-02T10:00:00", "2026-05-08T00:00:00"),  # Golden Week until the 6th
    ],
)
def test_a_working_day_leaves_out_weekends_and_holidays(told, above):
    assert next_try("acknowledge", 1, tokyo(told), OFFICE) == tokyo(above)
    assert next_try("acknowledge", 2, tokyo(told), OFFICE) == tokyo(above)


def test_a_closure_day_of_the_operator_is_no_working_day():
    closed = Hours(OFFICE.weekly, closed=frozenset({date(2026, 4, 24)}))
    assert after_working_days(closed, tokyo("2026-04-23T10:00:00"), 1) == tokyo(
        "2026-04-27T10:00:00"
    )


@pytest.mark.parametrize(
    ("told", "above"),
    [
        ("2026-04-23T10:00:00", "2026-04-23T11:00:00"),
        ("2026-04-23T17:30:00", "2026-04-24T09:30:00"),  # half an hour is left of the day
        ("2026-04-23T22:00:00", "2026-04-24T10:00:00"),
        ("2026-04-24T17:15:00", "2026-04-27T09:15:00"),
        ("2026-04-28T17:59:00", "2026-04-30T09:59:00"),
    ],
)
def test_in_danger_a_rung_has_one_hour_of_the_operators_hours(told, above):
    assert next_try("danger", 1, tokyo(told), OFFICE) == tokyo(above)


def test_danger_never_stands_still_where_no_hours_are_published():
    assert next_try("danger", 1, tokyo("2026-04-25T03:00:00"), Hours({})) == tokyo(
        "2026-04-25T04:00:00"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_ladder_climbs_to_the_directors_and_ends_there(kind):
    moment = tokyo("2026-04-23T10:00:00")
    assert next_try(kind, 2, moment, OFFICE) < NEVER
    assert next_try(kind, 3, moment, OFFICE) == NEVER
