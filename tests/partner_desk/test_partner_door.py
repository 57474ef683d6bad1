"""Who opens a partner's pages, who never does, and where a partner's cookie leads elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.accounts import queries
from grievance.accounts.keys import organisation_key
from grievance.accounts.models import Organisation, Person
from grievance.accounts.operations import invitations, partners
from grievance.accounts.operations.persons import end_membership
from grievance.accounts.roles import Role
from grievance.vault.recovery import fingerprint
from tests.cast import (
    NOW,
    PASSWORD,
    Operator,
    Partner,
    add_partner,
    browser,
    cheap_password,
    found_operator,
    member,
)
from tests.pages import read_page

SOME = {"UUIDConverter": "00000000-0000-4000-8000-000000000000", "IntegerConverter": "1"}


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def partner(session: Session, operator: Operator) -> Partner:
    return add_partner(session, operator, "posse", 2)


def _paths(app: Flask, audience: str) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "audience", None) != audience:
            continue
        values = {
            name: SOME.get(type(converter).__name__, "x")
            for name, converter in rule._converters.items()
        }
        path = rule.build(values, append_unknown=False)[1]
        found += [(method, path) for method in sorted(rule.methods & {"GET", "POST"})]
    return found


def test_a_partners_cookie_opens_no_page_of_staff(
    app: Flask, session: Session, partner: Partner
) -> None:
    client = browser(app, session, partner.people[0])
    paths = _paths(app, "staff")
    assert len(paths) > 60
    before = {one.id: one.event_seq for one in session.query(Organisation)}
    for method, path in paths:
        assert client.open(path, method=method).status_code == 403, f"{method} {path}"
    session.expire_all()
    assert {one.id: one.event_seq for one in session.query(Organisation)} == before


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.ADMINISTRATOR, Role.HANDLER])
def test_staff_open_no_page_of_a_partner(
    app: Flask, session: Session, operator: Operator, partner: Partner, role: Role
) -> None:
    client = browser(app, session, member(session, operator, role))
    paths = _paths(app, "partner")
    assert ("GET", "/partner/") in paths
    for method, path in paths:
        assert client.open(path, method=method).status_code == 403, f"{method} {path}"


def test_strangers_are_led_to_the_one_sign_in_and_back(app: Flask, partner: Partner) -> None:
    for method, path in _paths(app, "partner"):
        answer = app.test_client().open(path, method=method)
        assert answer.status_code == 303
        assert "/staff/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("after", "leads"),
    [
        ("", "/partner/"),
        ("/partner/people", "/partner/people"),
        ("/staff/", "/partner/"),
        ("//evil.example/partner/", "/partner/"),
        ("/partner/\\evil", "/partner/"),
    ],
)
def test_signing_in_leads_a_partner_to_their_pages(
    app: Flask, session: Session, partner: Partner, after: str, leads: str
) -> None:
    client = browser(app, session)
    address = f"/staff/sign-in?next={after}"
    page = read_page(client.get(address))
    typed = {**page.fields(), "email": partner.people[0].address, "password": PASSWORD}
    answer = client.post(address, data=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, leads)


def test_the_first_page_says_who_and_the_account_is_theirs(
    app: Flask, session: Session, partner: Partner
) -> None:
    client = browser(app, session, partner.people[0])
    page = read_page(client.get("/partner/"))
    assert (page.status, page.name) == (200, "partner.start")
    assert "Body posse" in page.main
    assert "Partner 1" in page.main
    account = read_page(client.get("/staff/account"))
    assert account.status == 200
    assert "Partner caseworker" in account.main
    assert "/staff/away" not in account.html
    sent = client.post(
        "/staff/sign-out", data=account.fields(account.one("form", action="/staff/sign-out"))
    )
    assert sent.status_code == 303
    assert client.get("/partner/").status_code == 303


def test_colleagues_see_each_other_and_nobody_else(
    app: Flask, session: Session, operator: Operator, partner: Partner
) -> None:
    add_partner(session, operator, "other-body", 1)
    page = read_page(browser(app, session, partner.people[0]).get("/partner/people"))
    assert "Partner 1" in page.main
    assert "Partner 2" in page.main
    assert operator.director.name not in page.main


def test_removed_with_a_live_session(app: Flask, session: Session, partner: Partner) -> None:
    client = browser(app, session, partner.people[0])
    assert client.get("/partner/").status_code == 200
    end_membership(session, partner.people[0].id, partner.id)
    session.commit()
    assert client.get("/partner/").status_code == 303


def test_the_next_page_of_a_colleague_changes_the_key_of_who_left(
    app: Flask, session: Session, operator: Operator, partner: Partner
) -> None:
    act = replace(operator.director.acting(session, operator.ring), organisation_id=partner.id)
    partners.remove_person(act, partner.people[1].id)
    session.commit()
    client = browser(app, session, partner.people[0])
    for _again in range(2):
        assert client.get("/partner/").status_code == 200
        assert organisation_key(session, partner.id).generation == 2
    session.expire_all()
    assert not session.get_one(Organisation, partner.id).rotation_due


def test_a_colleague_gives_the_key_after_the_six_words(
    app: Flask, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, "posse", 1)
    ring = operator.ring
    act = replace(operator.director.acting(session, ring), organisation_id=partner.id)
    invitee = invitations.Invitee("Three", "three@partner.example", Role.PARTNER_CASEWORKER)
    token = invitations.invite(act, invitee)
    newcomer = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(session, token, newcomer, ring=ring, now=NOW)
    session.commit()
    client = browser(app, session, partner.people[0])
    asked = queries.waiting_requests(session, partner.id)[0]
    path = f"/partner/people/{asked.id}/approve"
    assert path in read_page(client.get("/partner/people")).html
    page = read_page(client.get(path))
    wrong = client.post(path, data={**page.fields(), "words": "a b c d e f"})
    assert wrong.status_code == 422
    words = fingerprint(session.get_one(Person, came.person_id).public)
    assert client.post(path, data={**page.fields(), "words": words}).status_code == 303
    assert queries.waiting_requests(session, partner.id) == []
