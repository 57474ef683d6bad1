"""Numbers for everybody: half-years that are over, written once, with nobody in them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from grievance.cases import publishing
from grievance.cases.figures import LEAST, Record
from grievance.cases.models import Case, Published, Tally
from grievance.cases.publishing import OTHERS, together
from tests.cast import Browser
from tests.deadlines.conftest import House, house
from tests.pages import read_page

__all__ = ["house"]

MARCH = datetime(2026, 3, 10, 3, tzinfo=UTC)
ZONE = "Asia/Tokyo"
SETTLED = date(2026, 7, 15)


def _publish(house: House, today: date) -> int:
    """What the worker's job does on a day."""
    session = house.worker()
    made = publishing.publish(session, ZONE, today)
    session.commit()
    house.again()
    return made


def _filed(house: House, number: int, at: datetime = MARCH, **columns: object) -> None:
    for _one in range(number):
        case = house.case().case
        case.filed_at = at
        for name, value in columns.items():
            setattr(case, name, value)
    house.session.commit()


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ({"a": 9, "b": 5}, {"a": 9, "b": 5}),
        ({"a": 9, "b": 3, "c": 2}, {"a": 9, OTHERS: 5}),
        ({"a": 9, "b": 6, "c": 2}, {"a": 9, OTHERS: 8}),
        ({"a": 9, "b": 6, "c": 1, "d": 1}, {"a": 9, OTHERS: 8}),
        ({"a": 9, "c": 2}, {OTHERS: 11}),
        ({"a": 2, "b": 2}, {}),
        ({"a": 4}, {}),
        ({}, {}),
    ],
)
def test_few_stand_with_others(counted: dict[str, int], shown: dict[str, int]) -> None:
    assert together(counted) == shown


def test_no_small_number_can_be_told_from_the_rest() -> None:
    draw = random.Random(7)
    for _try in range(2000):
        counted = {f"c{n}": draw.choice((1, 2, 3, 4, 5, 8, 30)) for n in range(draw.randint(1, 7))}
        shown = together(counted)
        total, alone = sum(counted.values()), [code for code in shown if code != OTHERS]
        assert all(number >= LEAST for number in shown.values())
        if shown:
            assert sum(shown.values()) == total
            assert len(counted) - len(alone) != 1
        else:
            assert total < 2 * LEAST or len(counted) == 1


def test_a_half_year_is_written_down_once_it_has_settled(house: House) -> None:
    _filed(house, 6)
    assert _publish(house, date(2026, 7, 14)) == 0
    assert _publish(house, SETTLED) == 1
    assert _publish(house, SETTLED) == 0
    half = publishing.published(house.session)[0]
    assert (half.first, half.last, half.filed) == (date(2026, 1, 1), date(2026, 6, 30), 6)
    assert half.counts["language"] == {"vi": 6}


def test_what_was_written_down_does_not_change(house: House) -> None:
    _filed(house, 6)
    _publish(house, SETTLED)
    before = publishing.published(house.session)
    house.session.query(Case).first().main_issue = "other"
    _filed(house, 1)
    _publish(house, date(2026, 12, 31))
    assert publishing.published(house.session) == before


def test_two_periods_never_overlap(house: House) -> None:
    _filed(house, 5)
    _filed(house, 5, datetime(2026, 9, 1, tzinfo=UTC))
    _publish(house, date(2027, 1, 15))
    halves = publishing.published(house.session)
    assert [half.filed for half in halves] == [5, 5]
    assert halves[1].last + timedelta(days=1) == halves[0].first


def test_a_half_year_of_a_few_says_only_that(house: House) -> None:
    _filed(house, LEAST - 1)
    _publish(house, SETTLED)
    kept = house.session.query(Published).all()
    assert [(row.figure, row.value, row.number) for row in kept] == [("filed", "few", 0)]
    page = read_page(
        Browser(house.app, house.app.response_class, use_cookies=True).get("/en/numbers")
    )
    assert "Too few reports came in" in page.main


def test_where_the_work_is_is_told_once(house: House) -> None:
    _filed(house, 6, region="kanto")
    _filed(house, 2, region="")
    _filed(house, 1, region="", country="VN")
    _publish(house, SETTLED)
    half = publishing.published(house.session)[0]
    assert half.counts["place"] == {OTHERS: 9}, "six in Kanto of nine would tell of the three"


def test_every_table_of_filings_adds_up_to_all_of_them(house: House) -> None:
    _filed(house, 7, region="kanto")
    _filed(house, 6, region="kansai", language="my", main_issue="other")
    _filed(house, 1, region="", country="VN", language="ne", channel="phone")
    for value, count in (("VN", 6), ("NP", 5)):
        row = Tally(month=date(2026, 3, 1), dimension="nationality", value=value, count=count)
        house.session.add(row)
    house.session.commit()
    _publish(house, SETTLED)
    half = publishing.published(house.session)[0]
    for figure in ("problem", "language", "place", "channel", "nationality"):
        assert sum(half.counts[figure].values()) == 14, figure
        assert all(number >= LEAST for number in half.counts[figure].values())
    assert half.counts["nationality"] == {"VN": 6, OTHERS: 8}


def test_tallies_of_more_than_was_filed_are_left_out(house: House) -> None:
    _filed(house, 6)
    house.session.add(Tally(month=date(2026, 3, 1), dimension="sector", value="care", count=40))
    house.session.commit()
    _publish(house, SETTLED)
    assert publishing.published(house.session)[0].counts["sector"] == {}


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ((5, 1, 1, 1, 37.0), {"handed": 5}),
        ((4, 4, 0, 0, 3.0), {}),
        ((10, 5, 0, 5, 3.0), {"handed": 10, "answered": 5, "declined": 0, "silent": 5}),
        ((12, 12, 7, 0, 3.0), {"handed": 12, "answered": 12, "declined": 7, "silent": 0}),
        ((12, 12, 2, 0, 3.0), {"handed": 12, "answered": 12, "silent": 0}),
        ((9, 7, 0, 1, 3.0), {"handed": 9}),
    ],
)
def test_nothing_of_a_body_is_of_a_few(
    record: tuple[int, int, int, int, float], told: dict[str, float]
) -> None:
    handed, answered, declined, silent, days = record
    one = Record("jp-lsio", handed, handed, handed, answered, declined, silent, days)
    more = {"median_days": days} if answered >= LEAST else {}
    assert publishing.told_of(one) == (told | more if told else {})


def test_everybody_reads_them_and_takes_them_along(house: House) -> None:
    _filed(house, 4)
    _filed(house, 7, language="my")
    _publish(house, SETTLED)
    client = Browser(house.app, house.app.response_class, use_cookies=True)
    page = read_page(client.get("/en/numbers"))
    assert "11 reports came in." in page.main
    assert "Others, together" in page.main
    table = client.get("/en/numbers.csv").get_data(as_text=True).splitlines()
    assert "2026-01-01,language,others,11" in table
    assert "/en/numbers" in client.get("/en/about").get_data(as_text=True)


def test_before_the_first_half_year_the_page_says_so(house: House) -> None:
    page = read_page(
        Browser(house.app, house.app.response_class, use_cookies=True).get("/ja/numbers")
    )
    assert page.one("p", class_="empty") is not None
