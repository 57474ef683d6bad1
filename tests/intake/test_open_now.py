"""Right after sending, "Open my page now" opens it: nobody types what was just shown."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from grievance.cases.models import ReceiptSession
from grievance.questions.models import Draft
from grievance.vault.slots import HashSlots
from tests.intake.filing_kit import Robot
from tests.intake.test_filing_pages import WAGES, number_on, open_site, robot
from tests.intake.test_short_pages import SHORT, Short
from tests.pages import read_page

__all__ = ["open_site", "robot"]
OPEN = "/en/file/open"


def press(client, page):
    """Send the form whose button opens the page."""
    form = page.one("form", id="open")
    assert form.get("action") == OPEN
    return client.post(OPEN, data=page.fields(form))


def visits(session):
    return session.scalar(select(func.count()).select_from(ReceiptSession))


def test_one_tap_opens_the_case_and_the_number_stays_readable(robot, session):
    sent = robot.go()
    answer = press(robot.client, sent)
    assert (answer.status_code, answer.location) == (303, "/en/case")
    assert read_page(robot.client.get("/en/case")).one("body").get("data-state") == "received"
    again = robot.open("/en/file/sent")  # the way back, and once more
    assert number_on(again) == number_on(sent)
    assert press(robot.client, again).location == "/en/case"
    assert visits(session) == 1  # the earlier visit of this browser has ended
    robot.send(robot.open("/en/file/sent"))
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_helper_opens_their_own_page(client, open_site):
    sent = Robot(client, {**WAGES, "who": "helper"}).go()
    assert press(client, sent).location == "/en/case"
    page = read_page(client.get("/en/case"))
    assert not page.all("a", href="/en/case/withdraw")


def test_without_the_form_token_nothing_opens(robot, session):
    robot.go()
    answer = robot.client.post(OPEN, data={"token": "0" * 40})
    assert read_page(answer).name == "file.sent"
    assert robot.client.get(OPEN).location == "/en/file/sent"
    assert visits(session) == 0


def test_a_busy_slot_says_when_to_press_again(robot, session, app):
    sent = robot.go()
    slots, app.config["HASH_SLOTS"] = app.config["HASH_SLOTS"], HashSlots(1, wait=0.01)
    try:
        with app.config["HASH_SLOTS"].hold():
            answer = press(robot.client, sent)
    finally:
        app.config["HASH_SLOTS"] = slots
    page = read_page(answer)
    assert answer.status_code == 503
    assert f"Wait {answer.headers['Retry-After']} seconds" in page.main
    assert number_on(page) == number_on(sent)
    assert press(robot.client, page).location == "/en/case"


def test_a_tip_has_no_page_to_open_here(client, open_site, session):
    tip = Short(client, SHORT)
    page = tip.on(tip.open("/en/file?route=tip"), "file.sent")
    assert not page.all("form", id="open")
    assert client.post(OPEN, data=page.fields()).location == "/en/file/sent"
    assert visits(session) == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_sent_draft_the_number_is_asked(robot, method):
    robot.go("file.receipt")
    assert getattr(robot.client, method)(OPEN).location == "/en/return"
