"""Another website can send somebody away and wipe nothing; from our pages Leave forgets all."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.cases.models import ReceiptSession
from grievance.questions.models import Draft
from tests.cast import Browser, browser, file_case, found_operator
from tests.intake.filing_kit import Robot
from tests.pages import read_page


@pytest.fixture
def visitor(app: Flask, session: Session) -> Browser:
    """A browser in the middle of a filing and of a visit."""
    found_operator(session, app.config["KEY_RING"])
    filed = file_case(session, app.config["SITE"])
    made = browser(app, session)
    robot = Robot(made, {})
    robot.send(robot.open())
    page = read_page(made.get("/en/return"))
    made.post("/en/return", data={**page.fields(), "code": filed.code})
    return made


def held(session: Session) -> tuple[int, int]:
    """(drafts, visits)"""
    return tuple(
        session.scalar(select(func.count()).select_from(kind)) for kind in (Draft, ReceiptSession)
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
    ],
)
def test_from_elsewhere_it_leaves_and_the_draft_stays(
    visitor: Browser, session: Session, headers: dict[str, str]
) -> None:
    assert held(session) == (1, 1)
    answer = visitor.post("/leave", data={"lang": "en", "token": "0" * 40}, headers=headers)
    assert read_page(answer).name == "left"
    assert "https://weather.example.org" in answer.get_data(as_text=True)
    assert "Clear-Site-Data" not in answer.headers
    assert held(session) == (1, 0)
    assert visitor.get_cookie("draft") is not None
    assert visitor.get_cookie("receipt") is None


@pytest.mark.parametrize("proof", ["token", "fetch", "origin"])
def test_from_our_page_everything_goes(visitor: Browser, session: Session, proof: str) -> None:
    form = read_page(visitor.get("/en/")).one("form", class_="leave")
    data = {c.get("name"): c.get("value") for c in form.iter("input")}
    headers = {"fetch": {"Sec-Fetch-Site": "same-origin"}, "origin": {"Origin": "http://localhost"}}
    if proof != "token":
        data.pop("token")
    answer = visitor.post("/leave", data=data, headers=headers.get(proof, {}))
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert held(session) == (0, 0)
    assert not [name for name in ("draft", "receipt", "visit") if visitor.get_cookie(name)]
