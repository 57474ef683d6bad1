"""The queue: filters, paging, counts, and what it does not read."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from grievance import clock
from grievance.cases.operations import handling
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import LimitationDate
from grievance.desk.board import BOARD
from grievance.desk.listing import QUEUE
from grievance.web.paging import token_for
from tests.desk.looking import counted, references

QUEUE_QUERIES = 20


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
    monkeypatch.setattr("grievance.cases.queries.PAGE", 2)
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
        places["/staff/cases"] = token_for(QUEUE, ["2026-04-22T03:20:05+00:00", str(uuid4())])
        places["/staff/referrals"] = token_for(BOARD, ["2026-04-22", str(uuid4())])
    for path in places:
        for of, token in places.items():
            expected = 200 if of == path else 404
            assert client.get(f"{path}?after={token}").status_code == expected, (path, of)


def test_many_cases_are_counted_up_to_a_limit(house, show, monkeypatch):
    monkeypatch.setattr("grievance.cases.queries.COUNT_LIMIT", 1)
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
