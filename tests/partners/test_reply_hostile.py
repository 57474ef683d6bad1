"""Whoever has no right to a packet, or no right any more, gets nothing over a reply link."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from grievance.cases.act import JobAct
from grievance.cases.models import Case
from grievance.cases.operations import consenting, referring, replaying, replying, shredding
from grievance.cases.operations import linking as verbs
from grievance.cases.operations.referring import About
from grievance.clock import now, real_now
from grievance.referrals.links import BodyWrote, ReplyLink, ReplySession
from grievance.referrals.models import Consent, PacketGrant, ReferralAnswer
from grievance.referrals.operations import linking
from grievance.vault.receipts import draw_reply_code
from grievance.vault.sessions import new_secret
from tests.cast import browser
from tests.hostile.meanwhile import acting_as, meanwhile
from tests.pages import read_page
from tests.partners.conftest import Body

STORY = "二か月、給料がありません。"
ENDS = {
    "the worker recalls it": lambda w: consenting.recall(w.own(), "jp-lsio"),
    "the worker withdraws": lambda w: replying.withdraw(w.own()),
    "staff recall it": lambda w: referring.recall_for_worker(
        w.act(), About(w.referral, "By telephone")
    ),
    "staff close the link": lambda w: verbs.close_link(w.act(), About(w.referral, None)),
    "the consent ends": lambda w: w.session.execute(
        update(Consent.__table__).values(ends_on=now().date() - timedelta(days=2))
    ),
    "its time is over": lambda w: w.session.execute(
        update(ReplyLink.__table__).values(ends_at=real_now() - timedelta(seconds=1))
    ),
    "nothing happens for long": lambda w: w.session.execute(
        update(ReplySession.__table__).values(seen_at=real_now() - timedelta(minutes=21))
    ),
    "the visit lasts too long": lambda w: w.session.execute(
        update(ReplySession.__table__).values(began_at=real_now() - timedelta(hours=2))
    ),
}


def words_of(body: Body) -> list[ReferralAnswer]:
    return list(body.world.session.scalars(select(ReferralAnswer)))


@pytest.mark.parametrize("how", ENDS)
def test_an_open_visit_reads_and_says_nothing_from_that_moment(body: Body, how: str):
    page = body.come_in()
    ENDS[how](body.world)
    body.world.session.commit()
    for path in ("", "/paper.pdf", f"/copies/{uuid4()}"):
        answer = body.client.get(f"{body.path}{path}")
        assert STORY not in answer.get_data(as_text=True)
        assert answer.status_code == 404 or read_page(answer).name == "reply.door"
    sent = {**page.fields(), "kind": "accepted", "words": "Words that I wrote for long"}
    answer = body.client.post(f"{body.path}/answer", data=sent)
    assert STORY not in answer.get_data(as_text=True)
    assert "Words that I wrote for long" in answer.get_data(as_text=True)  # to be copied
    assert words_of(body) == []


@pytest.mark.parametrize("how", list(ENDS)[:4])
def test_with_the_end_the_key_goes(body: Body, how: str):
    body.come_in()
    ENDS[how](body.world)
    body.world.session.flush()
    mine = select(PacketGrant).where(PacketGrant.holder_kind == "link")
    assert body.world.session.scalars(mine).all() == []
    assert body.world.session.scalars(select(ReplySession)).all() == []


def test_the_key_of_a_link_whose_time_is_over_is_dropped(body: Body):
    session = body.world.session
    ENDS["its time is over"](body.world)
    linking.drop_keys(session, real_now())
    assert session.scalars(select(PacketGrant).where(PacketGrant.holder_kind == "link")).all() == []
    ours = select(PacketGrant).where(PacketGrant.holder_kind.in_(("organisation", "receipt")))
    assert len(session.scalars(ours).all()) == 2


@pytest.mark.parametrize("how", list(ENDS)[:6])
def test_what_ended_while_the_code_was_hashed_opens_nothing(body: Body, how: str):
    page = body.get()
    with meanwhile(body.app, lambda _session: ENDS[how](body.world)):
        answer = body.client.post(body.path, data={**page.fields(), "code": body.door.code})
    assert answer.status_code == 404
    assert body.events("body_opened") == []


def test_all_links_that_open_nothing_look_alike(body: Body):
    strange = browser(body.app, body.world.session)
    fresh = {"code": body.door.code, "token": "x"}
    unknown = strange.get(f"/reply/{new_secret()}?lang=en")
    assert unknown.status_code == 404
    posted = strange.post(f"/reply/{new_secret()}?lang=en", data=fresh)
    assert read_page(posted).main == read_page(unknown).main
    for how in ("its time is over", "staff close the link"):
        ENDS[how](body.world)
        body.world.session.commit()
        closed = body.client.get(f"{body.path}?lang=en")
        assert (closed.status_code, read_page(closed).main) == (404, read_page(unknown).main)


def test_the_visit_over_one_link_opens_no_other(body: Body):
    world = body.world
    body.come_in()
    world.hand_over("delivered", "jp-ncp")
    other = replace(body, door=world.open_door())
    world.session.commit()
    page = other.get()
    assert page.name == "reply.door"
    assert STORY not in page.text
    assert other.client.get(f"{other.path}/paper.pdf").status_code == 404
    sent = {**body.get().fields(), "kind": "accepted"}
    assert other.client.post(f"{other.path}/answer", data=sent).status_code in (303, 404)
    assert words_of(body) == []
    assert other.type(body.door.code).status_code == 422  # nor does the other's code


def test_the_code_of_another_link_opens_nothing_with_its_grant_put_there(body: Body):
    """Rows swapped in the database: the box is bound to its holder."""
    world, session = body.world, body.world.session
    world.hand_over("delivered", "jp-ncp")
    mine = world.open_door()
    grants = {
        one.holder_id: one
        for one in session.scalars(select(PacketGrant).where(PacketGrant.holder_kind == "link"))
    }
    grants[mine.link.id].box = grants[body.door.link.id].box
    session.commit()
    attacker = replace(body, door=mine)
    attacker.app.testing = False
    try:
        answer = attacker.type(mine.code)
    finally:
        attacker.app.testing = True
    assert STORY not in answer.get_data(as_text=True)
    assert answer.status_code in (404, 500)


def test_a_copy_of_another_packet_is_not_there(body: Body):
    body.come_in()
    assert body.client.get(f"{body.path}/copies/{uuid4()}").status_code == 404


def test_nothing_is_said_without_the_token_of_this_visit(body: Body):
    page = body.come_in()
    stranger = browser(body.app, body.world.session)
    known = read_page(stranger.get(f"{body.path}?lang=en")).fields()["token"]
    sent = {**page.fields(), "token": known, "kind": "declined", "words": "No"}
    assert body.client.post(f"{body.path}/answer", data=sent).status_code == 422
    assert words_of(body) == []
    assert body.client.post(f"{body.path}/leave", data={"token": known}).status_code == 303
    assert body.get().name == "reply.paper"


def test_a_post_from_an_ended_visit_is_not_replayed(body: Body):
    page = body.come_in()
    leave = page.fields(page.all("form")[-1])
    assert body.client.post(f"{body.path}/leave", data=leave).status_code == 303
    assert body.get().name == "reply.door"
    body.client.post(f"{body.path}/answer", data={**page.fields(), "kind": "accepted"})
    assert words_of(body) == []


def test_tries_are_counted_before_they_are_hashed(body: Body):
    with acting_as("public"):
        session = body.world.session
        taken = [linking.take_try(session, body.door.token, real_now()) for _ in range(13)]
        assert taken == [True] * 10 + [False] * 3
        linking.give_try_back(session, body.door.token)
        assert linking.take_try(session, body.door.token, real_now())


def test_a_code_that_could_not_be_hashed_is_not_counted(body: Body):
    page = body.get()
    slots = body.app.config["HASH_SLOTS"]
    with slots.hold(known=True):
        answer = body.client.post(body.path, data={**page.fields(), "code": draw_reply_code()})
    assert answer.status_code == 422
    body.world.session.expire_all()
    assert body.world.session.get_one(ReplyLink, body.door.link.id).wrong == 0


def test_no_log_holds_link_or_code(body: Body, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    body.type(draw_reply_code())
    body.come_in()
    body.send(kind="accepted", words="Canary-77")
    for record in caplog.records:
        told = f"{record.getMessage()} {record.__dict__}"
        for secret in (body.door.token, body.door.code, "Canary-77"):
            assert secret not in told


def test_whoever_has_the_next_link_does_not_read_what_came_over_the_one_before(body: Body):
    body.come_in()
    body.send(kind="accepted", words="Canary-88")
    assert "Canary-88" in body.get().main
    other = replace(body, door=body.world.open_door(), client=browser(body.app, body.world.session))
    body.world.session.commit()
    assert STORY in other.come_in().main
    assert "Canary-88" not in other.get().html


def test_a_restore_closes_every_link(body: Body):
    world = body.world
    with acting_as("cli:backup restore"):
        assert replaying.close_links(world.session, real_now()) == 1
        world.session.commit()
        assert replaying.close_links(world.session, real_now()) == 0
    assert body.client.get(body.path).status_code == 404
    assert world.session.get_one(ReplyLink, body.door.link.id).closed_by == "restored"
    assert [event.actor for event in body.events("close_link")] == ["cli:backup restore"]


def test_an_erased_case_leaves_nothing_of_its_links(body: Body):
    body.come_in()
    body.send(kind="accepted", words="Yes")
    world = body.world
    case = world.session.get_one(Case, world.case.id)
    act = JobAct(world.session, case, world.handler.actor, real_now())
    shredding.shred(act, [], ground="worker")
    world.session.commit()
    for model in (ReplyLink, ReplySession, BodyWrote, PacketGrant, ReferralAnswer):
        assert world.session.scalars(select(model)).all() == []
    assert body.client.get(body.path).status_code == 404
