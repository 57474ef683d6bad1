"""A later day for a clock of ours, through HTTP: proposed by who has the case, agreed to by a lead,
read by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from grievance.accounts.roles import Role
from grievance.accounts.verifying import verify
from grievance.cases.models import Case, FourEyes
from grievance.cases.operations import handling
from grievance.clock import local_day, now
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.i18n import date_text, speaking
from tests.cases.conftest import words
from tests.desk.test_desk_deciding import buttons
from tests.desk.test_desk_flow import opened, send, verbs_of
from tests.pages import read_page

SECRET = "Her employer hides the books"


def accepted(house, handler):
    """A case with one clock that runs: that of the next step."""
    filed, site = house.case(danger="no"), house.app.config["SITE"]
    handling.take(handler.act(house.session, site, filed.case, now()))
    handling.acknowledge(handler.act(house.session, site, filed.case, now()), words("Read"))
    handling.accept(handler.act(house.session, site, filed.case, now()))
    house.session.commit()
    return filed


def runs(house, case) -> Deadline:
    house.again(case)
    return next(one for one in clocks.running(house.session, case.id) if one.kind == "next_step")


def day_of(house, moment: datetime):
    return local_day(moment, operator_hours(house.session).zone)


def propose(house, client, case, days: int, **typed):
    day = day_of(house, runs(house, case).due_at) + timedelta(days=days)
    told = {"clock": "next_step", "day": str(day), "why": "others", "message": SECRET}
    return send(client, opened(client, case), "propose_extend", **{**told, **typed})


def last_asked(house, case) -> str:
    found = select(FourEyes).where(FourEyes.case_id == case.id).order_by(FourEyes.asked_at.desc())
    return house.session.scalars(found).first().state


def worker_page(house, filed):
    worker = house.browser()
    start = read_page(worker.get("/en/return"))
    assert worker.post("/en/return", data={**start.fields(), "code": filed.code}).status_code == 303
    return read_page(worker.get("/en/case"))


def test_the_old_day_stands_until_a_lead_agrees_and_the_worker_reads_both(house):
    mori, other = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    lead = house.hire(Role.LEAD, "Abe Rei")
    filed = accepted(house, mori)
    first, second, third = (house.browser(who) for who in (mori, other, lead))
    before = runs(house, filed.case).due_at
    assert "propose_extend" not in buttons(opened(second, filed.case))  # who does not have it
    # not later, and further than the time that was promised first
    assert propose(house, first, filed.case, 0).status_code == 409
    assert propose(house, first, filed.case, 15).status_code == 409
    assert propose(house, first, filed.case, 7).status_code == 303
    assert (runs(house, filed.case).due_at, runs(house, filed.case).moves) == (before, 0)
    assert "later day" not in worker_page(house, filed).main
    # another handler neither decides it nor sends it back, nor does it stand on their Today
    assert not {"extend", "send_back"} & set(buttons(opened(second, filed.case)))
    assert 'id="second"' not in second.get("/staff/").text
    assert "Waits for a second person" in read_page(third.get("/staff/")).main
    assert "extend" not in buttons(opened(first, filed.case))
    page = opened(third, filed.case)
    assert "Mori Emi proposes a later day" in page.main
    assert SECRET in page.main
    assert send(third, page, "extend").status_code == 303
    clock = runs(house, filed.case)
    assert day_of(house, clock.due_at) == day_of(house, before) + timedelta(days=7)
    assert (clock.first_due, clock.moves, clock.moved_for) == (before, 1, "others")
    assert house.again(filed.case).next_due == clock.due_at
    assert verbs_of(house, filed.case)[-2:] == ["propose_extend", "extend"]
    with speaking("en"):
        was, later = (date_text(day_of(house, one)) for one in (before, clock.due_at))
    main = worker_page(house, filed).main
    assert f"We need more time. We had said {was}. The new day is {later}." in main
    assert "We still wait for an answer from somebody else." in main
    assert SECRET not in main
    page = opened(first, filed.case)
    assert f"It was due by {was} first." in page.main
    assert f"Abe Rei agreed to a later day: {later}." in page.main


def test_it_is_moved_twice_at_most_and_a_proposal_lapses_with_its_clock(house):
    mori, lead = house.hire(name="Mori Emi"), house.hire(Role.LEAD, "Abe Rei")
    filed = accepted(house, mori)
    first, third = house.browser(mori), house.browser(lead)
    site = house.app.config["SITE"]
    for _again in range(2):
        assert propose(house, first, filed.case, 7).status_code == 303
        house.again(filed.case)
        handling.tell_worker(mori.act(house.session, site, filed.case, now()), words("Meanwhile"))
        house.session.commit()
        assert (house.again(filed.case).awaits_second, last_asked(house, filed.case)) == (
            False,
            "lapsed",
        )
    for _again in range(2):
        days = 7 if not runs(house, filed.case).moves else 5
        assert propose(house, first, filed.case, days).status_code == 303
        assert send(third, opened(third, filed.case), "extend").status_code == 303
    clock = runs(house, filed.case)
    assert clock.moves == 2
    assert clock.due_at - clock.first_due <= timedelta(days=clocks.NEXT_STEP_DAYS)
    assert "propose_extend" not in buttons(opened(first, filed.case))
    assert verify(house.session, event_key=house.app.config["KEY_RING"].event_key).wrong == []


def test_no_day_is_moved_once_somebody_is_in_danger(house):
    mori, lead = house.hire(name="Mori Emi"), house.hire(Role.LEAD, "Abe Rei")
    filed = accepted(house, mori)
    assert propose(house, house.browser(mori), filed.case, 7).status_code == 303
    third = house.browser(lead)
    page, before = opened(third, filed.case), runs(house, filed.case).due_at
    house.session.execute(update(Case).where(Case.id == filed.case.id).values(danger=True))
    house.session.commit()  # heard of since
    answer = send(third, page, "extend")
    assert answer.status_code == 409
    assert "Somebody is in danger" in read_page(answer).main
    assert runs(house, filed.case).due_at == before
