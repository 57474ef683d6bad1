"""A body that says nothing: the desk names the next doors, and hands nothing over by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from grievance import clock
from grievance.accounts.models import Event
from grievance.clock import local_day
from grievance.deadlines.models import Deadline
from grievance.referrals.models import Referral
from tests.desk.test_desk_handover import CONCILIATION, delivered, taken
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")


def climbed(house, rungs=1):
    """The body's day was yesterday, and so many rungs were told."""
    yesterday = local_day(clock.now(), "Asia/Tokyo") - timedelta(days=1)
    late = Referral.__table__.update()  # past the session, as no verb may
    house.session.execute(late.values(next_chase=yesterday))
    chase = update(Deadline).where(Deadline.kind == "chase")
    house.session.execute(chase.values(attempts=rungs))
    house.session.commit()
    house.session.expire_all()


def test_a_body_that_lets_its_day_pass_leads_to_the_next_door(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path, case = delivered(house, client, filed.case), f"/staff/cases/{filed.case.reference}"
    assert not read_page(client.get(case)).all("div", data_silence="")
    climbed(house, 0)
    assert not read_page(client.get(case)).all("div", data_silence=""), "nobody was told yet"
    climbed(house)
    before = house.session.scalar(select(func.count()).select_from(Event))
    page = read_page(client.get(case))
    notice = page.one("div", data_silence="")
    assert "did not answer by" in "".join(notice.itertext())
    ways = [one.get("href") for one in notice.iter("a")]
    assert 1 <= len(ways) <= 3
    assert all(way.startswith(f"{case}/refer/") for way in ways)
    assert not [way for way in ways if way.endswith(CONCILIATION)], "it has it already"
    assert read_page(client.get(ways[0])).status == 200
    assert read_page(client.get(path)).one("p", data_next_door="") is not None
    assert house.session.scalars(select(Referral)).one().state == "delivered"
    assert house.session.scalar(select(func.count()).select_from(Event)) == before
