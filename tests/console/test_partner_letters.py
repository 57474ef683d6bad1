"""What partners' people and the operator's are told by letter about a partner's accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.keys import holders
from grievance.accounts.operations import invitations, letters, partners
from grievance.accounts.operations.partner_letters import Post
from grievance.clock import real_now
from grievance.notifications import messages
from grievance.notifications.models import Outbox
from tests.cast import (
    NOW,
    Browser,
    Operator,
    Partner,
    Staff,
    add_partner,
    browser,
    cheap_password,
)
from tests.console.test_partners import client, operator, send
from tests.pages import read_page

__all__ = ["client", "operator"]
pytestmark = pytest.mark.usefixtures("loaded")
BODY, SITE = "ngo-smj", "http://localhost"


def kinds(session: Session) -> Counter[str]:
    """How many letters of each kind wait, but for invitations."""
    found = Counter(one.kind for one in session.scalars(select(Outbox)))
    del found["invitation"]
    return found


def link_for(operator: Operator, session: Session, partner: Partner, person: UUID) -> str:
    act = operator.director.acting(session, operator.ring, real_now())
    return invitations.offer_reset(replace(act, organisation_id=partner.id), person)


@pytest.mark.parametrize(
    ("people", "told"),
    [(1, {"partner_key": 1, "partner_reset": 1}), (2, {"partner_waits": 1, "partner_reset": 1})],
)
def test_whose_password_was_set_anew_is_told_whoever_gives_the_key(
    app: Flask, session: Session, operator: Operator, people: int, told: dict[str, int]
) -> None:
    partner = add_partner(session, operator, BODY, people)
    token = link_for(operator, session, partner, partner.people[-1].id)
    session.commit()
    came, path = browser(app, session), f"/staff/invitation/{token}"
    page = read_page(came.get(path))
    secret = page.fields()["offered"]
    answer = came.post(path, data={**page.fields(), "password": secret, "again": secret})
    assert answer.status_code == 303, read_page(answer).main
    assert kinds(session) == told


def test_who_is_out_because_the_partner_was_closed_is_told(
    client: Browser, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, BODY, 2)
    assert send(client, f"/staff/partners/{partner.id}/close").status_code == 303
    assert kinds(session) == {"partner_closed": 2}


def test_who_is_taken_out_reads_of_their_organisation_and_not_of_the_desk(
    client: Browser, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, BODY, 2)
    path = f"/staff/partners/{partner.id}/{partner.people[0].id}/remove"
    assert send(client, path).status_code == 303
    assert kinds(session) == {"partner_removed": 1, "partner_left": 1}  # the director's


def waiting(session: Session, operator: Operator, partner: Partner) -> Staff:
    """The second of a partner, who waits for the key since a new password."""
    token = link_for(operator, session, partner, partner.people[1].id)
    newcomer = invitations.Newcomer(cheap_password(operator.ring), "en")
    came = invitations.accept(session, token, newcomer, ring=operator.ring, now=real_now())
    return replace(partner.people[1], private=came.private)


def test_a_key_begun_anew_is_told_to_who_has_to_hear_its_words(
    app: Flask, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, BODY, 2)
    anew = waiting(session, operator, partner)
    act = operator.director.acting(session, operator.ring)
    partners.remove_person(replace(act, organisation_id=partner.id), partner.people[0].id)
    assert holders(session, partner.id) == []
    there = browser(app, session, anew)
    assert send(there, "/partner/people/begin").status_code == 303
    assert holders(session, partner.id) == [anew.id]
    assert kinds(session) == {"partner_key": 1}


def test_who_is_refused_the_key_by_a_colleague_is_told(
    app: Flask, session: Session, operator: Operator
) -> None:
    partner = add_partner(session, operator, BODY, 2)
    waiting(session, operator, partner)
    there = browser(app, session, partner.people[0])
    page = read_page(there.get("/partner/people"))
    (path,) = {
        one.get("href")
        for one in page.root.iter("a")
        if (one.get("href") or "").endswith("/refuse")
    }
    assert send(there, path).status_code == 303
    assert kinds(session) == {"partner_removed": 1, "partner_left": 1}


def test_letters_to_a_partners_person_name_nobody_they_do_not_have() -> None:
    told = [
        *(
            messages.factor("x@y.example", "en", SITE, what, partner=True)
            for what in ("set", "removed", "codes_made", "code_used", "wrong")
        ),
        messages.partner_reset("x@y.example", "en", SITE),
        messages.partner_removed("x@y.example", "en", SITE, "Sample Union"),
        messages.partner_closed("x@y.example", "en", SITE, "Sample Union"),
    ]
    for one in told:
        assert "director" not in one.body
        assert "case desk" not in one.subject + one.body


def test_a_second_step_is_told_in_the_words_of_who_it_is_for(
    session: Session, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner, said = add_partner(session, operator, BODY, 1), []
    real = messages.factor

    def factor(*given: object, partner: bool) -> messages.Message:
        said.append(partner)
        return real(*given, partner=partner)

    monkeypatch.setattr(messages, "factor", factor)
    for who in (partner.people[0], operator.director):
        letters.tell_of_factor(session, who.id, "wrong", Post(operator.ring, SITE, NOW))
    assert said == [True, False]
