"""Two handlers in the same second, on two real connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from grievance.cases.models import Message
from grievance.extensions import act_as, db
from tests.cast import Browser, browser, file_case, found_operator, member
from tests.desk.test_desk_flow import form_of
from tests.pages import read_page


@pytest.fixture
def tabs(live_app: Flask) -> tuple[str, list[Browser]]:
    """The reference of a case, and the browsers of two handlers."""
    with live_app.app_context():
        act_as("cli:test")
        session = db.session()
        operator = found_operator(session, live_app.config["KEY_RING"])
        reference = file_case(session, live_app.config["SITE"]).case.reference
        browsers = [
            browser(live_app, session, member(session, operator, name=name))
            for name in ("Mori Emi", "Ito Jun")
        ]
        db.session.remove()
    return reference, browsers


def test_of_two_who_acknowledge_in_the_same_moment_one_writes_and_both_keep_their_words(
    live_app: Flask, tabs: tuple[str, list[Browser]]
):
    reference, browsers = tabs
    start = Barrier(2)
    pages = [read_page(client.get(f"/staff/cases/{reference}")) for client in browsers]

    def acknowledge(number: int):
        page, client = pages[number], browsers[number]
        form = form_of(page, "acknowledge")
        start.wait()
        return client.post(
            form.get("action"), data={**page.fields(form), "message": f"Words {number}"}
        )

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(acknowledge, range(2)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    slower = next(n for n, answer in enumerate(answers) if answer.status_code == 409)
    assert read_page(answers[slower]).fields()["message"] == f"Words {slower}"
    with live_app.app_context():
        act_as("cli:test")
        assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_two_tabs_of_one_person_open_a_case_at_once(tabs: tuple[str, list[Browser]]):
    reference, (client, _other) = tabs
    path, start = f"/staff/cases/{reference}", Barrier(4)

    def look(_number: int) -> int:
        start.wait()
        return client.get(path).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(4))) == [200] * 4
