"""Who has seen what of a report: the worker's own list, day by day, and what it cannot show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts import audit
from grievance.accounts.roles import Role
from grievance.i18n import date_text
from tests.cast import NOW, Staff, browser, file_case, member
from tests.intake.remedy_kit import Way, read, visit, way
from tests.pages import Page
from tests.partners.conftest import Body, body, world

__all__ = ["body", "world"]


@pytest.fixture
def filed(app: Flask, session: Session) -> Way:
    """A case that was just filed, and two people who work on cases."""
    return way(app, session)


def opened(filed: Way, who: Staff, what: str = "case", at: datetime | None = None) -> None:
    """A line of the log of reads."""
    actor, moment = f"member:{who.id}", at or clock.now()
    audit.record_read(filed.session, filed.case.id, actor=actor, now=moment, what=what)
    filed.session.commit()


def days(page: Page) -> dict[str, list[str]]:
    """The lines of each day, in page order."""
    return {
        one.get("data-day") or "": [" ".join("".join(li.itertext()).split()) for li in one]
        for one in page.all("ul")
        if one.get("data-day")
    }


def test_nobody_has_opened_it_yet(app: Flask, filed: Way) -> None:
    visitor = visit(app, filed.session, filed.filed.code)
    (to,) = read(visitor).all("a", href="/en/case/seen")
    assert to.text == "Who has seen what, day by day"
    page = read(visitor, "/seen")
    assert (page.name, days(page)) == ("case.seen", {})
    assert "Nobody has opened it yet." in page.main
    assert "could read without leaving a line" in page.main


def test_what_staff_open_at_the_desk_stands_there_by_day(app: Flask, filed: Way) -> None:
    staff = browser(app, filed.session, filed.handler)
    for _ in range(2):
        assert staff.get(f"/staff/cases/{filed.case.reference}").status_code == 200
    opened(filed, filed.colleague or filed.handler, "file")
    page = read(visit(app, filed.session, filed.filed.code), "/seen")
    today = clock.local_day(clock.now(), "Asia/Tokyo")
    (said,) = days(page).values()
    assert list(days(page)) == [today.isoformat()]
    assert date_text(today) in page.main
    all_of_it = "your report: what you told, who you are, the messages"
    assert said == [
        f"Sato Hanako (leads this place) {all_of_it} · 2 times",
        "Mori Emi (leads those who work on reports here) a file",
    ]


def test_a_form_that_came_too_late_is_told_as_what_it_showed(app: Flask, filed: Way) -> None:
    opened(filed, filed.handler, "conflict")
    page = read(visit(app, filed.session, filed.filed.code), "/seen")
    (said,) = days(page).values()
    assert said[0].endswith("what happened in your report while they were writing")
    assert "must not work" not in page.main


def test_the_original_of_a_file_is_told_from_the_clean_one(app: Flask, filed: Way) -> None:
    filed.accept()
    act = filed.act
    act.move("open_original", detail=act.detail("To look at it", "reason"), file=filed.case.id)
    filed.session.commit()
    page = read(visit(app, filed.session, filed.filed.code), "/seen")
    assert "a file as you sent it, with what it may tell besides" in page.main


@pytest.mark.usefixtures("loaded")
def test_a_body_stands_there_with_its_name_and_the_link(app: Flask, body: Body) -> None:
    body.come_in()
    page = read(visit(app, body.world.session, body.world.filed.code), "/seen")
    lines = [one for said in days(page).values() for one in said]
    (mine,) = [one for one in lines if "over the link that we gave them" in one]
    assert "the paper that we gave them, or a copy that goes with it" in mine
    assert not mine.startswith("jp-")


def test_a_day_is_one_of_the_operator_and_earlier_ones_are_a_page_on(
    app: Flask, filed: Way
) -> None:
    late = datetime(2026, 4, 21, 15, 30, tzinfo=UTC)  # half past midnight of the next day in Tokyo
    for back in range(31):
        opened(filed, filed.handler, at=late - timedelta(days=back))
    visitor = visit(app, filed.session, filed.filed.code)
    first = read(visitor, "/seen")
    assert list(days(first))[0] == "2026-04-22"
    assert len(days(first)) == 30
    (more,) = first.all("a", rel="next")
    second = read(visitor, (more.get("href") or "").removeprefix("/en/case"))
    assert list(days(second)) == [date(2026, 3, 23).isoformat()]
    assert not second.all("a", rel="next")
    assert visitor.get("/en/case/seen?after=forged").status_code == 404


def test_the_place_of_another_report_is_no_place_here(app: Flask, filed: Way) -> None:
    other = file_case(filed.session, filed.site)
    for back in range(31):
        moment = NOW - timedelta(days=back)
        opened(filed, filed.handler, at=moment)
    (more,) = read(visit(app, filed.session, filed.filed.code), "/seen").all("a", rel="next")
    stranger = visit(app, filed.session, other.code)
    assert stranger.get(more.get("href") or "").status_code == 404
    assert days(read(stranger, "/seen")) == {}


def test_who_has_left_is_still_named(app: Flask, filed: Way) -> None:
    gone = member(filed.session, filed.operator, Role.HANDLER, "Abe Jun", now=clock.now())
    opened(filed, gone)
    opened(filed, gone, "of a later release")
    audit.record_read(filed.session, filed.case.id, actor="demo", now=clock.now(), what="case")
    filed.session.commit()
    (said,) = days(read(visit(app, filed.session, filed.filed.code), "/seen")).values()
    assert sorted(said)[:2] == [
        "Abe Jun (works on reports here) something of your report",
        "Abe Jun (works on reports here) your report: what you told, who you are, the messages",
    ]
    assert sorted(said)[2].startswith("one of our people")


@pytest.mark.parametrize("role", ["helper", "member"])
def test_another_number_for_the_report_does_not_open_it(app: Flask, filed: Way, role: str) -> None:
    other = file_case(filed.session, filed.site, role=role, known_to="self")
    visitor = visit(app, filed.session, other.code)
    assert not read(visitor).all("a", href="/en/case/seen")
    assert visitor.get("/en/case/seen").status_code == 403


def test_without_a_visit_the_number_is_asked_for(app: Flask, filed: Way) -> None:
    answer = browser(app, filed.session).get("/en/case/seen")
    assert answer.headers["Location"].startswith("/en/return")
