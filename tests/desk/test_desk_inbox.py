"""What a member was told of cases, and what of it is new to them."""

from __future__ import annotations

from grievance.cases.operations import conflicts, handling, replying
from grievance.cases.operations.replying import Sent
from grievance.clock import real_now
from tests.cases.conftest import words
from tests.desk.conftest import House
from tests.pages import Page, read_page


def news(page: Page) -> list[str]:
    return [row.get("data-news") or "" for row in page.all("tr") if row.get("data-news")]


def test_news_are_new_until_the_case_was_opened_or_all_is_read(house: House) -> None:
    who, site = house.hire(), house.app.config["SITE"]
    one, other = house.case(), house.case()
    handling.take(who.act(house.session, site, one.case, real_now()))
    replying.say(one.act(house.session, site, real_now()), Sent(words()))
    house.session.commit()
    client = house.browser(who)
    page = read_page(client.get("/staff/inbox"))
    assert news(page) == ["new"] * 3
    assert "There is news from the worker." in page.main
    assert "Xin chào" not in page.main
    client.get(f"/staff/cases/{one.case.reference}")
    assert sorted(news(read_page(client.get("/staff/inbox")))) == ["new", "read", "read"]
    form = page.one("form", action="/staff/inbox/read")
    assert client.post("/staff/inbox/read", data=page.fields(form)).status_code == 303
    page = read_page(client.get("/staff/inbox"))
    assert news(page) == ["read"] * 3
    director = read_page(house.browser(house.operator.director).get("/staff/inbox"))
    assert news(director) == ["new"] * 2, "each has a list of their own"
    assert other.case.reference in director.main


def test_the_menu_counts_what_is_new(house: House) -> None:
    who = house.hire()
    house.case()
    client = house.browser(who)
    item = read_page(client.get("/staff/inbox")).one("a", href="/staff/inbox")
    assert "".join(item.itertext()).split() == ["News", "1"]


def test_a_case_that_is_not_there_for_somebody_is_not_in_their_news(house: House) -> None:
    who, filed = house.hire(), house.case()
    act = who.act(house.session, house.app.config["SITE"], filed.case, real_now())
    conflicts.recuse(act, "A cousin works there.")
    house.session.commit()
    page = read_page(house.browser(who).get("/staff/inbox"))
    assert news(page) == []
    item = page.one("a", href="/staff/inbox")
    assert "".join(item.itertext()).split() == ["News"]
