"""What observers read: published half-years, with nobody in them."""

from __future__ import annotations

from grievance.accounts.roles import PERMISSIONS, Permission, Role
from grievance.cases import publishing
from grievance.cases.figures import LEAST
from tests.cast import browser, member
from tests.deadlines.conftest import House, house
from tests.pages import read_page
from tests.reports.test_numbers_public import SETTLED, _filed, _publish

__all__ = ["house"]


def test_an_observer_reads_what_everybody_does_and_how_grave_it_was(house: House) -> None:
    _filed(house, 6, severity="high")
    _filed(house, 2, severity="low")
    _publish(house, SETTLED)
    observer = member(house.session, house.operator, Role.OBSERVER, "Greta")
    client = browser(house.app, house.session, observer)
    page = read_page(client.get("/staff/half-years"))
    assert "8 reports came in." in page.main
    figures = {one.get("data-figure") for one in page.all("dl")}
    assert {"language", "severity", "filed_for"} <= figures
    half = publishing.published(house.session)[0]
    for counted in half.observed.values():
        assert sum(counted.values()) == 8
        assert all(number >= LEAST for number in counted.values())
    rows = client.get("/staff/half-years.csv").get_data(as_text=True).splitlines()
    assert "2026-01-01,severity,others,8" in rows
    public = client.get("/en/numbers.csv").get_data(as_text=True)
    assert "severity" not in public


def test_only_observers_read_it_and_no_days_of_their_own(house: House) -> None:
    for role in Role:
        may = Permission.NUMBERS_OBSERVE in PERMISSIONS[role]
        assert may == (role == Role.OBSERVER)
    observer = browser(
        house.app, house.session, member(house.session, house.operator, Role.OBSERVER, "Greta")
    )
    for path in ("/staff/numbers", "/staff/numbers.csv", "/staff/reads"):
        assert observer.get(path).status_code == 403
