"""A wish to be deleted that nobody sees to: everybody is told, then leads, then directors; also of
a case that is over, and of a wish from before there was a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from grievance.accounts import verifying
from grievance.accounts.roles import Role
from grievance.cases import erasures, queue
from grievance.cases.operations import erasing, escalating, replying
from tests.cast import NOW
from tests.deadlines.test_deadlines_digest import MORNING
from tests.deadlines.test_deadlines_sweep import NOTHING, ONE

LATE = NOW + timedelta(days=15)


@pytest.fixture
def wish(house):
    """A worker took their report back and wants it deleted."""
    filed, site = house.case(), house.app.config["SITE"]
    replying.withdraw(filed.act(house.session, site))
    erasing.ask_erasure(filed.act(house.session, site))
    house.session.commit()
    house.again()
    return filed


def test_a_wish_that_stays_undone_climbs_to_the_director(house, wish):
    lead = house.hire(Role.LEAD, "Ito Jun")
    handler, director = house.hire(), house.operator.director
    due = house.clock(wish.case, "erasure").due_at
    assert house.sweep(due - timedelta(seconds=1)) == NOTHING
    told = []
    for day in (0, 3, 6):
        assert house.sweep(due + timedelta(days=day, seconds=10)) == ONE
        told.append(house.letters(wish.case))
    everybody = sorted(one.address for one in (handler, lead, director))
    assert told == [everybody, [lead.address], [director.address]]
    assert {one.codes["clock"] for one in house.events(wish.case)} == {"erasure"}


def test_each_step_of_it_is_in_a_letter(house, wish):
    """The case is over, and letters spoke of open ones alone: who did not look heard nothing."""
    lead, handler = house.hire(Role.LEAD, "Ito Jun"), house.hire()
    house.digest(MORNING)
    at = house.clock(wish.case, "erasure").due_at + timedelta(hours=9)  # it ends at midnight
    told = []
    for _ in range(12):
        house.sweep(at)
        told += [one.to for one in house.digest(at) if "1 case is overdue" in one.body]
        at += timedelta(days=1)
    everybody = [handler.address, lead.address, house.operator.director.address]
    assert sorted(told) == sorted([*everybody, lead.address, house.operator.director.address])


def test_today_shows_it_and_somebody_sees_to_it(house, wish):
    handler = house.hire()
    due = house.clock(wish.case, "erasure").due_at
    house.sweep(due + timedelta(seconds=10))
    shown = queue.today(queue.Seer(house.session, handler.id, due + timedelta(seconds=20)))
    assert [case.id for case in shown["escalated"].cases] == [wish.case.id]
    at = due + timedelta(minutes=5)
    case = house.session.merge(wish.case)
    escalating.acknowledge_escalation(
        handler.act(house.session, house.app.config["SITE"], case, at)
    )
    assert not case.escalation_waits


def test_a_wish_from_before_is_watched_once_it_is_late(house, wish):
    """An upgrade writes no clocks: no event would name them."""
    before = house.clock(wish.case, "erasure").id
    house.session.execute(text("DELETE FROM deadline WHERE kind = 'erasure'"))
    house.session.commit()
    house.again()
    assert erasures.unwatched(house.session, NOW + timedelta(days=10)) == []
    assert house.sweep(NOW + timedelta(days=10)) == NOTHING
    assert house.sweep(LATE) == ONE
    assert house.clock(wish.case, "erasure").attempts == 1
    assert house.sweep(LATE) == NOTHING
    ring = house.app.config["KEY_RING"]
    report = verifying.verify(house.session, ring.anchor_public, None, ring.event_key)
    taken = {f"deadline/{before}"}  # by this test: the new one is named
    assert {one["what"] for one in report.wrong} == taken
