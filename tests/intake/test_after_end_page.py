"""The page on which the worker of a closed report says how they are."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.cases import records
from grievance.cases.models import Case, Feedback
from grievance.cases.operations import addressing
from tests.cast import browser
from tests.intake.remedy_kit import Way, read, state, visit, way
from tests.pages import read_page

DAY = timedelta(days=1)
WELL = {"safe": "yes", "reprisal": "no", "stayed": "all"}


def closed(app: Flask, session: Session, days: int) -> Way:
    """A report whose remedy came, closed so many days ago."""
    one = way(app, session, alone=True, at=clock.now() - (days + 2) * DAY)
    return one.promise().arrive().record_sign_off("Yes").close()


def case_of(session: Session, one: Way) -> Case:
    session.expire_all()
    return session.get_one(Case, one.case.id)


def test_before_the_day_the_page_names_it(app: Flask, session: Session) -> None:
    one = closed(app, session, 0)
    visitor = visit(app, session, one.filed.code)
    page = read(visitor)
    assert not page.all("div", data_asks="after")
    assert "this page asks you how you are" in page.main
    assert visitor.get("/en/case/after").status_code == 303
    assert "e-mail" not in page.main, "no letter is planned"


def test_a_letter_is_named_only_where_one_goes(app: Flask, session: Session) -> None:
    one = way(app, session)
    act = one.filed.act(session, one.site, one.at)
    identity = records.read(session, act.opened, "identity")
    contact = {"way": "email", "value": "home@mail.example", addressing.BOX: str(uuid4())}
    addressing.write(act, {**identity, "contact": contact})
    session.commit()
    one.promise().arrive().record_sign_off("Yes").close()
    page = read(visit(app, session, one.filed.code))
    assert "same short e-mail" in page.main


def test_all_is_well(app: Flask, session: Session) -> None:
    one = closed(app, session, 31)
    visitor = visit(app, session, one.filed.code)
    page = read(visitor)
    assert page.all("div", data_asks="after")
    form = read(visitor, "/after")
    sent = visitor.post("/en/case/after", data={**form.fields(), **WELL})
    assert sent.status_code == 303
    page = read(visitor)
    assert state(page) == "closed"
    assert "Thank you" in page.main
    assert not page.all("div", data_asks="after")
    assert visitor.get("/en/case/after").status_code == 303


def test_what_is_wrong_is_open_again(app: Flask, session: Session) -> None:
    one = closed(app, session, 31)
    visitor = visit(app, session, one.filed.code)
    form = read(visitor, "/after")
    told = {**WELL, "safe": "no", "message": "They waited at our door"}
    assert visitor.post("/en/case/after", data={**form.fields(), **told}).status_code == 303
    page = read(visitor)
    assert state(page) == "in_review"
    case = case_of(session, one)
    assert (case.danger, case.worker_waits) == (True, True)
    (given,) = session.scalars(select(Feedback).where(Feedback.kind == "check_in"))
    assert (given.safe, given.stayed) == ("no", "all")
    desk = browser(app, session, one.handler)
    read_of = read_page(desk.get(f"/staff/cases/{case.reference}"))
    assert "They waited at our door" in read_of.main


@pytest.mark.parametrize("missing", ["safe", "reprisal", "stayed"])
def test_each_question_is_answered_by_tapping(app: Flask, session: Session, missing: str) -> None:
    one = closed(app, session, 31)
    visitor = visit(app, session, one.filed.code)
    form = read(visitor, "/after")
    said = {name: answer for name, answer in WELL.items() if name != missing}
    sent = read_page(visitor.post("/en/case/after", data={**form.fields(), **said}))
    assert sent.status == 422
    assert missing in sent.errors


def test_the_desk_reads_that_nobody_answered(app: Flask, session: Session) -> None:
    one = closed(app, session, 50)
    desk = browser(app, session, one.handler)
    page = read_page(desk.get(f"/staff/cases/{one.case.reference}"))
    assert "Not heard of after the end" in page.main
    assert page.all("button", data_verb="try_to_reach")
