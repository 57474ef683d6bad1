"""The worker's page and the desk show until when the law lets what happened be claimed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.roles import Role
from grievance.cases.operations import reminding
from grievance.i18n import BY_SLUG, gettext, speaking
from tests.cast import Browser, Operator, browser, file_case, found_operator, member
from tests.pages import Page, read_page

Read = Callable[..., Page]


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def read(app: Flask, session: Session, operator: Operator) -> Read:
    """Files with these answers and reads the page of the worker, or of a handler."""

    def shown(
        *, staff: bool = False, role: str = "worker", slug: str = "en", **answers: str
    ) -> Page:
        filed = file_case(session, app.config["SITE"], role=role, **answers)
        if staff:
            someone: Browser = browser(app, session, member(session, operator, Role.HANDLER))
            return read_page(someone.get(f"/staff/cases/{filed.case.reference}"))
        visitor = browser(app, session)
        page = read_page(visitor.get(f"/{slug}/return"))
        visitor.post(f"/{slug}/return", data={**page.fields(), "code": filed.code})
        return read_page(visitor.get(f"/{slug}/case"))

    return shown


def ago(years: int, days: int) -> str:
    """A day so many years ago, and so many days after it."""
    today = clock.local_day(clock.now(), "Asia/Tokyo")
    return (clock.add_months(today, -12 * years) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize("staff", [False, True])
def test_worker_and_handler_read_until_when_and_where(read: Read, staff: bool) -> None:
    soon = ago(3, 40)
    page = read(staff=staff, since=soon, until=soon)
    limit = page.one("div", data_limit="wages")
    assert limit.get("data-limit-state") == "soon"
    text = " ".join("".join(limit.itertext()).split())
    assert "a court or labour tribunal" in text
    assert "Labour Standards Act" in text
    assert "A report here does not stop any of these dates" in page.main
    assert "This is not legal advice." in page.main
    assert ("A time limit in the law ends soon." in page.main) == (not staff)


def test_a_helper_reads_them_too(read: Read) -> None:
    assert "Until" in read(role="helper", since=ago(0, -60)).main


def test_nothing_is_said_where_no_day_is_known(read: Read) -> None:
    page = read(since="")
    assert "Time limits in the law" not in page.main


def test_a_date_far_ahead_does_not_alarm(read: Read) -> None:
    page = read(since=ago(0, -60))
    assert "A time limit in the law ends soon." not in page.main
    assert page.one("div", data_limit="wages").get("data-limit-state") == "open"


@pytest.mark.parametrize(("slug", "told_in"), [("my", "en"), ("ur", "en"), ("ja-easy", "ja")])
def test_a_page_of_first_screens_marks_the_language_of_the_law(
    read: Read, slug: str, told_in: str
) -> None:
    """Nothing of the panel stands in the catalogues of the first screens."""
    soon = ago(3, 40)
    page = read(slug=slug, since=soon, until=soon)  # refused where something is not marked
    assert page.one("html").get("lang") == BY_SLUG[slug].tag
    notice, panel = page.one("p", data_limit_soon=""), page.one("h2", id="law-dates")
    with speaking(told_in):
        assert gettext("A time limit in the law ends soon.") in "".join(notice.itertext())
        assert gettext("Time limits in the law") == panel.text
    around = next(one for one in page.all("div") if panel in list(one))
    for one in (notice, around):
        assert (one.get("lang"), one.get("dir")) == (told_in, "ltr")


@pytest.mark.parametrize("planned", [True, False])
def test_a_letter_is_spoken_of_only_where_one_is_planned(
    read: Read, monkeypatch: pytest.MonkeyPatch, planned: bool
) -> None:
    monkeypatch.setattr(reminding, "warns", lambda *_: planned)
    page = read(since=ago(0, -60))
    assert ("Before the next of these dates a letter goes" in page.main) == planned
