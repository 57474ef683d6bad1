"""Who has a case is told, once each, that a day of the law is 180, 60 and 14 days ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from grievance.accounts.models import Event
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.clock import local_day
from grievance.deadlines import keeping
from grievance.deadlines.asked import Grounds
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import LimitationDate
from tests.cast import NOW
from tests.deadlines.conftest import House

DAY = timedelta(days=1)
NOTHING = {"due": 0, "done": 0, "skipped": 0, "failed": 0}
ONE = {"due": 1, "done": 1, "skipped": 0, "failed": 0}


def days_of(house: House, case: Case, *days: date) -> None:
    """Let these stand for the days of the law of a case."""
    keeping.recount(house.session, case.id, Grounds([], {}), NOW)
    house.session.add_all(
        LimitationDate(id=uuid4(), case_id=case.id, latest_safe=day) for day in days
    )
    house.session.commit()


def stages(house: House, case: Case) -> list[int]:
    mine = (Event.stream_id == case.id, Event.verb == "warn")
    return [one.codes["days"] for one in house.session.scalars(select(Event).where(*mine))]


def at(day: date, ahead: int) -> datetime:
    """Noon in Japan, so many days before a day."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=NOW.tzinfo) - ahead * DAY


def test_a_day_is_told_at_180_60_and_14_days_and_never_twice(house: House) -> None:
    handler = house.hire()
    filed = house.case()
    handling.take(handler.act(house.session, house.app.config["SITE"], filed.case, NOW))
    last = local_day(NOW, JAPAN) + 400 * DAY
    days_of(house, filed.case, last)
    rings = [(181, NOTHING), (180, ONE), (180, NOTHING), (61, NOTHING), (60, ONE), (15, NOTHING)]
    for ahead, told in [*rings, (14, ONE), (13, NOTHING), (0, NOTHING), (-1, NOTHING)]:
        assert house.warn(at(last, ahead)) == told, ahead
    assert stages(house, filed.case) == [180, 60, 14]


def test_who_has_the_case_is_told_and_the_letter_of_the_day_says_nothing(house: House) -> None:
    handler = house.hire()
    house.hire(name="Mori Emi")
    filed = house.case()
    handling.take(handler.act(house.session, house.app.config["SITE"], filed.case, NOW))
    days_of(house, filed.case, local_day(NOW, JAPAN) + 10 * DAY)
    assert house.warn(NOW) == ONE
    (told,) = house.noticed("limit_near")
    assert told.person_id == handler.id
    (written,) = (one for one in house.digest(NOW + DAY) if one.to == handler.address)
    assert "a time limit in the law comes near" in written.body
    for secret in (filed.case.reference, filed.case.main_issue, "2026"):
        assert secret not in written.subject + written.body


def test_everybody_is_told_while_nobody_has_the_case(house: House) -> None:
    house.hire()
    filed = house.case()
    days_of(house, filed.case, local_day(NOW, JAPAN) + 10 * DAY)
    before = len(house.noticed("new_case"))
    assert house.warn(NOW) == ONE
    assert len(house.noticed("limit_near")) == before > 1


def test_of_many_days_only_the_next_is_told(house: House) -> None:
    """Twelve pay days within half a year are not twelve letters."""
    filed = house.case()
    today = local_day(NOW, JAPAN)
    days_of(house, filed.case, *[today + days * DAY for days in (20, 50, 80)])
    assert house.warn(NOW) == ONE
    assert house.warn(NOW) == NOTHING
    assert house.warn(NOW + 6 * DAY) == ONE
    assert house.warn(NOW + 21 * DAY) == ONE  # the first is over, the second 29 days ahead
    assert stages(house, filed.case) == [60, 14, 60]


def test_counting_anew_forgets_nothing_that_was_told(house: House) -> None:
    """The worker adds an answer: the days that stay were told before."""
    filed = house.case()
    told = Grounds(["wages-unpaid"], {"issue": "wages-unpaid", "since": "2024-03-25"})
    keeping.recount(house.session, filed.case.id, told, NOW)
    house.session.commit()
    when = at(house.session.scalars(select(func.min(LimitationDate.latest_safe))).one(), 10)
    assert house.warn(when) == ONE
    keeping.recount(house.session, filed.case.id, told, NOW)
    house.session.commit()
    assert house.warn(when) == NOTHING


@pytest.mark.parametrize("state", ["withdrawn", "received"])
def test_a_case_that_is_over_is_told_to_nobody(house: House, state: str) -> None:
    filed = house.case()
    days_of(house, filed.case, local_day(NOW, JAPAN) + 10 * DAY)
    ended = NOW if state == "withdrawn" else None
    house.session.execute(update(Case).values(state=state, closed_at=ended))
    house.session.commit()
    assert house.warn(NOW) == (NOTHING if state == "withdrawn" else ONE)
