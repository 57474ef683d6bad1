"""A running demonstration: its mailbox, its clock, its door to the outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from grievance import clock, demo
from grievance.accounts.models import StaffSession
from grievance.cases.models import Case
from grievance.cases.queue import Seer, today
from grievance.demo.mark import DemoMismatch
from grievance.demo.models import DemoMark
from grievance.demo.movable import MovableClock
from grievance.notifications.channels import channel_for
from grievance.notifications.drain import Post, drain
from grievance.notifications.messages import invitation, worker_news
from grievance.notifications.outbox import enqueue
from grievance.vault.keyring import KeyRing
from tests.cast import Browser
from tests.conftest import settings_for
from tests.demo.conftest import Place
from tests.pages import read_page


@pytest.fixture
def unmoved(place: Place, served: Flask) -> Iterator[None]:
    """The clock stands right again afterwards."""
    yield
    with place.session() as session:
        session.execute(update(DemoMark).values(offset_seconds=0))
        session.commit()
    served.extensions["movable_clock"].forget()


def send(place: Place) -> None:
    """The worker process sends what waits, as it does every five seconds."""
    ring = KeyRing.load(place.ring, "worker")
    post = channel_for(f"mailbox:{place.data / 'mail'}", "Desk <desk@demo.example>")
    with place.session("worker") as session:
        counts = drain(session, Post(ring.notifier, {"email": post}), clock.now())
    assert counts["dead"] == counts["retry"] == 0


def test_the_mailbox_shows_what_the_worker_wrote(place: Place, visitor: Browser) -> None:
    ring = KeyRing.load(place.ring, "web")
    send(place)
    before = visitor.get("/demo/mail.json").json
    assert before  # the staff was told of the newest case
    assert all(one["to"].endswith(".example") for one in before)
    with place.session() as session:
        letter = worker_news("mai.linh@mail.example", "vi", "http://127.0.0.1:8000")
        row = enqueue(session, ring.notifier_public, letter, clock.now())
        session.commit()
    send(place)
    *_, newest = visitor.get("/demo/mail.json").json
    assert set(newest) == {"to", "subject", "text", "html", "message_id", "at"}
    assert newest["to"] == "mai.linh@mail.example"
    assert newest["subject"] == letter.subject
    assert newest["text"].strip() == letter.body.strip()
    assert str(row) in newest["message_id"]
    assert datetime.fromisoformat(newest["at"]).tzinfo is not None
    listed = read_page(visitor.get("/demo/mail"))
    assert letter.subject in listed.main
    opened = read_page(visitor.get(f"/demo/mail/{row}"))
    assert "http://127.0.0.1:8000/" in opened.main
    assert opened.name == "demo.letter"


def test_a_link_of_a_letter_can_be_followed(place: Place, visitor: Browser) -> None:
    ring, link = KeyRing.load(place.ring, "web"), "http://127.0.0.1:8000/staff/invitation/abc"
    with place.session() as session:
        letter = invitation("new@demo.example", "en", link, clock.now().date())
        row = enqueue(session, ring.notifier_public, letter, clock.now())
        session.commit()
    send(place)
    assert read_page(visitor.get(f"/demo/mail/{row}")).all("a", href=link)


def test_letters_of_cases_long_past_are_not_sent_again(place: Place, visitor: Browser) -> None:
    send(place)
    fresh = visitor.get("/demo/mail.json").json
    assert len(fresh) < 20  # of over eighty: four people for each case of the last day


def test_every_page_says_that_nobody_reads_it(visitor: Browser) -> None:
    for path in ("/demo/mail", "/en/", "/staff/sign-in"):
        page = read_page(visitor.get(path))
        assert "Nobody reads what is filed here" in page.text, path


def test_a_letter_that_is_not_there_is_a_missing_page(visitor: Browser) -> None:
    assert visitor.get(f"/demo/mail/{UUID(int=1)}").status_code == 404


def test_the_clock_moves_deadlines_and_no_session(
    place: Place, visitor: Browser, unmoved: None
) -> None:
    account = place.told["accounts"][0]
    page = read_page(visitor.get("/staff/sign-in"))
    sent = {**page.fields(), "email": account["email"], "password": account["password"]}
    assert visitor.post("/staff/sign-in", data=sent).status_code == 303
    code = next(one for one in place.told["cases"] if one["state"] == "received")["receipt"]
    page = read_page(visitor.get("/en/return"))
    visitor.post("/en/return", data={**page.fields(), "code": code})

    with place.session() as session:
        due = session.scalars(select(Case.next_due).where(Case.main_issue == "housing")).one()
    assert due > clock.now()
    moved = visitor.post("/demo/clock", data={"days": "30"})
    assert moved.status_code == 303
    assert moved.location == "/demo/mail"

    assert clock.now() - clock.real_now() > timedelta(days=29)
    assert due < clock.now()
    assert "30" in read_page(visitor.get("/demo/mail")).main
    assert visitor.get("/staff/account").status_code == 200
    assert visitor.get("/en/case").status_code == 200
    with place.session() as session:
        seen = session.scalars(select(StaffSession.last_seen)).all()
        assert all(one < datetime.now(UTC) + timedelta(minutes=1) for one in seen)
        handler = session.scalars(select(Case.assignee_id).where(Case.state == "accepted")).first()
        assert handler is not None
        assert today(Seer(session, handler, clock.now()))["due"].count > 0


def test_the_clock_answers_who_wants_json_and_adds_up(visitor: Browser, unmoved: None) -> None:
    wants = {"Accept": "application/json"}
    assert visitor.post("/demo/clock", data={"days": "7"}, headers=wants).status_code == 204
    assert visitor.post("/demo/clock", data={"days": "-3"}, headers=wants).status_code == 204
    moved = clock.now() - clock.real_now()
    assert timedelta(days=4, seconds=-1) < moved < timedelta(days=4, seconds=1)


@pytest.mark.parametrize("days", ["", "soon", "1.5", "999999", "9" * 5000])
def test_a_clock_is_not_moved_by_nonsense(visitor: Browser, days: str, unmoved: None) -> None:
    assert visitor.post("/demo/clock", data={"days": days}).status_code == 400
    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)


def test_another_process_follows_within_a_second(place: Place, unmoved: None) -> None:
    worker = MovableClock(lambda: place.session("worker"))
    assert worker() == timedelta()
    with place.session() as session:
        session.execute(update(DemoMark).values(offset_seconds=86_400))
        session.commit()
    assert worker() == timedelta()  # asked again only after a second
    worker.forget()
    assert worker() == timedelta(days=1)


def test_a_demonstration_is_not_served_to_others(place: Place, served: Flask) -> None:
    settings = settings_for(place.server, place.database, place.ring, place.data)
    elsewhere = Flask(__name__)
    elsewhere.config["SETTINGS"] = replace(
        settings, demo=True, public_url="https://help.example.org"
    )
    with pytest.raises(DemoMismatch):
        demo.init_app(elsewhere)
    assert "demo" not in elsewhere.blueprints
