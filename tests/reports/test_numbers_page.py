"""The page of numbers: what it counts, of which days, for whom."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from grievance.accounts.roles import PERMISSIONS, Permission, Role
from grievance.cases import figures, tallies
from grievance.cases.figures import COUNTED, Period, half_year
from grievance.cases.messages import Written
from grievance.cases.models import Case, Recusal, Tally
from grievance.cases.operations import diary, handling, remedying
from grievance.cases.operations.sums import Facts
from grievance.cases.tallies import SUMS
from grievance.cases.wages import Month
from grievance.clock import add_months, local_day, real_now
from grievance.reports import sheets
from grievance.reports.words import FIGURES
from tests.cast import Filed, Staff
from tests.desk.conftest import House
from tests.guard.source import ROOT
from tests.pages import Page

Show = Callable[..., Page]
ZONE = "Asia/Tokyo"
CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _figure(page: Page, name: str) -> dict[str, tuple[str, ...]]:
    """Code → number and the number before."""
    table = page.one("section", **{"data-figure": name})
    return {
        str(row.get("data-code")): tuple("".join(td.itertext()) for td in row.findall("td")[:2])
        for row in table.iter("tr")
        if row.get("data-code")
    }


def _dated(house: House, days: float, **columns: object) -> Case:
    """A case that was filed so many days ago."""
    case = house.case().case
    case.filed_at = real_now() - timedelta(days=days)
    for name, value in columns.items():
        setattr(case, name, value)
    house.session.commit()
    return case


def test_cases_are_counted_by_what_stands_in_the_clear(house: House, show: Show) -> None:
    _dated(house, 0)
    _dated(house, 0, language="my", region="kansai")
    page = show(house.browser(house.operator.director), "/staff/numbers?period=year")
    assert _figure(page, "language") == {"vi": ("1", "0"), "my": ("1", "0")}
    assert _figure(page, "region")["kansai"] == ("1", "0")
    assert _figure(page, "state") == {"received": ("2", "0")}


def test_the_days_before_stand_beside(house: House, show: Show) -> None:
    today = local_day(real_now(), ZONE)
    for days in (1, 12, 40):
        _dated(house, days)
    first = today - timedelta(days=9)
    address = f"/staff/numbers?period=days&first={first}&last={today}"
    page = show(house.browser(house.operator.director), address)
    assert _figure(page, "state") == {"received": ("1", "1")}


def test_a_period_is_as_long_as_the_one_before(session: Session) -> None:
    half = half_year(date(2026, 11, 30), ZONE)
    assert (half.first, half.last) == (date(2026, 7, 1), date(2026, 12, 31))
    assert (half.before.first, half.before.last) == (date(2026, 1, 1), date(2026, 6, 30))
    ten = Period(date(2026, 11, 21), date(2026, 11, 30), ZONE)
    assert (ten.before.first, ten.before.last) == (date(2026, 11, 11), date(2026, 11, 20))
    february = Period(date(2026, 2, 1), date(2026, 2, 28), ZONE)
    assert (february.before.first, february.before.last) == (date(2026, 1, 1), date(2026, 1, 31))
    # 0:30 in Tokyo on the first of July is still June in UTC
    assert half.began == datetime(2026, 6, 30, 15, tzinfo=UTC)


def test_half_of_them_and_nine_in_ten(house: House) -> None:
    for took in (1, 2, 3, 4, 20):
        _dated(house, 30, first_answer_at=real_now() - timedelta(days=30 - took))
    today = local_day(real_now(), ZONE)
    period = Period(today - timedelta(days=31), today, ZONE)
    spread = figures.times(house.session, period)["answer"]
    assert spread.number == 5
    assert spread.median == pytest.approx(3, abs=0.01)
    assert spread.most == pytest.approx(13.6, abs=0.01)
    assert figures.times(house.session, period)["remedy"].median is None


def test_tallies_count_in_whole_months_only(session: Session) -> None:
    session.add(Tally(month=date(2026, 3, 1), dimension="sector", value="care", count=4))
    session.add(Tally(month=date(2026, 4, 1), dimension="sector", value="care", count=3))
    session.flush()
    both = Period(date(2026, 3, 1), date(2026, 4, 30), ZONE)
    assert figures.counts(session, both)["sector"] == {"care": 7}
    one = Period(date(2026, 4, 1), date(2026, 4, 30), ZONE)
    assert figures.counts(session, one)["sector"] == {"care": 3}
    part = Period(date(2026, 3, 1), date(2026, 4, 29), ZONE)
    assert figures.counts(session, part)["sector"] == {}


def test_every_figure_is_counted(session: Session) -> None:
    period = half_year(date(2026, 4, 1), ZONE)
    assert list(figures.counts(session, period)) == list(COUNTED)


def test_what_is_wrong_with_the_days_stands_beside_them(house: House, show: Show) -> None:
    client = house.browser(house.operator.director)
    page = show(client, "/staff/numbers?period=days&first=2026-02-31&last=")
    assert page.one("p", **{"data-error": "first"}) is not None
    assert page.one("p", **{"data-error": "last"}) is not None
    assert "2026-02-31" in page.html
    page = show(client, "/staff/numbers?period=days&first=2026-04-02&last=2026-04-01")
    assert "before the first one" in page.main
    assert _figure(show(client, "/staff/numbers?period=nonsense"), "state") == {}


def test_who_leads_reads_them_and_nobody_else(house: House, show: Show) -> None:
    for role in (Role.HANDLER, Role.LEAD, Role.ADMINISTRATOR, Role.DIRECTORY_EDITOR):
        client = house.browser(house.hire(role))
        may = Permission.NUMBERS_READ in PERMISSIONS[role]
        for path in ("/staff/numbers", "/staff/numbers.csv", "/staff/numbers.xlsx"):
            assert client.get(path).status_code == (200 if may else 403), (role, path)


def test_the_table_to_take_along_says_what_the_page_says(house: House) -> None:
    _dated(house, 0)
    answer = house.browser(house.operator.director).get("/staff/numbers.csv?period=year")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert tuple(rows[0]) == sheets.HEAD
    assert ["state", "received", "Received", "1", "0"] in [row[:5] for row in rows]


def test_no_name_is_taken_for_a_formula() -> None:
    written = sheets.safe("=HYPERLINK(1)"), sheets.safe("-2"), sheets.safe("Union"), sheets.safe(-2)
    assert written == ("'=HYPERLINK(1)", "'-2", "Union", -2)


def test_the_same_table_opens_in_a_spreadsheet(house: House, monkeypatch: Any) -> None:
    """Numbers are numbers, names are text even where they look like a formula."""
    _dated(house, 0)
    plain = sheets.rows
    odd = ("body_asked", "ngo", "=HYPERLINK(1)", 2, "", "2026-01-01", "2026-12-31")
    monkeypatch.setattr(sheets, "rows", lambda told: [*plain(told), odd])
    client = house.browser(house.operator.director)
    answer = client.get("/staff/numbers.xlsx?period=year")
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    book = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    texts = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    said = ["".join(one.itertext()) for one in texts]
    lines = [
        [said[int(cell[0].text or "")] if cell.get("t") == "s" else cell[0].text for cell in row]
        for row in sheet.iter(f"{CELLS}row")
    ]
    assert tuple(lines[0]) == sheets.HEAD
    assert ["state", "received", "Received", "1", "0"] in [line[:5] for line in lines]
    assert lines[-1][:4] == ["body_asked", "ngo", "=HYPERLINK(1)", "2"]
    assert not list(sheet.iter(f"{CELLS}f"))
    assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()


def test_nothing_of_a_case_stands_on_the_page(house: House, show: Show) -> None:
    case = _dated(house, 0)
    page = show(house.browser(house.operator.director), "/staff/numbers?period=year")
    assert case.reference not in page.html
    assert str(case.id) not in page.html


def test_a_case_somebody_has_a_conflict_in_is_in_none_of_their_numbers(
    house: House, show: Show
) -> None:
    case = _dated(house, 0, first_answer_at=real_now(), language="my")
    director = house.operator.director
    house.session.add(Tally(month=_month(), dimension="sector", value="care", count=1))
    house.session.commit()
    page = show(house.browser(director), "/staff/numbers?period=month")
    assert _figure(page, "sector") == {"care": ("1", "0")}
    stands = Recusal(case_id=case.id, person_id=director.id, by_id=director.id, at=real_now())
    house.session.add(stands)
    house.session.commit()
    page = show(house.browser(director), "/staff/numbers?period=month")
    for name in FIGURES:
        assert _figure(page, name) == {}, name
    steps = [row for row in page.all("tr") if row.get("data-step") == "answer"]
    assert "".join(steps[0].find("td").itertext()) == "0"


def _sums(page: Page) -> dict[str, tuple[str, ...]]:
    """Sum → amount, cases, share and the amount before, of the first currency."""
    rows = [row for row in page.all("tr") if row.get("data-sum")]
    return {
        str(row.get("data-sum")): tuple("".join(td.itertext()) for td in row.findall("td"))
        for row in rows
    }


def _accepted(house: House, filed: Filed) -> None:
    for verb in (handling.take, handling.accept):
        director, site = house.operator.director, house.app.config["SITE"]
        verb(director.act(house.session, site, filed.case, real_now()))


def _promised(house: House, filed: Filed, director: Staff, **amounts: int) -> UUID:
    """A promised remedy of this case, and what was written down of it."""
    facts = Facts("Three months of pay", currency="JPY", **amounts)
    due = local_day(real_now(), ZONE) + timedelta(days=9)
    act = director.act(house.session, house.app.config["SITE"], filed.case, real_now())
    return remedying.record(act, remedying.Remedy("money", "offered", facts, due_on=due)).id


def test_money_is_counted_as_it_is_written_down(house: House, show: Show) -> None:
    """Four cases are too few to be shown, a correction counts, and no sum is of one case twice."""
    director, site = house.operator.director, house.app.config["SITE"]
    cases = [house.case() for _ in range(5)]
    items = []
    for filed in cases:
        _accepted(house, filed)
        items.append(_promised(house, filed, director, claimed=630_000, offered=400_000))
        house.session.commit()
        page = show(house.browser(director), "/staff/numbers?period=month")
        assert bool(_sums(page)) == (filed is cases[-1])
    facts = Facts("Three months of pay", currency="JPY", claimed=130_000, offered=400_000)
    act = director.act(house.session, site, cases[0].case, real_now())
    remedying.record(act, remedying.Remedy("money", "offered", facts, id=items[0]))
    house.session.commit()
    page = show(house.browser(director), "/staff/numbers?period=month")
    told = _sums(page)
    assert told["claimed"] == ("¥2,650,000", "5", "–", "–")
    assert told["offered"] == ("¥2,000,000", "5", "75 %", "–")
    assert told["received"] == ("–", "–", "–", "–")
    table = house.browser(director).get("/staff/numbers.csv?period=month").text
    assert "money_claimed,JPY,Claimed,2650000.0," in table
    # no row tells of which case a sum is, and who may not read one of the cases reads no sum
    assert {one.value for one in house.session.query(Tally) if one.dimension in SUMS} == {"JPY"}
    stands = {"person_id": director.id, "by_id": director.id, "at": real_now()}
    house.session.add(Recusal(case_id=cases[0].case.id, **stands))
    house.session.commit()
    assert not _sums(show(house.browser(director), "/staff/numbers?period=month"))


def test_what_a_worker_says_came_and_is_owed_is_counted(house: House) -> None:
    """By the same two roads by which it is kept: the answer about a promise, and the diary."""
    director, site = house.operator.director, house.app.config["SITE"]
    filed = house.case()
    _accepted(house, filed)
    item = _promised(house, filed, director, claimed=630_000, agreed=300_000)
    yes = remedying.Agreement("By telephone.", Written("Good.", "en", uuid4()), [item])
    remedying.agree_remedy(director.act(house.session, site, filed.case, real_now()), yes)
    for sum_, came in ((100_000, "part"), (300_000, "all"), (250_000, "part")):
        words = Written("", "en", uuid4())
        said = remedying.Arrival({item: came}, None, words, {item: sum_})
        remedying.report(filed.act(house.session, site, real_now()), said)
    first = add_months(_month(), -3)
    for paid in (20_000, 50_000):
        kept = diary.Kept(first, Month(None, 220_000, paid), "JPY")
        diary.keep_wages(filed.act(house.session, site, real_now()), kept)
    held = {
        (one.dimension, one.value): one.count
        for one in house.session.query(Tally)
        if one.dimension.removesuffix("-cases") in SUMS
    }
    assert held["owed", "JPY"] == 170_000
    assert held["owed-cases", "JPY"] == 1
    assert held["agreed", "JPY"] == 300_000
    assert held["received", "JPY"] == 250_000
    assert held["received-cases", "JPY"] == 1


def test_a_currency_that_left_the_list_is_not_told(session: Session) -> None:
    for currency in ("ZZZ", "JPY"):
        counted = {("claimed", currency): 1000, ("claimed-cases", currency): 5}
        tallies.add(session, _month(), counted)
    now, zone = local_day(real_now(), ZONE), ZONE
    assert list(figures.money(session, half_year(now, zone))) == ["JPY"]


def test_no_sum_that_somebody_types_stops_the_others(session: Session) -> None:
    """Ten times the most that a month of every month can hold is still a number."""
    for _turn in range(10):
        tallies.add(session, _month(), {("owed", "VND"): 10**19, ("agreed", "VND"): -(10**19)})
    session.expire_all()
    held = {one.dimension: one.count for one in session.query(Tally) if one.value == "VND"}
    assert held == {"owed": tallies.MOST, "agreed": -tallies.MOST}


def _month() -> date:
    return local_day(real_now(), ZONE).replace(day=1)


def test_every_figure_is_explained_for_readers() -> None:
    told = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", told, re.M) == [
        *FIGURES,
        *SUMS,
        *figures.STEPS,
        *sheets.PARTS,
    ]
