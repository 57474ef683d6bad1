"""The console's page of partners: adding one, its people, closing it, hearing the six words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import verifying
from grievance.accounts.keys import holders, organisation_key
from grievance.accounts.models import (
    Event,
    Invitation,
    Membership,
    Organisation,
    Person,
)
from grievance.accounts.operations import invitations, partners
from grievance.accounts.partners import recipient_of
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.directory import facts
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from grievance.vault.recovery import fingerprint
from tests.cast import (
    Browser,
    Operator,
    Partner,
    add_partner,
    browser,
    found_operator,
    member,
)
from tests.pages import Page, read_page

pytestmark = pytest.mark.usefixtures("loaded")
BODY = "posse"


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


def body(client: Browser) -> str:
    """Some body that can be added."""
    page = read_page(client.get("/staff/partners"))
    values = [one.get("value") or "" for one in page.one("select", name="body").iter("option")]
    return next(value for value in values if value)


def added(client: Browser) -> tuple[str, UUID]:
    chosen = body(client)
    answer = send(
        client, "/staff/partners", body=chosen, name="Hidamari office", vetted_by="called"
    )
    assert answer.status_code == 303, read_page(answer).main
    path = answer.headers["Location"]
    return chosen, UUID(path.rpartition("/")[2])


def verbs(session: Session, partner: UUID) -> list[str]:
    wanted = select(Event.verb).where(Event.stream_id == partner).order_by(Event.seq)
    return list(session.scalars(wanted))


def test_adding_asks_how_the_address_was_checked_and_keeps_by_whom(
    client: Browser, session: Session
) -> None:
    chosen = body(client)
    missing = read_page(send(client, "/staff/partners", body=chosen))
    assert (missing.status, set(missing.errors)) == (422, {"name", "vetted_by"})
    chosen, partner = added(client)
    assert verbs(session, partner) == ["partner_added"]
    page = read_page(client.get(f"/staff/partners/{partner}"))
    assert "By telephone" in page.main
    assert "Sudo Keiko" in page.main
    assert "nobody has joined yet" in page.main
    assert chosen not in {
        one.get("value") for one in read_page(client.get("/staff/partners")).root.iter("option")
    }
    again = client.post(
        "/staff/partners",
        data={
            **read_page(client.get("/staff/partners")).fields(),
            "body": chosen,
            "name": "Another one",
            "vetted_by": "called",
        },
    )
    assert again.status_code == 422
    assert len(session.scalars(select(Organisation)).all()) == 2


def test_a_company_is_no_such_partner(client: Browser) -> None:
    page = read_page(client.get("/staff/partners"))
    offered = {one.get("value") for one in page.one("select", name="body").iter("option")}
    kinds = {name: one.kind for name, one in facts.shipped().mechanisms.items()}
    assert "company" in kinds.values()
    assert not {kinds[name] for name in offered if name} & {"company"}


def test_inviting_sends_a_letter_and_can_be_taken_back(client: Browser, session: Session) -> None:
    _, partner = added(client)
    path = f"/staff/partners/{partner}"
    bad = read_page(send(client, path, name="", email="nobody"))
    assert (bad.status, set(bad.errors)) == (422, {"name", "email"})
    sent = read_page(send(client, path, name="Ito Mai", email="mai@body.example"))
    assert sent.status == 200
    assert "Ito Mai" in sent.main
    assert [one.kind for one in session.scalars(select(Outbox))].count("invitation") == 1
    taken = read_page(send(client, path, name="Ito Mai", email="director@example.org"))
    assert "Somebody here has this address already" in taken.main
    (link,) = session.scalars(select(Invitation).where(Invitation.organisation_id == partner))
    assert link.role == Role.PARTNER_CASEWORKER
    assert send(client, f"{path}/links/{link.id}").status_code == 303
    assert session.scalars(select(Invitation.id).where(Invitation.id == link.id)).all() == []
    assert verbs(session, partner) == ["partner_added", "invited", "invitation_revoked"]


def test_a_link_of_another_organisation_is_not_taken_back_here(
    client: Browser, session: Session, operator: Operator
) -> None:
    _, partner = added(client)
    other = add_partner(session, operator, "other-body", 1)
    send(client, f"/staff/partners/{partner}", name="Ito Mai", email="mai@body.example")
    (link,) = session.scalars(select(Invitation).where(Invitation.organisation_id == partner))
    assert client.get(f"/staff/partners/{other.id}/links/{link.id}").status_code == 404
    person = other.people[0].id
    for act in ("reset", "remove"):
        assert client.get(f"/staff/partners/{partner}/{person}/{act}").status_code == 404
    assert client.get(f"/staff/partners/{operator.id}").status_code == 404


def test_who_is_taken_out_is_out_at_the_next_request(
    app: Flask, client: Browser, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, BODY, 2)
    gone = browser(app, session, partner.people[0])
    assert gone.get("/partner/people").status_code == 200
    path = f"/staff/partners/{partner.id}/{partner.people[0].id}/remove"
    assert send(client, path).status_code == 303
    assert gone.get("/partner/people").status_code == 303
    assert holders(session, partner.id) == [partner.people[1].id]
    assert client.get(path).status_code == 404


def test_closing_ends_everybody_and_opening_again_gives_nothing_back(
    app: Flask, client: Browser, session: Session, operator: Operator
) -> None:
    chosen = body(client)
    partner = add_partner(session, operator, chosen, 2)
    ring = operator.ring
    there = browser(app, session, partner.people[1])
    assert recipient_of(session, ring, chosen) is not None
    assert send(client, f"/staff/partners/{partner.id}/close").status_code == 303
    assert there.get("/partner/").status_code == 303
    assert recipient_of(session, ring, chosen) is None
    assert holders(session, partner.id) == []
    assert "closed" in read_page(client.get("/staff/partners")).main
    twice = client.post(
        f"/staff/partners/{partner.id}/close",
        data=read_page(client.get(f"/staff/partners/{partner.id}/close")).fields(),
    )
    assert "was closed" in read_page(twice).main
    answer = send(client, "/staff/partners", body=chosen, name="Again", vetted_by="website")
    assert answer.headers["Location"] == f"/staff/partners/{partner.id}"
    assert recipient_of(session, ring, chosen) is None
    assert verbs(session, partner.id)[-2:] == ["partner_closed", "partner_added"]
    session.expire_all()
    assert verifying.verify(session, event_key=ring.event_key).broken == []


def _words(session: Session, partner: Partner) -> str:
    key = organisation_key(session, partner.id)
    assert key is not None
    return fingerprint(key.public)


def test_who_works_on_cases_hears_the_words_and_nobody_else(
    app: Flask, client: Browser, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, BODY, 1, confirmed=False)
    path = f"/staff/keys/partners/{partner.id}"
    assert client.get(path).status_code == 403  # the administrator
    theirs = read_page(browser(app, session, partner.people[0]).get("/partner/people"))
    assert _words(session, partner) in theirs.main
    handler = browser(app, session, member(session, operator))
    assert path in read_page(handler.get("/staff/keys")).html
    assert "whose six words nobody has heard" in read_page(handler.get("/staff/")).main
    wrong = read_page(send(handler, path, words="one two three four five six"))
    assert (wrong.status, set(wrong.errors)) == (422, {"words"})
    assert send(handler, path, words=_words(session, partner)).status_code == 303
    assert recipient_of(session, operator.ring, BODY) is not None
    assert handler.get(path).status_code == 404


def test_from_the_letter_to_the_confirmed_key(
    app: Flask, client: Browser, session: Session, operator: Operator
) -> None:
    """The first makes the key and the operator's people are told; the second waits, and the first
    is told."""
    chosen, partner = added(client)
    member(session, operator)
    who = session.scalars(
        select(Person.id).join(Membership).where(Membership.role == Role.ADMINISTRATOR)
    ).one()
    act = operator.director.acting(session, operator.ring, real_now())
    act = replace(act, organisation_id=partner, by=replace(act.by, person_id=who))
    for name in ("Ito Mai", "Ota Ken"):
        address = f"{name.split()[0].lower()}@body.example"
        invitee = invitations.Invitee(name, address, Role.PARTNER_CASEWORKER)
        token = invitations.invite(act, invitee)
        session.commit()
        came = browser(app, session)
        page = read_page(came.get(f"/staff/invitation/{token}"))
        assert page.status == 200
        secret = page.fields()["offered"]
        path = f"/staff/invitation/{token}"
        sent = {**page.fields(), "password": secret, "again": secret, "language": "en"}
        answer = came.post(path, data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/partner/")
        start = read_page(came.get("/partner/"))
        told = "six words" if name == "Ito Mai" else "do not hold the key"
        assert told in start.main
        assert read_page(came.get("/partner/people")).status == 200
    kinds = [one.kind for one in session.scalars(select(Outbox))]
    assert kinds.count("partner_key") == 2  # the director and the handler
    assert kinds.count("partner_waits") == 1
    assert "key_request" not in kinds
    assert recipient_of(session, operator.ring, chosen) is None


@pytest.mark.parametrize("role", [Role.HANDLER, Role.LEAD, Role.DIRECTORY_EDITOR])
def test_others_do_not_manage_partners(
    app: Flask, session: Session, operator: Operator, role: Role
) -> None:
    who = browser(app, session, member(session, operator, role))
    assert who.get("/staff/partners").status_code == 403
    page: Page = read_page(who.get("/staff/account"))
    assert "/staff/partners" not in page.html


NO_BODY = {
    "ngo-local-generic", "sending-country-generic", "ncp-generic", "nhri-generic",
    "event-code-template", "cert-scheme-template", "un-treaty-note", "event-code-expo2025",
    "local-labour-authority",
}  # fmt: skip


def test_an_entry_that_is_no_body_cannot_have_an_account(
    client: Browser, session: Session, operator: Operator
) -> None:
    page = read_page(client.get("/staff/partners"))
    offered = {one.get("value") for one in page.one("select", name="body").iter("option")}
    assert {"jp-lsio", "ngo-smj", "jp-esd-org"} <= offered
    none = NO_BODY
    assert not none & offered
    assert none <= set(facts.shipped().mechanisms)
    act = operator.director.acting(session, operator.ring)
    for one in sorted(none):
        answers = facts.shipped().mechanisms[one].can_answer
        with pytest.raises(Refused, match="no_body"):
            partners.add(act, partners.NewPartner(one, "A local group", "called", answers))
