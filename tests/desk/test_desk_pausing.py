"""A clock of ours that stands still while something outside is waited for, through HTTP: who may
stop it, what the worker reads, and how it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from grievance import clock
from grievance.accounts.models import Event
from grievance.accounts.verifying import verify
from grievance.cases import jobs
from grievance.cases.models import Case, Notice
from grievance.cases.operations import asking, handling
from grievance.clock import local_day
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.deadlines.stopping import stop_until
from grievance.i18n import date_text, speaking
from tests.cases.conftest import words
from tests.desk.test_desk_deciding import buttons
from tests.desk.test_desk_flow import opened, send
from tests.desk.test_desk_later_day import accepted, day_of, propose, runs, worker_page
from tests.pages import read_page

SECRET = "The labour office decides next week"


def pause(house, client, case, days: int, **typed):
    day = local_day(clock.now(), operator_hours(house.session).zone) + timedelta(days=days)
    told = {"clock": "next_step", "day": str(day), "why": "body", "message": SECRET}
    return send(client, opened(client, case), "pause_clock", **{**told, **typed})


def sweeps(house, moved: timedelta, monkeypatch) -> dict[str, int]:
    monkeypatch.setattr(clock, "_offset", lambda: moved)
    house.session.commit()
    done = jobs.sweep(house.session, house.app.config["SITE"], clock.now())
    house.session.commit()
    return done


def last(house, case) -> Event:
    mine = (Event.stream_id == case.id, Event.stream_kind == Case.stream_kind)
    return house.session.scalars(select(Event).where(*mine).order_by(Event.seq.desc())).first()


def test_it_stands_still_until_its_day_and_goes_on_with_what_was_left(house, monkeypatch):
    mori, other = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = accepted(house, mori)
    first, second = house.browser(mori), house.browser(other)
    before = runs(house, filed.case).due_at
    assert "pause_clock" not in buttons(opened(second, filed.case))  # who does not have it
    # nothing of that kind is waited for; today; further than the time that was promised first
    assert pause(house, first, filed.case, 5, why="consent").status_code == 409
    assert pause(house, first, filed.case, 5, why="translation").status_code == 409
    assert pause(house, first, filed.case, 5, clock="answer").status_code in (409, 422)
    assert pause(house, first, filed.case, 0).status_code == 409
    assert pause(house, first, filed.case, 15).status_code == 409
    assert runs(house, filed.case).paused_at is None
    assert pause(house, first, filed.case, 6).status_code == 303
    row = runs(house, filed.case)
    assert (row.paused_for, row.first_due, row.next_try) == ("body", before, row.paused_until)
    assert before < row.due_at <= before + timedelta(days=6)
    assert house.again(filed.case).next_due == row.due_at
    with speaking("en"):
        was, until, due = (
            date_text(day_of(house, one)) for one in (before, row.paused_until, row.due_at)
        )
    main = worker_page(house, filed).main
    assert (
        f"Our clock is stopped, until {until} at the latest. We had said {was}. The new day is "
        f"{due} at the latest. We wait for what somebody else decides or answers." in main
    )
    assert SECRET not in main
    said = f"Stopped until {until} at the latest. We wait for what a body decides or answers."
    page = opened(first, filed.case)
    assert said in page.main
    assert "Mori Emi stopped a clock" in page.main
    assert not {"pause_clock", "propose_extend"} & set(buttons(page))
    # it does not vanish: it stands among what is hers, with why nothing is due
    today = read_page(first.get("/staff/")).main
    assert filed.case.reference in today
    assert said in today
    assert said in read_page(second.get("/staff/cases")).main
    # the ladder does not climb meanwhile; on its day the sweep lets it go on, once
    left, stopped_until = row.paused_left, row.paused_until
    gone = before - clock.real_now() + timedelta(minutes=1)
    before_its_day = min(gone, stopped_until - clock.real_now() - timedelta(hours=1))
    assert sweeps(house, before_its_day, monkeypatch)["due"] == 0
    after = stopped_until - clock.real_now() + timedelta(minutes=2)
    assert sweeps(house, after, monkeypatch)["done"] == 1
    row = runs(house, filed.case)
    assert (row.paused_at, row.next_try, row.attempts) == (None, None, 0)
    assert day_of(house, row.due_at) <= day_of(house, stopped_until) + timedelta(days=left)
    assert house.again(filed.case).level == 0
    assert last(house, filed.case).verb == "clock_resumes"
    assert house.session.scalars(select(Notice.kind).where(Notice.kind == "escalated")).all() == []
    assert sweeps(house, after, monkeypatch)["due"] == 0
    main = worker_page(house, filed).main
    told = f"We had said {was}. The new day is {due}. Our clock was stopped while we waited."
    assert told in main
    assert verify(house.session, event_key=house.app.config["KEY_RING"].event_key).wrong == []
    # and then it is late like any other
    late = row.due_at - clock.real_now() + timedelta(minutes=1)
    assert sweeps(house, late, monkeypatch)["done"] == 1
    assert last(house, filed.case).verb == "escalate"


def test_somebody_lets_it_go_on_and_no_more_is_added_than_was_promised(house, monkeypatch):
    mori, colleague = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = accepted(house, mori)
    first, second = house.browser(mori), house.browser(colleague)
    before = runs(house, filed.case).due_at
    assert pause(house, first, filed.case, 10).status_code == 303
    monkeypatch.setattr(clock, "_offset", lambda: timedelta(days=4))
    page = opened(second, filed.case)
    assert send(second, page, "resume_clock", clock="next_step").status_code == 303
    row = runs(house, filed.case)
    assert row.paused_at is None
    assert before <= row.due_at <= before + timedelta(days=4)
    assert (last(house, filed.case).verb, row.first_due) == ("resume_clock", before)
    assert "resume_clock" not in buttons(opened(second, filed.case))
    # pauses and later days together: the time that was promised first, once more
    assert pause(house, first, filed.case, 15).status_code == 409
    assert propose(house, first, filed.case, 15).status_code == 409
    assert pause(house, first, filed.case, 5).status_code == 303
    assert runs(house, filed.case).paused_at
    assert verify(house.session, event_key=house.app.config["KEY_RING"].event_key).wrong == []


def test_one_that_goes_on_at_once_was_not_moved_and_nobody_says_so(house):
    mori = house.hire(name="Mori Emi")
    filed, client = accepted(house, mori), house.browser(mori)
    before = runs(house, filed.case).due_at
    assert pause(house, client, filed.case, 6).status_code == 303
    old = opened(client, filed.case)
    assert send(client, old, "resume_clock", clock="next_step").status_code == 303
    assert runs(house, filed.case).due_at == before
    for main in (worker_page(house, filed).main, opened(client, filed.case).main):
        assert "We need more time" not in main
        assert "stood still meanwhile" not in main
    # pressed again on the page as it was: an answer, and nothing breaks
    again = send(client, old, "resume_clock", clock="next_step")
    assert again.status_code in (303, 409, 422)
    assert runs(house, filed.case).due_at == before


def test_who_is_asked_reads_that_the_clock_is_stopped_until_they_answer(house):
    mori, site = house.hire(name="Mori Emi"), house.app.config["SITE"]
    filed = accepted(house, mori)
    handling.ask_worker(mori.act(house.session, site, filed.case, clock.now()), words("Which?"))
    house.session.commit()
    told = "Our clock is stopped because we wait for your answer."
    assert told in worker_page(house, filed).main
    asking.withdraw_question(mori.act(house.session, site, house.again(filed.case), clock.now()))
    house.session.commit()
    assert told not in worker_page(house, filed).main


def test_a_day_is_one_on_which_somebody_reads():
    """New Year: what was left is counted from the last day on which somebody read."""
    hours = Hours({}, "Asia/Tokyo")
    start = datetime.fromisoformat("2026-12-21T10:00:00+09:00")
    due = datetime.fromisoformat("2027-01-04T23:59:59+09:00")
    row = Deadline(kind="next_step", due_at=due, moves=0)
    found = stop_until(row, datetime.fromisoformat("2027-01-03").date(), start, hours)
    assert found is not None
    assert (str(found.until), found.left, str(found.due)) == ("2026-12-31", 14, "2027-01-14")
