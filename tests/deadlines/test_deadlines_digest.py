"""One letter a day at most for each member of staff, and danger at once."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from grievance.accounts.models import Person
from grievance.accounts.roles import Role
from grievance.cases import notices
from grievance.cases.digests import digest
from grievance.cases.models import NOTICES
from grievance.cases.operations import conflicts, handling, replying
from grievance.cases.operations.own_reminding import done, remind
from grievance.cases.operations.replying import Sent
from grievance.cases.own_reminders import Remind
from tests.cases.conftest import words
from tests.cast import IN_DANGER, NOW, Filed, Staff
from tests.deadlines.conftest import House

AFTER_THE_END = {"worker_answered", "body_news", "second_asked", "escalated", "passage_gone"}
TOKYO = ZoneInfo("Asia/Tokyo")
DAY = timedelta(days=1)


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


MORNING = tokyo("2026-04-23T08:00:00")  # a Thursday, the day after `NOW`


def take(house: House, by: Staff, filed: Filed) -> None:
    handling.take(by.act(house.session, house.app.config["SITE"], filed.case, NOW))
    house.session.commit()


def write(house: House, filed: Filed) -> None:
    """The worker writes."""
    replying.say(filed.act(house.session, house.app.config["SITE"]), Sent(words()))
    house.session.commit()


def test_thirty_overdue_cases_are_one_letter_a_day_for_each(house: House) -> None:
    """Five people got 1,580 letters in a trial, each saying that a case is overdue."""
    house.hire(Role.LEAD, "Ito Jun")
    house.hire()
    for _ in range(30):
        house.case()
    house.mail("danger")
    got: dict[tuple[str, object], int] = {}
    moment = NOW
    while moment < NOW + 21 * DAY:
        house.sweep(moment)
        for letter in house.digest(moment):
            on = letter.to, moment.astimezone(TOKYO).date()
            got[on] = got.get(on, 0) + 1
        moment += timedelta(hours=2)
    assert set(got.values()) == {1}
    assert len(got) <= 3 * 5, "only on days on which something was new"
    assert {day.isoweekday() for _to, day in got} <= {1, 2, 3, 4, 5}  # type: ignore[attr-defined]
    assert house.mail("danger") == []


def test_the_letter_says_how_much_and_nothing_of_it(house: House) -> None:
    handler, filed = house.hire(), house.case()
    house.case()
    take(house, handler, filed)
    write(house, filed)
    letters = {one.to: one for one in house.digest(MORNING)}
    body = letters[handler.address].body
    assert "- news from the worker in 1 case\n" in body
    assert "- 1 new case waits for somebody to take it\n" in body, "the other was taken"
    assert "https://desk.example/staff/" in body
    assert filed.case.reference not in body
    assert house.digest(MORNING + timedelta(hours=3)) == []
    assert house.digest(MORNING + DAY) == [], "nothing is told twice"


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-04-23T07:55:00", False),
        ("2026-04-23T08:00:00", True),
        ("2026-04-23T15:00:00", True),  # nobody drained in the morning
        ("2026-04-25T12:00:00", False),  # a Saturday
        ("2026-04-29T12:00:00", False),  # a holiday
    ],
)
def test_it_goes_at_its_hour_on_days_on_which_somebody_reads(
    house: House, moment: str, sent: bool
) -> None:
    house.case()
    assert bool(house.digest(tokyo(moment))) == sent


def test_what_comes_after_its_hour_waits_for_the_next_day(house: House) -> None:
    house.digest(MORNING)
    house.case(now=MORNING + timedelta(hours=1))
    assert house.digest(MORNING + timedelta(hours=2)) == []
    assert len(house.digest(MORNING + DAY)) == 1


def test_each_chooses_the_hour(house: House) -> None:
    house.case()
    house.session.get_one(Person, house.operator.director.id).digest_hour = 13
    house.session.commit()
    assert house.digest(MORNING) == []
    assert len(house.digest(MORNING.replace(hour=13))) == 1


def test_what_is_told_while_mail_is_down_is_in_a_letter(house: House) -> None:
    """Yesterday's letter, which could not leave, stood for today's, and not with its counts."""
    handler, filed = house.hire(), house.case()
    digest(house.worker(), house.site, MORNING)
    take(house, handler, filed)
    write(house, filed)
    letters = [one.body for one in house.digest(MORNING + DAY) if one.to == handler.address]
    assert len(letters) == 2
    assert sum("- news from the worker in 1 case\n" in body for body in letters) == 1


def test_reminders_are_counted_until_they_are_done_and_not_named(house: House) -> None:
    handler, filed, row = house.hire(), house.case(), uuid4()
    take(house, handler, filed)
    house.digest(MORNING)
    act = handler.act(house.session, house.app.config["SITE"], filed.case, MORNING)
    remind(act, row, Remind(MORNING.date() + DAY, "Ring her sister."))
    house.session.commit()
    assert house.digest(MORNING + timedelta(hours=1)) == []
    for day in (MORNING + DAY, MORNING + 4 * DAY):  # a Friday, and the Monday after it
        body = house.digest(day)[0].body
        assert "- 1 reminder of yours\n" in body
        assert "sister" not in body
        assert filed.case.reference not in body
    done(act, row)
    house.session.commit()
    assert house.digest(MORNING + 5 * DAY) == []


def test_two_that_write_at_once_write_once(house: House) -> None:
    house.hire()
    house.case()
    together = threading.Barrier(2)

    def ring() -> None:
        session, site = house.worker(), house.site
        together.wait()
        digest(session, site, MORNING)

    threads = [threading.Thread(target=ring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.again()
    assert len(house.mail("digest")) == 2


def test_what_one_has_looked_at_since_is_not_told(house: House) -> None:
    filed = house.case()
    notices.seen(house.session, filed.case.id, house.operator.director.id, NOW)
    house.session.commit()
    assert house.digest(MORNING) == []


def test_who_has_a_conflict_of_interest_is_told_nothing_of_what_stood_there(house: House) -> None:
    handler, filed = house.hire(), house.case()
    act = handler.act(house.session, house.app.config["SITE"], filed.case, NOW)
    conflicts.recuse(act, "A cousin works there.")
    house.session.commit()
    assert handler.address not in [one.to for one in house.digest(MORNING)]


@pytest.mark.parametrize("kind", NOTICES)
def test_of_a_case_that_is_over_it_tells_what_still_calls_for_somebody(
    house: House, kind: str
) -> None:
    """Of a report that was taken back: that it was, a wish to be deleted, a proposal, a body's
    answer. Not that it waits for somebody to take it."""
    filed, director = house.case(), house.operator.director
    replying.withdraw(filed.act(house.session, house.app.config["SITE"]))
    case = filed.case
    case.escalation_waits = case.awaits_second = True
    notices.seen_all(house.session, director.id, NOW)
    notices.note(house.session, case.id, kind, [director.id], notices.Told(NOW))
    house.session.commit()
    assert bool(house.digest(MORNING)) == (kind in AFTER_THE_END)


def test_danger_is_told_at_once_and_not_again_in_the_morning(house: House) -> None:
    house.case(**IN_DANGER)
    assert len(house.mail("danger")) == 1
    assert house.digest(MORNING) == []


def test_a_worker_in_danger_who_writes_is_told_at_once(house: House) -> None:
    handler, filed = house.hire(), house.case(**IN_DANGER)
    take(house, handler, filed)
    house.mail("danger")
    write(house, filed)
    assert [one.to for one in house.mail("danger")] == [handler.address]


def test_who_is_given_a_case_in_danger_hears_of_it_at_once(house: House) -> None:
    handler, lead = house.hire(), house.hire(Role.LEAD, "Ito Jun")
    for filed, at_once in ((house.case(), False), (house.case(**IN_DANGER), True)):
        house.mail("danger")
        act = lead.act(house.session, house.app.config["SITE"], filed.case, NOW)
        handling.assign(act, handler.id)
        house.session.commit()
        assert [one.to for one in house.mail("danger")] == [handler.address] * at_once
    (letter,) = (one for one in house.digest(MORNING) if one.to == handler.address)
    assert "- 1 case was given to you\n" in letter.body


def test_what_is_old_is_deleted(house: House) -> None:
    house.case()
    assert notices.purge(house.worker(), NOW + notices.KEPT - DAY) == 0
    assert notices.purge(house.worker(), NOW + notices.KEPT + DAY) == 1
