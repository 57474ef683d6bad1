"""What a worker who only has a telephone says of a promise and after the end: staff write it down,
on the case or together with what came of a call."""

from __future__ import annotations

import runpy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from grievance import clock
from grievance.accounts.models import Event
from grievance.cases import calls, checks, jobs
from grievance.cases.calls import open_call
from grievance.cases.models import Feedback, Recusal, RemedyItem
from grievance.cases.operations import closing, handling, remedying
from grievance.cases.operations.sums import Facts
from grievance.cases.planned_calls import UNPLANNED, PlannedCall
from grievance.cases.recleaning import Reader
from grievance.deadlines import operations as clocks
from tests.cases.conftest import words
from tests.cast import NOW, Filed, Staff
from tests.desk.conftest import House
from tests.desk.test_desk_calls import clock_of, filed_by_phone, kept, records_call
from tests.intake.remedy_kit import read, state, visit
from tests.pages import Page, parsed, read_page

DAY = timedelta(days=1)
(MIGRATION,) = Path("migrations/versions").glob("*_calls_to_plan.py")
SAID = "The wages of June came. Nobody shouted any more."


def promised(house: House, by: Staff, **facts: Any) -> tuple[Filed, RemedyItem]:
    """Wages are promised in two weeks to a worker who wants to be called, and to be called now."""
    filed = filed_by_phone(house, by)
    site, today = house.app.config["SITE"], clock.local_day(clock.now(), "Asia/Tokyo")

    def act() -> Any:
        return by.act(house.session, site, filed.case, clock.now())

    handling.accept(act())
    told = Facts(**{"words": "Wages of June", "currency": "JPY", "agreed": 300_000, **facts})
    item = remedying.record(act(), remedying.Remedy("money", "agreed", told, today + 14 * DAY))
    remedying.agree_remedy(act(), remedying.Agreement("On the phone", words(), ()))
    calls.make(house.session, filed.case, "arrived", clock.now())
    house.session.commit()
    return filed, item


def writes(house: House, by: Staff, filed: Filed, **typed: str) -> tuple[int, Page]:
    client, path = house.browser(by), f"/staff/cases/{filed.case.reference}"
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/news_for_worker")
    known = {"words": SAID, "read_back": "yes", "reprisal": "no"}
    sent = client.post(f"{path}/news_for_worker", data={**page.fields(form), **known, **typed})
    return sent.status_code, parsed(sent.status_code, sent.get_data(as_text=True))


def feedback(house: House, filed: Filed) -> list[Feedback]:
    mine = select(Feedback).where(Feedback.case_id == filed.case.id)
    return list(house.session.scalars(mine.order_by(Feedback.at)))


def verbs(house: House, filed: Filed) -> list[str]:
    mine = select(Event.verb).where(Event.stream_id == filed.case.id).order_by(Event.seq)
    return list(house.session.scalars(mine))


def running(house: House, filed: Filed, kind: str) -> date | None:
    found = clocks.running(house.session, filed.case.id)
    due = next((one.due_at for one in found if one.kind == kind), None)
    return clock.local_day(due, "Asia/Tokyo") if due else None


def test_what_came_is_written_down_thing_by_thing_and_watched_on(house: House) -> None:
    who = house.hire()
    filed, item = promised(house, who)
    came, much = f"came-{item.id.hex}", f"sum-{item.id.hex}"
    for typed, field in (
        ({came: "all", "words": ""}, "words"),
        ({came: "all", "read_back": ""}, "read_back"),
        ({came: "all", much: ""}, much),
        ({}, came),
    ):
        status, page = writes(house, who, filed, **typed)
        assert (status, field in page.errors) == (422, True), field
    # still awaited, its day not over: nothing is wrong, and nobody has to see to anything
    assert writes(house, who, filed, **{came: "wait"})[0] == 303
    case = house.again(filed.case)
    assert (case.state, case.worker_waits) == ("remedy_agreed", False)
    assert writes(house, who, filed, **{came: "all", much: "300,000"})[0] == 303
    assert house.again(filed.case).state == "remedy_monitored"
    given = feedback(house, filed)[-1]
    assert (given.kind, given.given_by, given.recorder_id) == ("arrival", "staff_recorded", who.id)
    first = running(house, filed, "follow_up")
    page = read_page(house.browser(who).get(f"/staff/cases/{filed.case.reference}"))
    assert SAID in page.main
    own = read(visit(house.app, house.session, filed.code))
    assert SAID in own.main
    assert state(own) == "remedy_monitored"
    # still there, later on: they are asked anew thirty days from then
    found = clocks.running(house.session, filed.case.id)
    next(one for one in found if one.kind == "follow_up").due_at -= 40 * DAY
    house.session.commit()
    assert writes(house, who, filed, **{came: "all", much: "300,000"})[0] == 303
    assert running(house, filed, "follow_up") == first
    assert verbs(house, filed)[-3:] == ["news_for_worker", "confirm_for_worker", "news_for_worker"]
    # a punished worker is answered at once, whatever came
    assert writes(house, who, filed, **{came: "all", much: "300,000", "reprisal": "yes"})[0] == 303
    case = house.again(filed.case)
    assert (case.severity, case.worker_waits, case.state) == ("high", True, "remedy_monitored")
    assert running(house, filed, "answer")
    # what stopped goes back to be worked on
    assert writes(house, who, filed, **{came: "no"})[0] == 303
    assert (house.again(filed.case).state, verbs(house, filed)[-1]) == (
        "accepted",
        "breach_for_worker",
    )


def test_a_call_and_what_they_answered_are_one_form(house: House) -> None:
    who = house.hire()
    filed, item = promised(house, who, agreed=None, currency="")
    came = {f"came-{item.id.hex}": "part", "reprisal": "no"}
    full = {**came, "answer": SAID, "read_back": "yes"}
    for typed, field in (
        ({"result": "reached", **full, "reprisal": ""}, "reprisal"),
        ({"result": "reached", **full, "answer": ""}, "answer"),
        ({"result": "reached", **full, "read_back": ""}, "read_back"),
        ({"result": "no_answer", **full}, "result"),
        ({"result": "reached"}, "words"),
    ):
        status, page = records_call(house, who, filed, **typed)
        assert (status, field in page.errors) == (422, True), field
    assert feedback(house, filed) == []
    assert records_call(house, who, filed, result="reached", **full)[0] == 303
    (call,) = kept(house, filed)
    assert call.ended_at
    assert verbs(house, filed)[-2:] == ["news_for_worker", "record_call"]
    (given,) = feedback(house, filed)
    assert given.given_by == "staff_recorded"
    case = house.again(filed.case)
    assert (case.state, case.worker_waits) == ("remedy_agreed", True)
    assert running(house, filed, "answer")
    assert SAID in read(visit(house.app, house.session, filed.code)).main


def closed_by_phone(house: House, by: Staff) -> Filed:
    """A case that was closed, whose worker is to be called and asked how they are."""
    filed, site = filed_by_phone(house, by), house.app.config["SITE"]

    def act() -> Any:
        return by.act(house.session, site, filed.case, clock.now())

    handling.accept(act())
    closing.record_sign_off(act(), closing.SignOff(4, False, words("Yes")))
    case, at = filed.case, clock.now() - 31 * DAY
    case.state, case.closed_at, case.state_since = "closed", at, at
    house.session.flush()
    checks.start(house.session, case, at, "Asia/Tokyo")
    calls.make(house.session, case, "check", clock.now())
    house.session.commit()
    return filed


def test_after_the_end_too(house: House) -> None:
    who = house.hire()
    filed = closed_by_phone(house, who)
    page = read_page(house.browser(who).get(f"/staff/cases/{filed.case.reference}/call"))
    assert "Are they safe?" in page.main
    well = {"safe": "yes", "reprisal": "no", "answer": SAID, "read_back": "yes"}
    assert records_call(house, who, filed, result="reached", **well)[0] == 303
    assert verbs(house, filed)[-2:] == ["record_well", "record_call"]
    assert (house.again(filed.case).state, open_call(house.session, filed.case.id)) == (
        "closed",
        None,
    )
    calls.make(house.session, filed.case, "check", clock.now())
    house.session.commit()
    # nobody could talk: the call is written down alone
    told = "They cannot talk today."
    assert records_call(house, who, filed, result="reached", words=told)[0] == 303
    assert verbs(house, filed)[-1] == "record_call"
    calls.make(house.session, filed.case, "check", clock.now())
    house.session.commit()
    worse = {**well, "safe": "no", "words": "He is staying with a friend."}
    assert records_call(house, who, filed, result="reached", **worse)[0] == 303
    assert verbs(house, filed)[-2:] == ["record_worry", "record_call"]
    case = house.again(filed.case)
    assert (case.state, case.danger, case.worker_waits) == ("in_review", True, True)
    assert clock_of(house, filed) is None


def test_calls_of_older_cases_are_planned_once_somebody_is_at_the_desk(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filed before calls were planned, and nobody acted since."""
    monkeypatch.setattr(clock, "_offset", lambda: NOW + DAY - clock.real_now())
    who, cousin = house.hire(), house.hire(name="Mori Emi")
    filed, silent = filed_by_phone(house, who), house.case(reach_by="none")
    wanted = planned_in(house, filed)
    assert wanted
    house.session.execute(delete(PlannedCall))
    house.session.commit()
    for _twice in range(2):
        house.session.execute(text(runpy.run_path(str(MIGRATION))["MARK"]))
    house.session.commit()
    never = [(UNPLANNED, date.max)]
    assert planned_in(house, filed) == planned_in(house, silent) == never
    jobs.warn(house.session, house.app.config["SITE"], clock.now() + 900 * DAY)
    house.session.commit()
    assert planned_in(house, filed) == never
    # who cannot open them leaves them to another
    with monkeypatch.context() as shut:
        shut.setattr(Reader, "open", lambda *_: None)
        house.browser(cousin).get("/staff/").close()
    assert planned_in(house, filed) == planned_in(house, silent) == never
    # nobody plans for a case that is not there for them
    told = {"case_id": filed.case.id, "person_id": cousin.id, "by_id": cousin.id}
    barred = Recusal(**told, state="stands", at=clock.now())
    house.session.add(barred)
    house.session.commit()
    house.browser(cousin).get("/staff/").close()
    assert (planned_in(house, filed), planned_in(house, silent)) == (never, [])
    house.browser(who).get("/staff/").close()
    assert planned_in(house, filed) == wanted


def planned_in(house: House, filed: Filed) -> list[tuple[str, date]]:
    house.session.expire_all()
    rows = select(PlannedCall.kind, PlannedCall.on_day).where(PlannedCall.case_id == filed.case.id)
    return [(row[0], row[1]) for row in house.session.execute(rows.order_by(PlannedCall.on_day))]


def test_an_answer_that_came_too_late_for_its_form_is_not_lost(house: House) -> None:
    who = house.hire()
    filed = closed_by_phone(house, who)
    client, path = house.browser(who), f"/staff/cases/{filed.case.reference}/call"
    page = read_page(client.get(path))
    form = page.one("form", method="post", data_main="")
    filed.case.state = "in_review"  # they opened it themselves meanwhile
    house.session.commit()
    typed = {"result": "reached", "safe": "yes", "reprisal": "no", "answer": SAID}
    answer = client.post(path, data={**page.fields(form), **typed, "read_back": "yes"})
    assert answer.status_code == 409
    assert SAID in read_page(answer).main
    assert feedback(house, filed)[1:] == []
    assert open_call(house.session, filed.case.id) is not None
