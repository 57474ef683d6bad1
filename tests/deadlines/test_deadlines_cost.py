"""What a sweep asks of the database: what is the same for all clocks once, and little for each."""

from __future__ import annotations

from tests.cast import IN_DANGER
from tests.deadlines.test_deadlines_sweep import DANGER_OVERDUE, NOTHING
from tests.desk.looking import counted

BEFORE_ALL = 3  # what is due, the hours, the staff
EACH = 12  # two of them look for a letter that waits for the same person already
NOTHING_DUE = 2  # clocks, and wishes to be deleted that none watches


def swept(house, cases: int) -> list[str]:
    """The statements of a sweep over so many new cases, all in danger."""
    for _ in range(cases):
        house.case(**IN_DANGER)
    with counted() as seen:
        assert house.sweep(DANGER_OVERDUE)["done"] == cases
    return seen


def test_each_clock_costs_the_same_few_statements(house):
    house.hire()
    assert len(swept(house, 1)) <= BEFORE_ALL + EACH
    assert len(swept(house, 3)) <= BEFORE_ALL + 3 * EACH


def test_hours_and_staff_are_read_once_and_who_stepped_aside_for_each_clock(house):
    house.hire()
    seen = swept(house, 3)
    for table, times in (("operator_profile", 1), ("person", 1), ("recusal", 3)):
        assert len([one for one in seen if f"FROM {table}" in one]) == times, table


def test_nothing_due_asks_next_to_nothing(house):
    house.case()
    with counted() as seen:
        assert house.sweep(DANGER_OVERDUE) == NOTHING
    assert len(seen) <= NOTHING_DUE
