"""The operator's closed days: the list, the next reading days, what is promised, who may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts import queries, verifying
from grievance.accounts.closures import Closure, new_year
from grievance.accounts.models import Event
from grievance.accounts.operations import closing_days
from grievance.accounts.operations.profile import save_profile
from grievance.accounts.roles import Role
from grievance.clock import local_day, real_now
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.refusals import Refused
from tests.accounts.test_profile import draft
from tests.cast import Operator, browser, file_case, found_operator, member
from tests.pages import Page, read_page

PAGE = "/staff/closed-days"
EVERY_DAY = {str(day): ["09:00", "18:00"] for day in range(7)}


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    """Reads every day from 9 to 18."""
    operator = found_operator(session, app.config["KEY_RING"])
    act = operator.director.acting(session, app.config["KEY_RING"], real_now())
    save_profile(act, draft(queries.profile(session).version, hours=EVERY_DAY))
    session.commit()
    return operator


def today() -> date:
    return local_day(clock.now(), "Asia/Tokyo")


def send(app: Flask, session: Session, operator: Operator, **typed: str) -> Page:
    client = browser(app, session, operator.director)
    page = read_page(client.get(PAGE))
    form = {**page.fields(page.one("form", data_main="")), "reason": "training", **typed}
    return read_page(client.post(PAGE, data=form, follow_redirects=True))


def verbs(session: Session) -> list[str]:
    named = ("days_closed", "days_opened", "holidays_changed")
    found = session.scalars(select(Event).where(Event.verb.in_(named)).order_by(Event.seq))
    return [one.verb for one in found]


def test_days_are_looked_at_then_closed_then_opened_again(
    app: Flask, session: Session, operator: Operator
) -> None:
    first, last = today() + timedelta(days=1), today() + timedelta(days=3)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    looked = send(app, session, operator, **days, look="1")
    assert "If you close them" in looked.text
    assert "Nothing is saved yet." in looked.text
    assert verbs(session) == []
    assert not queries.profile(session).calendar.closures

    page = send(app, session, operator, **days)
    assert "Saved." in page.text
    session.expire_all()
    told = queries.profile(session)
    assert told.calendar.closures == (Closure(first, last, "training"),)
    after = clock.end_of_day(today(), "Asia/Tokyo")
    assert local_day(told.next_reading(after), "Asia/Tokyo") == last + timedelta(days=1)
    assert not operator_hours(session).reads_on(first)
    shown = page.one("ol", data_readings="10")
    assert shown is not None

    client = browser(app, session, operator.director)
    path = f"{PAGE}/{first.isoformat()}/open"
    page = read_page(client.get(PAGE))
    form = page.one("form", action=path)
    assert client.post(path, data=page.fields(form)).status_code == 303
    assert (
        "already"
        in read_page(client.post(path, data=page.fields(form), follow_redirects=True)).text
    )
    session.expire_all()
    assert not queries.profile(session).calendar.closures
    assert verbs(session) == ["days_closed", "days_opened"]
    ring = app.config["KEY_RING"]
    assert verifying.verify(session, ring.anchor_public, None, ring.event_key).wrong == []


def test_workers_read_the_closed_days(app: Flask, session: Session, operator: Operator) -> None:
    day = (today() + timedelta(days=5)).isoformat()
    assert "Nobody reads on these days" not in browser(app, session).get("/en/about").text
    send(app, session, operator, first=day, last=day)
    assert "Nobody reads on these days" in browser(app, session).get("/en/about").text


def test_what_was_promised_stays_and_is_said(
    app: Flask, session: Session, operator: Operator
) -> None:
    filed = file_case(session, app.config["SITE"], now=real_now())
    (clock_row,) = session.scalars(select(Deadline).where(Deadline.case_id == filed.case.id))
    due = clock_row.due_at
    day = local_day(due, "Asia/Tokyo").isoformat()
    looked = send(app, session, operator, first=day, last=day, look="1")
    assert "1 promise to a worker falls on these days. It stays as it was given" in looked.text
    send(app, session, operator, first=day, last=day)
    session.expire_all()
    assert session.get_one(Deadline, clock_row.id).due_at == due
    later = file_case(session, app.config["SITE"], now=real_now())
    (other,) = session.scalars(select(Deadline).where(Deadline.case_id == later.case.id))
    assert local_day(other.due_at, "Asia/Tokyo") == date.fromisoformat(day) - timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (5, 4, "days"),
        (-5, -4, "days_over"),
        (800, 800, "days_far"),
        (20, 30, "closed_twice"),
        (40, 70, "closed_long"),
        (1, 19, "closed_long"),
    ],
)
def test_what_cannot_be_closed_is_refused(
    app: Flask, session: Session, operator: Operator, first: int, last: int, code: str
) -> None:
    """Also where only both together would leave nobody for more than four weeks."""
    act = operator.director.acting(session, app.config["KEY_RING"], real_now())
    closing_days.close_days(act, spell(20, 29))
    with pytest.raises(Refused) as refused:
        closing_days.close_days(act, spell(first, last))
    assert refused.value.code == code


def spell(first: int, last: int) -> Closure:
    return Closure(today() + timedelta(days=first), today() + timedelta(days=last), "summer")


def test_a_refused_range_stands_in_its_boxes(
    app: Flask, session: Session, operator: Operator
) -> None:
    day = (today() + timedelta(days=3)).isoformat()
    page = send(app, session, operator, first=day, last=today().isoformat())
    assert "The last day comes before the first." in page.text
    assert page.fields(page.one("form", data_main=""))["first"] == day


def test_the_holidays_of_another_country(app: Flask, session: Session, operator: Operator) -> None:
    client = browser(app, session, operator.director)
    page = read_page(client.get(PAGE))
    path = f"{PAGE}/holidays"
    form = page.fields(page.one("form", action=path))
    client.post(path, data={**form, "country": "VN"})
    session.expire_all()
    assert operator_hours(session).country == "VN"
    assert not operator_hours(session).reads_on(date(2026, 9, 2)), "Vietnam's National Day"
    client.post(path, data={**form, "country": "XX"})
    session.expire_all()
    assert operator_hours(session).country == "VN"
    act = operator.director.acting(session, app.config["KEY_RING"], real_now())
    with pytest.raises(Refused, match="country"):
        closing_days.keep_holidays_of(act, "XX", {"JP"})


def test_the_page_asks_about_new_year_until_it_is_said(
    app: Flask, session: Session, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert new_year(date(2026, 12, 1)) == Closure(date(2026, 12, 29), date(2027, 1, 3), "new_year")
    assert new_year(date(2027, 1, 3)) == new_year(date(2026, 12, 31))
    ahead = new_year(today()).first - today() - timedelta(days=10)
    monkeypatch.setattr(clock, "_offset", lambda: ahead)
    client = browser(app, session, operator.director)
    page = read_page(client.get(PAGE))
    asked = page.one("div", data_ask="new-year")
    assert asked is not None
    days = new_year(today())
    send(
        app,
        session,
        operator,
        first=days.first.isoformat(),
        last=days.last.isoformat(),
        reason="new_year",
    )
    assert 'data-ask="new-year"' not in client.get(PAGE).text


@pytest.mark.parametrize("role", [Role.HANDLER, Role.LEAD, Role.ADMINISTRATOR])
def test_who_may(app: Flask, session: Session, operator: Operator, role: Role) -> None:
    person = member(session, operator, role, "Sato Aya")
    client = browser(app, session, person)
    expected = 200 if role is Role.ADMINISTRATOR else 403
    assert client.get(PAGE).status_code == expected
