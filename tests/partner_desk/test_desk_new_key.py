"""The desk of a body whose key is gone: its pages stand, nothing opens, and what is still agreed
comes back after six words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grievance.accounts.keys import organisation_key
from grievance.accounts.operations import invitations, partners
from grievance.referrals.operations import recalling
from grievance.vault.recovery import fingerprint
from tests.cast import NOW, browser, cheap_password
from tests.pages import read_page
from tests.partner_desk.conftest import Theirs, body, world

__all__ = ["body", "world"]
pytestmark = pytest.mark.usefixtures("loaded")


def test_a_new_key_reads_nothing_before_its_words_were_heard_and_then_all_of_it(
    body: Theirs,
) -> None:
    world, session = body.world, body.world.session
    ring, partner = world.operator.ring, world.partner
    assert body.get().status == 200
    act = replace(world.operator.director.acting(session, ring), organisation_id=partner.id)
    partners.remove_person(act, partner.people[1].id)
    token = invitations.offer_reset(act, partner.people[0].id)
    newcomer = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(session, token, newcomer, ring=ring, now=NOW)
    session.commit()
    anew = replace(partner.people[0], private=came.private)
    body.browsers[0] = browser(body.app, session, anew)
    assert "six words" in read_page(body.by().get("/partner/people")).main
    assert body.board().status == 200
    assert body.get().status == 404
    handler = browser(body.app, session, world.handler)
    assert handler.get("/staff/").status_code == 200
    assert body.get().status == 404
    key = organisation_key(session, partner.id)
    partners.confirm_key(world.handler.acting(session, ring), partner.id, fingerprint(key.public))
    session.commit()
    assert handler.get("/staff/").status_code == 200  # the handler's request gives it again
    assert body.get().status == 200
    assert body.board().status == 200


def test_a_closed_body_is_out_and_the_operators_page_of_it_stands(body: Theirs) -> None:
    world, session = body.world, body.world.session
    act = world.operator.director.acting(session, world.operator.ring)
    assert body.get().status == 200
    recalling.drop_all_of(session, world.partner.id)
    partners.close(replace(act, organisation_id=world.partner.id))
    session.commit()
    assert body.by().get(body.path).status_code == 303
    handler = browser(body.app, session, world.handler)
    path = f"/staff/cases/{world.case.reference}"
    assert read_page(handler.get(path)).status == 200
    assert read_page(handler.get(f"{path}/referrals/{world.referral.id}")).status == 200
