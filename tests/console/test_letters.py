"""Letters that were given up are seen and tried again; who signs in reads that mail is down."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from grievance.refusals import SENTENCES
from tests.cast import Operator, browser, found_operator, member
from tests.pages import read_page


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


def given_up(session: Session, kind: str, error: str) -> Outbox:
    row = Outbox(id=uuid4(), kind=kind, channel="email", state="dead", sealed=b"x", error=error)
    row.at, row.next_at = real_now(), real_now() + timedelta(days=14)
    session.add(row)
    session.commit()
    return row


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("danger", "doubt", "it may have arrived"),
        ("worker_news", "smtp-550", "The mail server refused it: 550."),
        ("digest", "timeout", "It could not be sent for 14 days."),
        ("invitation", "restored", "It waited in a backup"),
    ],
)
def test_a_letter_that_was_given_up_is_tried_again(
    app: Flask, session: Session, operator: Operator, kind: str, error: str, said: str
) -> None:
    row = given_up(session, kind, error)
    client = browser(app, session, operator.director)
    page = read_page(client.get("/staff/letters"))
    assert said in page.text
    assert ("to a worker" in page.text) == (kind == "worker_news")
    path = f"/staff/letters/{row.id}/retry"
    form = page.one("form", action=path)
    assert client.post(path, data=page.fields(form)).status_code == 303
    again = client.post(path, data=page.fields(form))
    assert again.status_code == 409
    assert SENTENCES["decided"] in read_page(again).text, "why nothing happened this time"
    session.refresh(row)
    assert (row.state, row.attempts, row.doubts) == ("pending", 0, 0)
    (event,) = session.scalars(select(Event).where(Event.verb == "letter_retried"))
    assert event.codes["letter"] == str(row.id)
    assert "No letter was given up." in read_page(client.get("/staff/letters")).text


def test_a_handler_tries_none_again(app: Flask, session: Session, operator: Operator) -> None:
    row = given_up(session, "danger", "doubt")
    client = browser(app, session, member(session, operator, Role.HANDLER))
    assert client.get("/staff/letters").status_code == 403
    assert client.post(f"/staff/letters/{row.id}/retry").status_code == 403
    session.refresh(row)
    assert row.state == "dead"


def test_everybody_who_signs_in_reads_that_mail_is_down(
    app: Flask, session: Session, operator: Operator
) -> None:
    """Nobody looks for letters here: no drain has run."""
    for role in (Role.HANDLER, Role.LEAD, Role.ADMINISTRATOR):
        page = read_page(browser(app, session, member(session, operator, role)).get("/staff/"))
        assert page.one("div", data_mail="down")
