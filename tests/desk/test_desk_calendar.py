"""The days of the law as a calendar file: which, and what it must not say."""

from __future__ import annotations

from datetime import date, timedelta

from icalendar import Calendar

from grievance.cases.operations import conflicts, handling
from grievance.clock import local_day, real_now
from grievance.deadlines import keeping
from grievance.deadlines.models import LimitationDate
from tests.cast import Filed, Staff
from tests.desk.conftest import House

TOKYO = "Asia/Tokyo"
UNPAID = {"since": (real_now() - timedelta(days=500)).strftime("%Y-%m-%d"), "until": ""}
NAMES = {
    "BEGIN", "END", "VERSION", "PRODID", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
    "TRANSP", "ACTION", "DESCRIPTION", "TRIGGER",
}  # fmt: skip


def _entries(house: House, who: Staff) -> list[tuple[str, date]]:
    answer = house.browser(who).get("/staff/days.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    found = Calendar.from_ical(answer.get_data())
    return [(str(one["summary"]), one.decoded("dtstart")) for one in found.walk("VEVENT")]


def _days(house: House, filed: Filed) -> list[date]:
    mine = house.session.query(LimitationDate).filter_by(case_id=filed.case.id)
    return sorted(row.latest_safe for row in mine)


def _taken(house: House, who: Staff, **answers: str) -> Filed:
    filed = house.case(**(answers or UNPAID))
    handling.take(who.act(house.session, house.app.config["SITE"], filed.case, real_now()))
    house.session.commit()
    return filed


def test_it_holds_the_days_of_my_cases_that_are_to_come(house: House) -> None:
    who = house.hire()
    mine, other = _taken(house, who), house.case(**UNPAID)
    today = local_day(real_now(), TOKYO)
    days = [day for day in _days(house, mine) if day >= today]
    assert days, "an unpaid wage has days of the law"
    assert _entries(house, who) == [(mine.case.reference, day) for day in days]
    assert _days(house, other), "the colleague's case has some as well"


def test_it_calls_to_mind_and_says_nothing_of_what_it_is(house: House) -> None:
    who = house.hire()
    filed = _taken(house, who)
    written = house.browser(who).get("/staff/days.ics").get_data(as_text=True)
    told = {f"TRIGGER:-P{days}D" for days in keeping.AHEAD}
    assert told <= set(written.splitlines())
    names = {line.partition(":")[0].partition(";")[0] for line in written.splitlines()}
    assert names <= NAMES
    said = {
        line.partition(":")[2] for line in written.splitlines() if "SUMM" in line or "DESC" in line
    }
    assert said == {filed.case.reference}


def test_read_in_again_it_adds_nothing_twice(house: House) -> None:
    who = house.hire()
    _taken(house, who)
    ids = [
        [
            str(one["uid"])
            for one in Calendar.from_ical(
                house.browser(who).get("/staff/days.ics").get_data()
            ).walk("VEVENT")
        ]
        for _again in range(2)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_a_case_that_is_not_there_for_somebody_has_no_day(house: House) -> None:
    who = house.hire()
    filed = _taken(house, who)
    house.hire(name="Suzuki Mei")
    act = who.act(house.session, house.app.config["SITE"], filed.case, real_now())
    conflicts.recuse(act, "A cousin works there.")
    house.session.commit()
    assert _entries(house, who) == []


def test_days_that_are_over_are_not_in_it(house: House) -> None:
    who = house.hire()
    filed = _taken(house, who, since="2023-04-25", until="2023-05-25")
    assert _days(house, filed)[-1] == date(2026, 6, 1)
    assert _entries(house, who) == []
