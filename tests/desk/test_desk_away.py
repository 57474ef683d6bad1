"""Saying that somebody is away, on the page for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grievance.accounts.models import Absence, Event, Person
from grievance.accounts.roles import Role
from grievance.clock import local_day, real_now
from grievance.notifications.models import Outbox
from grievance.refusals import SENTENCES
from tests.cast import Staff
from tests.desk.conftest import House
from tests.pages import Page, read_page

PAGE = "/staff/away"


def send(house: House, by: Staff, who: Staff, deputy: Staff | None, **typed: str) -> Page:
    """What the page says to it."""
    today = local_day(real_now(), "Asia/Tokyo")
    client = house.browser(by)
    said = {
        "who": str(who.id),
        "deputy": str(deputy.id) if deputy else "",
        "first": today.isoformat(),
        "last": (today + timedelta(days=9)).isoformat(),
        **typed,
    }
    form = read_page(client.get(PAGE)).one("form", data_main="")
    data = {**read_page(client.get(PAGE)).fields(form), **said}
    return read_page(client.post(PAGE, data=data, follow_redirects=True))


def events(house: House) -> list[tuple[str, str]]:
    found = house.session.scalars(select(Event).where(Event.verb.in_(["away", "back"])))
    return [(one.verb, one.codes["person"]) for one in found]


def letters(house: House) -> list[Outbox]:
    return list(house.session.scalars(select(Outbox).where(Outbox.kind == "away")))


def test_a_member_is_away_and_back(house: House) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    page = send(house, who, who, deputy)
    assert "Their cases are looked after by Mori Emi." in page.text
    assert len(letters(house)) == 1, "to the deputy"
    client = house.browser(who)
    shown = read_page(client.get(PAGE))
    form = shown.one("form", action=f"{PAGE}/{who.id}/back")
    client.post(f"{PAGE}/{who.id}/back", data=shown.fields(form))
    assert "Nobody is noted as away." in read_page(client.get(PAGE)).text
    assert events(house) == [("away", str(who.id)), ("back", str(who.id))]


def test_a_lead_says_it_of_somebody_who_fell_ill_and_they_are_told(house: House) -> None:
    who, lead = house.hire(), house.hire(Role.LEAD, "Ito Jun")
    send(house, lead, who, lead)
    send(house, lead, who, house.hire(name="Mori Emi"))  # instead
    noted = house.session.scalars(select(Absence).where(Absence.ended_at.is_(None))).one()
    assert (noted.person_id, noted.set_by) == (who.id, lead.id)
    assert len(letters(house)) == 3, "to who is ill, twice, and to Mori Emi"


def test_a_handler_says_it_of_nobody_else(house: House) -> None:
    who, handler = house.hire(), house.hire(name="Mori Emi")
    assert "who" in send(house, handler, who, None).errors
    send(house, who, who, None)
    client = house.browser(handler)
    page = read_page(client.get(PAGE))
    assert not page.all("form", action=f"{PAGE}/{who.id}/back")
    data = page.fields(page.one("form", data_main=""))
    assert client.post(f"{PAGE}/{who.id}/back", data=data).status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last": "2026-01-02"}, "The last day comes before the first."),
        ({"first": "someday"}, "We could not read this day."),
        ({"last": ""}, "Write the day."),
    ],
)
def test_what_cannot_be_is_said_and_kept(house: House, typed: dict[str, str], said: str) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    page = send(house, who, who, deputy, **typed)
    assert said in page.text
    assert page.fields(page.one("form", data_main=""))["deputy"] == str(deputy.id)
    assert events(house) == []


def test_nobody_looks_after_their_own_cases_while_away(house: House) -> None:
    who = house.hire()
    assert "Choose a colleague" in send(house, who, who, who).text


def test_each_chooses_the_hour_of_their_letter(house: House) -> None:
    who = house.hire()
    client = house.browser(who)
    page = read_page(client.get("/staff/account"))
    form = page.one("form", action="/staff/account/letters")
    client.post("/staff/account/letters", data={**page.fields(form), "hour": "17"})
    house.session.expire_all()
    assert house.session.get_one(Person, who.id).digest_hour == 17
    client.post("/staff/account/letters", data={**page.fields(form), "hour": "99"})
    house.session.expire_all()
    assert house.session.get_one(Person, who.id).digest_hour == 17


def test_coming_back_twice_says_why_nothing_happened(house: House) -> None:
    who = house.hire()
    send(house, who, who, None)
    client = house.browser(who)
    shown = read_page(client.get(PAGE))
    sent = shown.fields(shown.one("form", action=f"{PAGE}/{who.id}/back"))
    assert client.post(f"{PAGE}/{who.id}/back", data=sent).status_code == 303
    again = client.post(f"{PAGE}/{who.id}/back", data=sent)
    assert again.status_code == 409
    page = read_page(again)
    assert SENTENCES["decided"] in page.text
    assert page.fields(page.one("form", data_main=""))["who"] == str(who.id)
