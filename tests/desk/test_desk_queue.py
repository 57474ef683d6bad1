"""The queue: filters, paging, counts, and what it does not read."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from grievance import clock
from grievance.cases import queue
from grievance.cases.operations import handling
from grievance.cases.ordering import SORTS
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import LimitationDate
from grievance.desk.board import BOARD
from grievance.desk.listing import QUEUE
from grievance.web.paging import token_for
from tests.cases.conftest import words
from tests.desk.looking import counted, references

QUEUE_QUERIES = 20


def way(page, rel):
    """Where the page before or after this one is; empty where there is none."""
    found = page.all("a", rel=rel)
    return found[0].get("href") if found else ""


def test_queue_filters_narrow_and_unknown_values_do_not(house, show):
    handler = house.hire()
    client = house.browser(handler)
    burmese = house.case(language="my").case.reference
    wages = house.case().case
    handling.take(handler.act(house.session, house.app.config["SITE"], wages))
    house.session.commit()
    everything = {burmese, wages.reference}
    for query, expected in (
        ("", everything),
        ("language=my", {burmese}),
        ("mine=yes", {wages.reference}),
        ("unassigned=yes", {burmese}),
        ("state=in_review", {wages.reference}),
        ("danger=yes", set()),
        ("needs_translation=yes", everything),
        ("issue=wages-unpaid&severity=medium", everything),
        ("issue=housing", set()),
        ("age=90", everything),
        ("language=klingon&state=nonsense", everything),
    ):
        page = show(client, f"/staff/cases?{query}")
        assert set(references(page)) == expected, query
    assert "No case fits these filters" in show(client, "/staff/cases?issue=housing").main


def test_the_queue_shows_the_next_day_of_the_law_and_can_be_narrowed_to_it(house, show):
    client = house.browser(house.hire())
    today = clock.local_day(clock.now(), JAPAN)
    days = {"soon": 40, "later": 120, "far": 300}
    found = {}
    for name, ahead in days.items():
        found[name] = house.case().case
        house.session.add(
            LimitationDate(case_id=found[name].id, latest_safe=today + timedelta(days=ahead))
        )
    house.session.commit()
    page = show(client, "/staff/cases")
    spans = [one for one in page.all("span") if one.get("data-law") is not None]
    shown = [" ".join("".join(one.itertext()).split()) for one in spans]
    assert len(shown) == 2
    assert sum(text.startswith("Soon Law: ") for text in shown) == 1
    assert references(show(client, "/staff/cases?law=yes")) == [found["soon"].reference]


def test_today_names_what_ends_soon_by_law_the_next_first(house, show):
    handler, colleague = house.hire(), house.hire(name="Mori Emi")
    site, today = house.app.config["SITE"], clock.local_day(clock.now(), JAPAN)
    later, sooner, far, hers = (house.case().case for _ in range(4))
    handling.take(colleague.act(house.session, site, hers))
    for case, ahead in ((later, 50), (sooner, 5), (sooner, 55), (far, 61), (hers, 5), (far, -20)):
        day = today + timedelta(days=ahead)
        house.session.add(LimitationDate(case_id=case.id, latest_safe=day))
    house.session.commit()
    page = show(house.browser(handler), "/staff/")
    section = page.one("section", aria_labelledby="list-law")
    shown = [row.text for row in section.iter("a") if "/staff/cases/" in row.get("href", "")]
    assert shown == [sooner.reference, later.reference]


def test_an_empty_queue_says_what_will_appear(house, show):
    page = show(house.browser(house.hire()), "/staff/cases")
    assert "No open case. When somebody files" in page.main


def test_the_queue_goes_on_page_by_page_and_misses_nobody(house, show, monkeypatch):
    monkeypatch.setattr("grievance.cases.queue.PAGE", 2)
    client = house.browser(house.hire())
    filed = {house.case().case.reference for _ in range(5)}
    met, path = [], "/staff/cases?language=vi"
    for _ in range(3):
        page = show(client, path)
        met += references(page)
        following = page.all("a", rel="next")
        path = following[0].get("href") if following else ""
    assert path == ""
    assert (len(met), set(met)) == (5, filed)


def test_a_page_token_of_somebody_elses_making_is_404(house):
    client = house.browser(house.hire())
    for token in ("AAAAAAAAAAAAAAAAAAAAAAAA", "A", "%F0%9F%98%80", "A" * 4000):
        assert client.get(f"/staff/cases?after={token}").status_code == 404


def test_a_page_token_of_one_list_is_none_of_another(house):
    client, places = house.browser(house.hire()), {}
    with house.app.app_context():
        places["/staff/cases"] = token_for(QUEUE, ["", "2026-04-22T03:20:05+00:00", str(uuid4())])
        places["/staff/referrals"] = token_for(BOARD, ["2026-04-22", str(uuid4())])
    for path in places:
        for of, token in places.items():
            expected = 200 if of == path else 404
            assert client.get(f"{path}?after={token}").status_code == expected, (path, of)


def test_many_cases_are_counted_up_to_a_limit(house, show, monkeypatch):
    monkeypatch.setattr("grievance.cases.queue.COUNT_LIMIT", 1)
    client = house.browser(house.hire())
    house.case()
    house.case()
    assert "1+ cases" in show(client, "/staff/cases").main


def test_the_queue_reads_nothing_sealed_and_asks_the_same_however_long_it_is(house, show):
    client = house.browser(house.hire())
    house.case()
    with counted() as few:
        show(client, "/staff/cases")
    for _ in range(4):
        house.case()
    with counted() as many:
        show(client, "/staff/cases")
    assert len(few) == len(many) <= QUEUE_QUERIES
    sealed = ("case_record", "case_grant", "message", "suggestion", "case_file", "translation")
    assert not [s for s in many if any(f"FROM {table}" in s for table in sealed)]


def test_every_list_of_today_leads_to_all_of_it_and_the_tiles_to_what_they_count(
    house, show, monkeypatch
):
    monkeypatch.setattr("grievance.cases.queue.today.__defaults__", (1,))
    handler = house.hire()
    client, site = house.browser(handler), house.app.config["SITE"]
    filed = {house.case().case.reference for _ in range(3)}
    mine = house.case().case
    handling.take(handler.act(house.session, site, mine))
    mine.worker_waits, mine.escalation_waits, mine.level = True, True, 1
    house.session.commit()
    page = show(client, "/staff/")
    section = page.one("section", aria_labelledby="list-unassigned")
    (row, more) = (a for a in section.iter("a") if a.get("href", "").startswith("/staff/cases"))
    assert row.text in filed
    assert (more.text, more.get("href")) == ("See all 3", "/staff/cases?today=unassigned")
    assert set(references(show(client, more.get("href")))) == filed
    tiles = {a.get("href"): a.find("strong").text for a in page.one("ul", class_="tally").iter("a")}
    assert len(tiles) == 6
    for path, told in tiles.items():
        assert len(references(show(client, path))) == int(told), path
    for name in queue.LISTS:  # each is a list of the queue, and holds what Today counts
        seer = queue.Seer(house.session, handler.id, clock.now())
        shown = references(show(client, f"/staff/cases?today={name}"))
        assert len(shown) == queue.today(seer)[name].count, name


@pytest.mark.parametrize("query", ["today=nonsense", "person=nobody", "body=none", "sort=up"])
def test_a_filter_nobody_knows_narrows_nothing(house, show, query):
    case = house.case().case
    client = house.browser(house.hire())
    assert references(show(client, f"/staff/cases?{query}")) == [case.reference]


def test_the_queue_can_be_narrowed_to_a_person_and_to_what_is_late(house, show):
    handler, colleague = house.hire(), house.hire(name="Mori Emi")
    site = house.app.config["SITE"]
    mine, hers = house.case().case, house.case().case
    for who, case in ((handler, mine), (colleague, hers)):
        handling.take(who.act(house.session, site, case))
    now = clock.now()
    mine.next_due, hers.next_due = now - timedelta(hours=1), now + timedelta(days=3)
    hers.level = 2
    house.session.commit()
    client = house.browser(handler)
    for query, case in (
        (f"person={colleague.id}", hers),
        (f"person={handler.id}", mine),
        ("late=yes", mine),
        ("escalated=yes", hers),
    ):
        assert references(show(client, f"/staff/cases?{query}")) == [case.reference], query


@pytest.mark.parametrize("sort", ["", *SORTS])
def test_each_order_goes_on_page_by_page_and_misses_nobody(house, show, monkeypatch, sort):
    monkeypatch.setattr("grievance.cases.queue.PAGE", 2)
    client = house.browser(house.hire())
    filed = [house.case().case for _ in range(5)]
    today = clock.local_day(clock.now(), JAPAN)
    for case, ahead in ((filed[3], 9), (filed[1], 30), (filed[2], 300)):
        day = today + timedelta(days=ahead)
        house.session.add(LimitationDate(case_id=case.id, latest_safe=day))
    for place, case in enumerate(filed):
        case.filed_at += timedelta(hours=place)
    filed[2].severity, filed[4].severity = "critical", "low"
    house.session.commit()
    pages, path = [], f"/staff/cases?sort={sort}"
    while path:
        page = show(client, path)
        pages.append(references(page))
        path = way(page, "next")
    met = [one for part in pages for one in part]
    for before in reversed(pages[:-1]):  # and back again, the same pages
        page = show(client, way(page, "prev"))
        assert references(page) == before
    assert way(page, "prev") == ""
    assert (len(met), set(met)) == (5, {case.reference for case in filed})
    if sort == "law":
        assert met[:2] == [filed[3].reference, filed[1].reference]
    if sort == "severity":
        assert (met[0], met[-1]) == (filed[2].reference, filed[4].reference)
    if sort == "old":
        assert met == [case.reference for case in filed]
    if sort == "new":
        assert met == [case.reference for case in reversed(filed)]


def test_a_page_of_another_order_begins_anew(house, show):
    client = house.browser(house.hire())
    case = house.case().case
    with house.app.app_context():
        token = token_for(QUEUE, ["new", "2030-01-01T00:00:00+00:00", str(uuid4())])
    assert references(show(client, f"/staff/cases?sort=law&after={token}")) == [case.reference]


def test_what_happened_last_stands_first(house, show):
    handler = house.hire()
    client, site = house.browser(handler), house.app.config["SITE"]
    older, newer = house.case().case, house.case().case
    handling.take(handler.act(house.session, site, older, clock.real_now()))
    house.session.commit()
    assert references(show(client, "/staff/cases?sort=news")) == [older.reference, newer.reference]


def test_from_a_case_one_comes_back_to_where_one_was(house, show, monkeypatch):
    monkeypatch.setattr("grievance.cases.queue.PAGE", 2)
    handler, colleague = house.hire(), house.hire(name="Mori Emi")
    client = house.browser(handler)
    for _ in range(3):
        house.case()
    second = way(show(client, "/staff/cases?language=vi&sort=new"), "next")
    (reference,) = references(show(client, second))
    path = f"/staff/cases/{reference}"
    page = show(client, path)
    form = page.one("form", action=f"{path}/take")
    assert client.post(f"{path}/take", data=page.fields(form)).status_code == 303
    back = page.one("p", class_="crumbs").find("a").get("href")
    assert show(client, path).one("p", class_="crumbs").find("a").get("href") == back
    address, _hash, row = back.partition("#")
    there = show(client, address)
    assert there.one("tr", id=row).get("data-row") is not None
    assert references(there) == [reference]
    assert there.fields(there.one("form", class_="filters"))["language"] == "vi"
    other = house.browser(colleague)
    assert show(other, path).one("p", class_="crumbs").find("a").get("href") == "/staff/cases"


def test_a_cookie_of_somebody_elses_making_leads_nowhere_else(house, show):
    client = house.browser(house.hire())
    case = house.case().case
    show(client, "/staff/cases?language=vi")
    mine = client.get_cookie("queue").value.partition(".")[0]
    client.set_cookie("queue", f"{mine}.language=vi&next=//elsewhere.example&all=yes")
    page = show(client, f"/staff/cases/{case.reference}")
    expected = f"/staff/cases?language=vi#case-{case.reference}"
    assert page.one("p", class_="crumbs").find("a").get("href") == expected


def test_all_of_a_page_is_ticked_without_a_script(house, show):
    client = house.browser(house.hire())
    for _ in range(2):
        house.case()
    page = show(client, "/staff/cases?language=vi")
    assert not page.all("input", name="pick", checked="")
    (link,) = (one for one in page.all("a") if one.get("data-all"))
    page = show(client, link.get("href"))
    assert len(page.all("input", name="pick", checked="")) == 2
    (link,) = (one for one in page.all("a") if one.get("data-all"))
    assert link.get("href") == "/staff/cases?language=vi"


def test_who_was_asked_and_is_silent_for_two_weeks_stands_on_today(house, show):
    handler = house.hire()
    site, now = house.app.config["SITE"], clock.real_now()
    silent, fresh = house.case().case, house.case().case
    for case, days in ((silent, 15), (fresh, 13)):
        at = now - timedelta(days=days)
        handling.take(handler.act(house.session, site, case, at))
        handling.ask_worker(handler.act(house.session, site, case, at), words("When?"))
    house.session.commit()
    client = house.browser(handler)
    section = show(client, "/staff/").one("section", aria_labelledby="list-silent")
    shown = [row.text for row in section.iter("a") if "/staff/cases/" in row.get("href", "")]
    assert shown == [silent.reference]
    act = handler.act(house.session, site, house.again(silent), now)
    handling.note(act, words("Rang, nobody answered."))
    house.session.commit()
    assert references(show(client, "/staff/cases?today=silent")) == []
