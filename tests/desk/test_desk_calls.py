"""A worker who wants to be called is called: whom, when, what may be said, and what came of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from grievance import clock
from grievance.accounts.models import ReadLog
from grievance.accounts.roles import Role
from grievance.cases import jobs
from grievance.cases.calls import CallBack, open_call
from grievance.cases.models import Attempt, Notice
from grievance.cases.operations import addressing, handling, replying
from grievance.cases.planned_calls import PlannedCall
from grievance.clock import local_day, real_now
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.i18n import date_text, speaking
from grievance.intake import called
from tests.cases.conftest import words
from tests.cast import Filed, Staff
from tests.desk.conftest import House
from tests.intake.remedy_kit import read, visit
from tests.pages import Page, parsed, read_page

NUMBER = "+819012345678"
SHOWN = "+81 90-1234-5678"
WHEN = "After nine in the evening, not on Friday"
NEVER_SAY = "My brother-in-law answers. Say nothing of work"
ELSE = "There is no message"


def filed_by_phone(house: House, by: Staff) -> Filed:
    """A case that somebody has, whose worker wants to be called."""
    answers = {"contact-phone": NUMBER, "contact-when": WHEN, "contact-never": NEVER_SAY}
    filed = house.case(reach_by="phone", **answers)
    handling.take(by.act(house.session, house.app.config["SITE"], filed.case, real_now()))
    house.session.commit()
    return filed


def tells(house: House, by: Staff, filed: Filed, verb: Any) -> None:
    act = by.act(house.session, house.app.config["SITE"], filed.case, real_now())
    verb(act, words("We have read it"))
    house.session.commit()


def kept(house: House, filed: Filed) -> list[CallBack]:
    house.session.expire_all()
    mine = CallBack.case_id == filed.case.id
    return list(house.session.scalars(select(CallBack).where(mine).order_by(CallBack.made_at)))


def clock_of(house: House, filed: Filed) -> Any:
    found = clocks.running(house.session, filed.case.id)
    return next((one for one in found if one.kind == "call"), None)


def sweeps(house: House) -> None:
    house.session.commit()  # what the browser did lies within this transaction
    jobs.sweep(house.session, house.app.config["SITE"], clock.now())
    house.session.commit()


def records_call(house: House, by: Staff, filed: Filed, **typed: str) -> tuple[int, Page]:
    client, path = house.browser(by), f"/staff/cases/{filed.case.reference}/call"
    page = read_page(client.get(path))
    form = page.one("form", method="post", data_main="")
    answer = client.post(path, data={**page.fields(form), **typed})
    return answer.status_code, parsed(answer.status_code, answer.get_data(as_text=True))


def test_news_makes_one_call_that_is_found_made_and_told(house: House) -> None:
    who, other = house.hire(), house.hire(name="Mori Emi", language="ja")
    filed = filed_by_phone(house, who)
    assert kept(house, filed) == []
    tells(house, who, filed, handling.acknowledge)
    tells(house, who, filed, handling.ask_worker)
    (call,) = kept(house, filed)
    assert call.kinds == ["message", "question"]
    assert clock_of(house, filed) is not None, "a question stops it not"
    client, reference = house.browser(who), filed.case.reference
    today = read_page(client.get("/staff/"))
    assert today.all("a", data_calls="1")
    listed = read_page(client.get("/staff/calls"))
    row = " ".join(listed.one("tr", data_call=reference).itertext())
    assert "We wrote to them. We asked them something." in row
    for sealed in (SHOWN, NUMBER, WHEN, NEVER_SAY):
        assert sealed not in listed.text
    reads = select(ReadLog.what).where(ReadLog.stream_id == filed.case.id)
    assert "call" not in house.session.scalars(reads).all()
    page = read_page(client.get(f"/staff/cases/{reference}/call"))
    for told in (SHOWN, WHEN, NEVER_SAY, ELSE):
        assert told in page.main
    assert len(page.all("p", data_neutral="")) == 2, "the worker's language and the handler's"
    assert "call" in house.session.scalars(reads).all()
    # no half of a record: what came of it, and what was said
    assert records_call(house, who, filed)[0] == 422
    status, page = records_call(house, who, filed, result="reached")
    assert (status, page.errors) == (422, page.errors)
    assert "words" in page.errors
    said = "She knows. She answers on her page tonight."
    assert records_call(house, who, filed, result="reached", words=said)[0] == 303
    (call,) = kept(house, filed)
    assert call.ended_at
    assert clock_of(house, filed) is None
    page = read_page(client.get(f"/staff/cases/{reference}"))
    assert said in " ".join(page.one("section", aria_labelledby="among-staff").itertext())
    assert "Tanaka Ken called the worker: they were reached." in page.text
    assert reference not in read_page(client.get("/staff/calls")).main
    assert client.get(f"/staff/cases/{reference}/call").status_code == 303
    assert not read_page(house.browser(other).get("/staff/")).all("a", data_calls="1")


def test_a_planned_call_says_what_to_ask(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody acknowledged the report in time: on the day after the promised one a call is due."""
    who, answers = house.hire(), {"contact-phone": NUMBER, "contact-when": WHEN}
    filed = house.case(reach_by="phone", **answers)
    house.session.commit()
    monkeypatch.setattr(clock, "_offset", lambda: timedelta(days=9))
    jobs.warn(house.session, house.app.config["SITE"], clock.now())
    house.session.commit()
    client, reference = house.browser(who), filed.case.reference
    asks = "A day that we promised has passed."
    row = read_page(client.get("/staff/calls")).one("tr", data_call=reference)
    assert asks in " ".join(row.itertext())
    page = read_page(client.get(f"/staff/cases/{reference}/call"))
    assert f"{asks} Say that it is late, and what comes by when." in page.main
    assert ELSE in page.main
    assert (
        f"A call to the worker is due. {asks}"
        in read_page(client.get(f"/staff/cases/{reference}")).text
    )


def test_who_may_not_see_the_case_sees_no_call(house: House) -> None:
    who, cousin = house.hire(), house.hire(name="Mori Emi")
    filed = filed_by_phone(house, who)
    tells(house, who, filed, handling.acknowledge)
    client, path = house.browser(cousin), f"/staff/cases/{filed.case.reference}"
    assert filed.case.reference in read_page(client.get("/staff/calls")).main
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/recuse")
    client.post(f"{path}/recuse", data={**page.fields(form), "reason": "A cousin works there"})
    assert filed.case.reference not in read_page(client.get("/staff/calls")).main
    assert client.get(f"{path}/call").status_code == 404


def test_a_number_that_is_nobodys_goes_to_the_leads_at_once(house: House) -> None:
    who, lead = house.hire(), house.hire(Role.LEAD, "Sato Yui")
    filed = filed_by_phone(house, who)
    tells(house, who, filed, handling.acknowledge)
    assert records_call(house, who, filed, result="wrong")[0] == 303
    sweeps(house)
    told = select(Notice.person_id).where(Notice.kind == "escalated")
    assert house.session.scalars(told).all() == [lead.id]
    page = read_page(house.browser(lead).get(f"/staff/cases/{filed.case.reference}/call"))
    assert "Tanaka Ken called the worker: the number is wrong or dead." in page.main


def test_who_comes_or_wants_no_call_is_not_called(house: House) -> None:
    who = house.hire()
    filed, session, site = filed_by_phone(house, who), house.session, house.app.config["SITE"]
    tells(house, who, filed, handling.acknowledge)
    act = filed.act(session, site, real_now())
    replying.say(act, replying.Sent(words("I have read it")))
    session.commit()
    assert [bool(one.ended_at) for one in kept(house, filed)] == [True]
    tells(house, who, filed, handling.tell_worker)
    replying.change_contact(filed.act(session, site, real_now()), {})
    session.commit()
    assert [bool(one.ended_at) for one in kept(house, filed)] == [True, True]
    assert clock_of(house, filed) is None
    tells(house, who, filed, handling.tell_worker)
    assert len(kept(house, filed)) == 2


def test_what_a_backup_brought_back_is_not_called(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = house.hire()
    filed = filed_by_phone(house, who)
    tells(house, who, filed, handling.acknowledge)
    monkeypatch.setattr(addressing, "may_be_old", lambda *_: True)
    page = read_page(house.browser(who).get(f"/staff/cases/{filed.case.reference}/call"))
    assert page.all("p", data_old_contact="")
    assert SHOWN not in page.main


@pytest.mark.parametrize("result", ["no_answer", "somebody"])
def test_three_days_on_which_nobody_was_reached_go_to_the_leads(
    house: House, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, lead = house.hire(), house.hire(Role.LEAD, "Sato Yui")
    filed = filed_by_phone(house, who)
    tells(house, who, filed, handling.acknowledge)
    told = select(Notice.person_id).where(Notice.kind == "escalated")
    for day in range(3):
        monkeypatch.setattr(clock, "_offset", lambda day=day: timedelta(days=day))
        assert records_call(house, who, filed, result=result)[0] == 303
        sweeps(house)
        assert (lead.id in house.session.scalars(told).all()) == (day == 2)
    assert len(house.session.scalars(select(Attempt)).all()) == 3
    assert open_call(house.session, filed.case.id) is not None
    assert records_call(house, lead, filed, result="reached", words="Now she knows")[0] == 303
    assert house.again(filed.case).level == 0


def test_the_worker_reads_when_we_call_and_that_nobody_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before there is news, while a call is due, after one that reached nobody, and too late."""
    who, hours = house.hire(), operator_hours(house.session)
    filed = filed_by_phone(house, who)

    def told(moment: datetime, sentence: str) -> str:
        return sentence % {"day": date_text(local_day(moment, hours.zone))}

    def page(language: str = "en") -> str:
        visitor = visit(house.app, house.session, filed.code, language)
        (part,) = read(visitor, language=language).all("div", data_calling="")
        return " ".join(" ".join(part.itertext()).split())

    (first,) = house.session.scalars(select(PlannedCall.on_day).order_by(PlannedCall.on_day)).all()
    first = max(first, local_day(clock.now(), hours.zone))  # no job has run since its day
    midnight = datetime.combine(first, time(), ZoneInfo(hours.zone))
    planned = clocks.due("call", midnight, hours)
    with speaking("en"):
        assert (clocks.CALL_DAYS, called.ALWAYS in page()) == (2, True)
        assert told(planned, called.PLANNED) in page()
        assert f"You named these times: {WHEN}" in page()
        assert "Who calls you sees that your language is" in page()
        tells(house, who, filed, handling.acknowledge)
        assert told(clock_of(house, filed).due_at, called.DUE) in page()
        assert called.ALWAYS not in page()
        assert records_call(house, who, filed, result="no_answer")[0] == 303
        assert f"{called.TRIED} {told(clock_of(house, filed).due_at, called.DUE)}" in page()
        monkeypatch.setattr(clock, "_offset", lambda: timedelta(days=9))
        assert told(clock_of(house, filed).due_at, called.PASSED) in page()
        assert "We call you by" not in page()
    assert "電話" in page("ja")
    house.again(filed.case)
    replying.change_contact(filed.act(house.session, house.app.config["SITE"], clock.now()), {})
    house.session.commit()
    assert "Nobody calls you." in read(visit(house.app, house.session, filed.code)).main
