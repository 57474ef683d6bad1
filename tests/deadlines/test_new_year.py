"""The turn of the year 2026/27 for the operator, courts, offices and banks.

Sources: Act on Holidays of Administrative Organs (1988 no. 91) art. 1(1): Saturdays, Sundays,
national holidays, 29 December to 3 January. Act on Holidays of Courts (1988 no. 93) art. 1(1): the
same. Banking Act Order art. 5(1): Saturdays, Sundays, national holidays, 31 December to 3 January.
Act on National Holidays art. 2: 1 January is New Year's Day; 11 January 2027, the second Monday, is
Coming of Age Day. In 2026 28 December is a Monday, in 2027 4 January is one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from grievance.accounts.closures import OperatorCalendar, new_year
from grievance.accounts.profile import Profile
from grievance.clock import local_day
from grievance.deadlines.counting import Item, find, pay_day
from grievance.deadlines.hours import Hours, after_hours, after_working_days
from grievance.deadlines.limits import shipped
from grievance.deadlines.operations import due

TOKYO = ZoneInfo("Asia/Tokyo")
DAYS = [date(2026, 12, 25) + timedelta(days=ahead) for ahead in range(14)]  # a Friday, to 7 January
OFFICE = {"12-25", "12-28", "01-04", "01-05", "01-06", "01-07"}
OPEN = {
    "courts": OFFICE,
    "administration": OFFICE,
    "bank": OFFICE | {"12-29", "12-30"},
}
WEEK = {day: [(time(9), time(18))] for day in range(5)}
PUBLISHED = {str(day): ["09:00", "18:00"] for day in WEEK}
CLOSED = OperatorCalendar("JP", (new_year(date(2026, 12, 1)),))
HOURS = Hours(WEEK, "Asia/Tokyo", CLOSED.closed)


def marks(days: list[date]) -> set[str]:
    return {f"{day:%m-%d}" for day in days}


@pytest.mark.parametrize(
    ("code", "calendar"),
    [("wages", "courts"), ("additional-payment", "courts"), ("accident-medical", "administration")],
)
def test_offices_over_new_year(code: str, calendar: str) -> None:
    office = shipped().rows[code].calendar
    assert marks([day for day in DAYS if office.open_on(day)]) == OPEN[calendar]


def test_banks_over_new_year() -> None:
    bank = shipped().bank
    assert marks([day for day in DAYS if bank.open_on(day)]) == OPEN["bank"]
    # wages of the end of December fall due on the last bank day, or on the first after it
    assert pay_day("month_end", 2026, 12, bank) == (date(2026, 12, 30), date(2027, 1, 4))


@pytest.mark.parametrize("last", [date(2026, 12, 29), date(2027, 1, 1), date(2027, 1, 3)])
def test_a_last_day_in_new_year_is_safe_only_before_it(last: date) -> None:
    """Where it counts the office is closed: the safe day is Monday, 28 December."""
    event = date(last.year - 2, last.month, last.day)  # two years: WACI Act 42
    found = find(Item("accident-medical", event, event), shipped(), date(2026, 12, 1))
    assert (found.last_day, found.latest_safe) == (last, date(2026, 12, 28))


def test_the_operator_reads_as_it_says() -> None:
    """Only 1 January is a public holiday: the operator alone knows whether it is closed."""
    public, own = Hours(WEEK, "Asia/Tokyo"), {"12-29", "12-30", "12-31"}
    assert marks([day for day in DAYS if public.reads_on(day)]) == OFFICE | own
    assert marks([day for day in DAYS if HOURS.reads_on(day)]) == OFFICE


def test_what_is_told_to_workers_over_new_year() -> None:
    told = Profile(
        organisation_id=uuid4(),
        name="",
        texts={},
        hours=PUBLISHED,
        languages=("en",),
        time_zone="Asia/Tokyo",
        everyday_site="",
        contacts=(),
        retention_days=None,
        version=1,
        calendar=CLOSED,
    )
    evening = datetime(2026, 12, 28, 18, 0, tzinfo=TOKYO)
    assert told.next_reading(evening) == datetime(2027, 1, 4, 9, 0, tzinfo=TOKYO)
    assert told.next_reading(evening - timedelta(minutes=1)) == evening - timedelta(minutes=1)


def test_clocks_over_new_year() -> None:
    filed = datetime(2026, 12, 28, 16, 0, tzinfo=TOKYO).astimezone(UTC)
    # two of the four hours on the 28th, two on 4 January
    assert due("danger", filed, HOURS) == datetime(2027, 1, 4, 11, 0, tzinfo=TOKYO)
    assert after_hours(HOURS, filed, timedelta(hours=1)) == filed + timedelta(hours=1)
    assert local_day(after_working_days(HOURS, filed, 1), "Asia/Tokyo") == date(2027, 1, 4)
    # seven days from 24 December end on the 31st: it is done on the 28th
    christmas = datetime(2026, 12, 24, 12, 0, tzinfo=TOKYO).astimezone(UTC)
    assert local_day(due("acknowledge", christmas, HOURS), "Asia/Tokyo") == date(2026, 12, 28)
    assert local_day(due("acknowledge", filed, HOURS), "Asia/Tokyo") == date(2027, 1, 4)


def test_a_promise_without_a_reading_day_before_it_keeps_its_day() -> None:
    """Seven days wholly within closed ones: no day is later than the limit."""
    shut = Hours(
        WEEK, "Asia/Tokyo", frozenset(date(2026, 12, 28) + timedelta(days=n) for n in range(14))
    )
    asked = datetime(2026, 12, 28, 12, 0, tzinfo=TOKYO).astimezone(UTC)
    assert local_day(due("acknowledge", asked, shut), "Asia/Tokyo") == date(2027, 1, 4)
