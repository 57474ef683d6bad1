"""What came over a reply link is vouched for, and what is changed of it later is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from grievance.accounts import verifying
from grievance.cases.operations import bodies
from grievance.cases.operations import linking as verbs
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.referrals.operations.linking import NewLink
from grievance.vault.receipts import reply_pair
from tests.cases.conftest import Door, World
from tests.cast import NOW

TAMPERINGS = {
    "UPDATE body_wrote SET shown = true": "body_wrote/",
    "UPDATE body_wrote SET read_at = NULL, shown = NULL": "body_wrote/",
    "DELETE FROM body_wrote": "body_wrote/",
    "UPDATE referral_answer SET kind = 'accepted'": "referral_answer/",
    "UPDATE reply_link SET closed_at = NULL, closed_by = NULL": "reply_link/",
    "UPDATE reply_link SET ends_at = ends_at + interval '1 year'": "reply_link/",
    "UPDATE reply_link SET public = 'x'::bytea": "reply_link/",
}


@pytest.fixture
def after(world: World) -> World:
    """A body was let in, said no, was read, and the link was closed."""
    world.bring_to("accepted")
    world.hand_over("delivered")
    packet_pair = reply_pair(b"root", "token", world.site.ring.pepper(1))
    new = NewLink("token", packet_pair, 1, NOW)
    link = verbs.make_link(world.act(), About(world.referral, new))
    world.door = Door(link, "token", "", packet_pair.private)
    bodies.come_in(world.over_link(), world.referral)
    bodies.write(world.over_link(), world.wrote("declined", "Not ours"))
    verbs.read_reply(world.act(), About(world.referral, Shown(words=False)))
    verbs.close_link(world.act(), About(world.referral, None))
    world.session.commit()
    return world


def wrong(world: World) -> list[str]:
    ring = world.site.ring
    report = verifying.verify(world.session, ring.anchor_public, None, ring.event_key)
    return [one["what"] for one in report.wrong if one["stream"] == str(world.case.id)]


def test_nothing_is_wrong_with_a_link_that_was_used(after: World):
    assert wrong(after) == []


@pytest.mark.parametrize(("tampering", "what"), TAMPERINGS.items())
def test_what_is_changed_of_it_is_found(after: World, tampering: str, what: str):
    after.session.execute(text(tampering))
    after.session.expire_all()
    assert [one for one in wrong(after) if one.startswith(what)]


def test_tries_and_visits_are_no_acts(after: World):
    for statement in ("UPDATE reply_link SET wrong = 3", "DELETE FROM reply_session"):
        after.session.execute(text(statement))
    after.session.expire_all()
    assert wrong(after) == []
