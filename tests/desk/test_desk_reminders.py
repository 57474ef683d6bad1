"""Own reminders: on Today and on the case for who set them, and for whom the case goes to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from grievance.accounts.models import Event, ReadLog
from grievance.accounts.roles import Role
from grievance.cases.models import Case, Recusal
from grievance.cases.operations import handling
from grievance.cases.own_reminders import OwnReminder, counted
from grievance.clock import is_working_day, local_day, real_now
from tests.cast import Staff
from tests.desk.conftest import House
from tests.desk.test_desk_owner import away_for, taken
from tests.desk.test_desk_passing import passes, said
from tests.pages import Page, parsed, read_page

WORDS = "Ring her sister after six, ask for the pay slips."


def today() -> date:
    return local_day(real_now(), "Asia/Tokyo")


def a_day(working: bool) -> date:
    """A day to come on which offices in Japan read, or do not."""
    days = (today() + timedelta(days=ahead) for ahead in range(1, 15))
    return next(day for day in days if is_working_day(day, "JP") == working)


def sets(house: House, by: Staff, case: Case, day: str, text: str = WORDS) -> tuple[int, Page]:
    """What the page of the case says to a reminder."""
    client, path = house.browser(by), f"/staff/cases/{case.reference}"
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/reminders")
    typed = {**page.fields(form), "due_on": day, "words": text}
    answer = client.post(f"{path}/reminders", data=typed)
    return answer.status_code, parsed(answer.status_code, answer.get_data(as_text=True))


def on_today(house: House, who: Staff) -> str:
    page = read_page(house.browser(who).get("/staff/"))
    return said(page.one("section", aria_labelledby="list-reminded"))


def on_case(house: House, who: Staff, case: Case) -> str:
    page = read_page(house.browser(who).get(f"/staff/cases/{case.reference}"))
    return said(page.one("section", aria_labelledby="reminders"))


def come(house: House) -> None:
    """The day of every reminder comes, and is two days ago."""
    for row in house.session.scalars(select(OwnReminder)):
        row.due_on = today() - timedelta(days=2)
    house.session.commit()


def presses(house: House, who: Staff, page: str, action: str, **typed: str) -> Any:
    client = house.browser(who)
    shown = read_page(client.get(page))
    form = next(one for one in shown.all("form") if one.get("action", "").endswith(action))
    return client.post(form.get("action"), data={**shown.fields(form), **typed})


def test_it_stands_on_today_from_its_day_until_it_is_done(house: House) -> None:
    who, other = house.hire(), house.hire(name="Mori Emi")
    case = taken(house, who).case
    before = house.again(case).version
    assert sets(house, who, case, a_day(True).isoformat())[0] == 303
    row = house.session.scalars(select(OwnReminder)).one()
    assert WORDS.encode() not in bytes(row.words)
    assert WORDS in on_case(house, who, case)
    assert WORDS not in on_case(house, other, case)
    assert WORDS not in on_today(house, who), "its day is still to come"
    come(house)
    assert WORDS in on_today(house, who)
    assert case.reference not in on_today(house, other)
    change = f"/staff/cases/{case.reference}/reminders/{row.id}"
    later = a_day(False)
    assert presses(house, who, change, change, due_on=later.isoformat()).status_code == 303
    assert case.reference not in on_today(house, who)
    assert "Nobody reads here on that day." in on_case(house, who, case)
    come(house)
    done = f"/reminders/{row.id}/done"
    answer = presses(house, who, "/staff/", done)
    assert answer.headers["Location"] == "/staff/#list-reminded"
    assert WORDS not in on_today(house, who)
    assert house.session.scalars(select(OwnReminder)).all() == []
    assert house.again(case).version == before, "a colleague's open page is still good"
    verbs = house.session.scalars(select(Event.verb).where(Event.stream_id == case.id))
    assert not any("remind" in verb for verb in verbs)


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(house: House) -> None:
    who = house.hire(language="ja")
    case = taken(house, who).case
    over = (today() - timedelta(days=1)).isoformat()
    for day, text, field in (
        (over, WORDS, "due_on"),
        ("soon", WORDS, "due_on"),
        ("", WORDS, "due_on"),
        (today().isoformat(), "", "words"),
        (today().isoformat(), "長" * 201, "words"),
        ("9" * 4000, WORDS, "due_on"),
    ):
        status, page = sets(house, who, case, day, text)
        assert (status, list(page.errors)) == (422, [field]), (day[:9], page.errors)
        form = page.one("form", action=f"/staff/cases/{case.reference}/reminders")
        assert page.fields(form)["words"] == text
        assert page.fields(form)["due_on"] == day
    assert house.session.scalars(select(OwnReminder)).all() == []
    for number in range(20):
        assert sets(house, who, case, today().isoformat(), f"{number}")[0] == 303
    assert list(sets(house, who, case, today().isoformat())[1].errors) == ["words"]


def test_the_same_sending_sets_one(house: House) -> None:
    who = house.hire()
    case = taken(house, who).case
    client, path = house.browser(who), f"/staff/cases/{case.reference}"
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/reminders")
    typed = {**page.fields(form), "due_on": today().isoformat(), "words": WORDS}
    assert [client.post(f"{path}/reminders", data=typed).status_code for _ in "12"] == [303, 303]
    house.session.scalars(select(OwnReminder)).one()


def test_it_goes_along_with_the_case(house: House) -> None:
    """Who had the case says so before they write; who gets it reads it, and that is noted."""
    who, colleague, lead = house.hire(), house.hire(name="Mori Emi"), house.hire(Role.LEAD, "Ito J")
    case = taken(house, who).case
    sets(house, who, case, today().isoformat())
    sets(house, lead, case, today().isoformat(), "Ask how it goes.")
    passes(house, who, case, str(colleague.id))
    shown = on_today(house, colleague)
    assert WORDS in shown
    assert "Ask how it goes." not in shown
    assert WORDS not in on_today(house, who)
    assert "Ask how it goes." in on_today(house, lead)
    mine = (ReadLog.stream_id == case.id, ReadLog.actor == f"member:{colleague.id}")
    assert "note" in house.session.scalars(select(ReadLog.what).where(*mine)).all()
    row = house.session.scalars(select(OwnReminder).where(OwnReminder.along)).one()
    client = house.browser(who)
    path = f"/staff/cases/{case.reference}/reminders/{row.id}"
    assert client.get(path).status_code == 303, "it is not there for its writer any more"
    token = read_page(client.get("/staff/account")).all("input", name="token")[0].get("value")
    assert client.post(f"{path}/done", data={"token": token}).status_code == 303
    assert house.browser(colleague).post(f"{path}/done").status_code == 303  # without a token
    assert WORDS in on_today(house, colleague)
    assert house.session.scalars(select(OwnReminder.id).where(OwnReminder.along)).all() == [row.id]


def test_a_deputy_reads_it_and_who_has_a_conflict_does_not(house: House) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    case = taken(house, who).case
    sets(house, who, case, today().isoformat())
    away_for(house, who, deputy)
    assert WORDS in on_today(house, deputy)
    people, at = {who.id, deputy.id}, real_now()
    assert counted(house.session, people, today(), at) == {who.id: 1, deputy.id: 1}
    assert counted(house.session, people, today() - timedelta(days=1), at) == {}
    stands = {"state": "stands", "at": at, "by_id": deputy.id}
    house.session.add(Recusal(case_id=case.id, person_id=deputy.id, **stands))
    house.session.commit()
    assert case.reference not in on_today(house, deputy)
    assert counted(house.session, people, today(), at) == {who.id: 1}
    handling.unassign(who.act(house.session, house.app.config["SITE"], house.again(case), at))
    house.session.commit()
    assert counted(house.session, people, today(), at) == {}, "it waits for who takes the case"
