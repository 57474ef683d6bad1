"""The console's pages of companies: the two checks, inviting somebody, hearing their six words."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import verifying
from grievance.accounts.companies import Company, Respondent
from grievance.accounts.models import Person
from grievance.accounts.roles import Role
from grievance.directory.queries import desk_of
from grievance.vault.recovery import fingerprint
from tests.cast import (
    COMPANY_NUMBER,
    Browser,
    Firm,
    Operator,
    add_company,
    browser,
    found_operator,
    member,
)
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")
PATH = "/staff/partners/company"
TOLD = {
    "name": "青空食品株式会社",
    "number": "7-0000-1205-0002",
    "number_by": "published",
    "template": "company-hotline-template",
    "brands": "Aozora, あおぞら",
    "spoken_with": "Mr Sato, head of HR, 03-0000-0000 from their page",
    "spoken_by": "called",
}


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def client(app: Flask, session: Session, operator: Operator) -> Browser:
    """The administrator's browser: who manages people, and holds no key."""
    return browser(app, session, member(session, operator, Role.ADMINISTRATOR, "Sudo Keiko"))


def send(client: Browser, path: str, **typed: str) -> Any:
    """Fill the page's main form and send it."""
    page = read_page(client.get(path))
    assert page.status == 200, page.main
    return client.post(path, data={**page.fields(), **typed})


def test_number_and_contact_are_asked_and_kept_with_by_whom(
    app: Flask, client: Browser, session: Session
) -> None:
    missing = read_page(send(client, PATH, name="Aozora"))
    assert missing.status == 422
    assert {"number", "number_by", "template", "spoken_with", "spoken_by"} == set(missing.errors)
    wrong = read_page(send(client, PATH, **{**TOLD, "number": "7000012050003"}))
    assert (wrong.status, set(wrong.errors)) == (422, {"number"})
    answer = send(client, PATH, **TOLD)
    assert answer.status_code == 303, read_page(answer).main
    page = read_page(client.get(answer.headers["Location"]))
    for told in (COMPANY_NUMBER, "Mr Sato, head of HR", "Sudo Keiko", "nobody has joined yet"):
        assert told in page.main
    assert desk_of(session, COMPANY_NUMBER) == f"company-{COMPANY_NUMBER}"
    again = read_page(send(client, PATH, **TOLD))
    assert (again.status, set(again.errors)) == (422, {"number"})
    assert len(session.scalars(select(Company)).all()) == 1
    ring = app.config["KEY_RING"]
    assert verifying.verify(session, event_key=ring.event_key).broken == []  # the directory, too


def test_an_invitation_asks_what_they_do_and_must_never_read(
    client: Browser, session: Session
) -> None:
    where = send(client, PATH, **TOLD).headers["Location"]
    bare = {"name": "Sato", "email": "sato@company.example"}
    missing = read_page(send(client, where, **bare))
    assert (missing.status, set(missing.errors)) == (422, {"task", "never"})
    sent = send(client, where, **bare, task="Head of HR", never="Plant 2, which her brother leads")
    assert sent.status_code == 200
    (seat,) = session.scalars(select(Respondent))
    assert (seat.task, seat.never) == ("Head of HR", "Plant 2, which her brother leads")


@pytest.fixture
def firm(session: Session, operator: Operator) -> Firm:
    """A company with two people whose words nobody has heard."""
    found = add_company(session, operator, "company-hotline-template", 2, heard=False)
    session.commit()
    return found


def test_a_handler_hears_the_words_of_each(
    app: Flask, session: Session, operator: Operator, firm: Firm
) -> None:
    client = browser(app, session, member(session, operator, name="Endo Mio"))
    first, second = firm.people
    page = read_page(client.get("/staff/keys"))
    assert first.name in page.main
    path = f"/staff/keys/respondents/{first.id}"
    words = fingerprint(session.get_one(Person, second.id).public)
    assert read_page(send(client, path, words=words)).status == 422
    words = fingerprint(session.get_one(Person, first.id).public)
    assert send(client, path, words=words).status_code == 303
    assert client.get(path).status_code == 404
    page = read_page(client.get("/staff/keys"))
    assert second.name in page.main
    assert first.name not in page.main


def test_an_administrator_hears_nobody(client: Browser, firm: Firm) -> None:
    assert client.get(f"/staff/keys/respondents/{firm.people[0].id}").status_code == 403
    page = read_page(client.get(f"/staff/partners/{firm.id}"))
    for told in ("Task 1", "Plant 2"):
        assert told in page.main


def test_their_own_pages_say_what_waits_and_give_no_key(
    app: Flask, session: Session, firm: Firm
) -> None:
    first, second = firm.people
    client = browser(app, session, first)
    assert "Nobody has heard your six words yet" in read_page(client.get("/partner/")).main
    page = read_page(client.get("/partner/people"))
    assert fingerprint(session.get_one(Person, first.id).public) in page.main
    assert fingerprint(session.get_one(Person, second.id).public) not in page.main
    assert "Make a new key" not in page.main
    assert client.get("/partner/people/begin").status_code == 404
    account = read_page(client.get("/staff/account"))
    assert "somebody of the operator calls you" in account.main
