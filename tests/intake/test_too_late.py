"""A page stood open while the report went on: what was written on it is shown to be copied, never
dropped; and that somebody is not safe counts even then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.cases.models import Feedback, Message
from grievance.cases.operations import aftercare
from grievance.cases.operations.aftercare import CheckIn
from tests.cases.conftest import words
from tests.cast import Browser
from tests.intake.remedy_kit import Way, read, state, visit, way
from tests.pages import Page, read_page

DAY = timedelta(days=1)
SAID = "They came to my room again. ကျွန်မ ကြောက်တယ်။"
WELL = {"safe": "yes", "reprisal": "no", "stayed": "all"}


@pytest.fixture
def watched(app: Flask, session: Session) -> Way:
    """What was promised came, a month ago."""
    return way(app, session, alone=True, at=clock.now() - 33 * DAY).promise().arrive()


@pytest.fixture
def worker(app: Flask, watched: Way) -> Browser:
    """The worker's browser."""
    return visit(app, watched.session, watched.filed.code)


def send(worker: Browser, path: str, page: Page, **more: str) -> Page:
    """Send what stood on a page that was opened before."""
    typed = {**page.fields(), **more}
    return read_page(worker.post(f"/en/case{path}", data=typed, follow_redirects=True))


def is_shown(page: Page) -> None:
    assert page.name == "texts"
    assert SAID in [one.text for one in page.all("textarea")]


def kept(session: Session) -> int:
    """How often the worker spoke of the remedy or the end, or wrote."""
    mine = select(func.count()).select_from(Message).where(Message.author == "worker")
    return (session.scalar(select(func.count()).select_from(Feedback)) or 0) + (
        session.scalar(mine) or 0
    )


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/close", {"rating": "5", "reprisal": "no"}),
        ("/remedy", {"reprisal": "no"}),
        ("/message", {}),
    ],
)
def test_what_was_written_while_the_report_was_closed_is_shown(
    watched: Way, worker: Browser, path: str, more: dict[str, str]
) -> None:
    page = read(worker, "" if path == "/message" else path)
    watched.record_sign_off("Yes").close()
    before = kept(watched.session)
    is_shown(send(worker, path, page, message=SAID, **more))
    assert kept(watched.session) == before
    assert state(read(worker)) == "closed"


def test_what_was_written_to_open_again_what_is_open_is_shown(
    watched: Way, worker: Browser
) -> None:
    watched.record_sign_off("Yes").close()
    page = read(worker, "/reopen")
    assert send(worker, "/reopen", page, message="It stopped.").name == "case"
    is_shown(send(worker, "/reopen", page, message=SAID))
    twice = send(worker, "/reopen", page, message="It stopped.")
    assert (twice.name, state(twice)) == ("case", "in_review")


def test_that_somebody_is_not_safe_counts_after_they_said_that_they_are(
    watched: Way, worker: Browser
) -> None:
    watched.record_sign_off("Yes").close()
    page = read(worker, "/after")
    assert send(worker, "/after", page, **WELL).name == "case"
    assert state(read(worker)) == "closed"
    worse = {**WELL, "safe": "no", "message": SAID}
    for _time in range(2):
        assert send(worker, "/after", page, **worse).name == "case"
    assert state(read(worker)) == "in_review"
    watched.session.expire_all()
    assert watched.case.danger
    spoke = select(Feedback.safe).where(Feedback.kind == "check_in").order_by(Feedback.at)
    assert sorted(watched.session.scalars(spoke)) == ["no", "yes"]


def test_what_was_written_after_the_watch_was_over_is_shown(watched: Way, worker: Browser) -> None:
    watched.record_sign_off("Yes").close()
    page = read(worker, "/after")
    act = watched.filed.act(watched.session, watched.site, clock.now())
    aftercare.check_in(act, CheckIn("yes", False, words(""), "all", again=False))
    watched.session.commit()
    is_shown(send(worker, "/after", page, **WELL, message=SAID))
    assert worker.get("/en/case/after").status_code == 303
