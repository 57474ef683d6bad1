"""Many who try at the same moment, on real connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.extensions import act_as, db
from grievance.partners import visits
from grievance.referrals.links import ReplyLink
from grievance.vault.receipts import draw_reply_code
from grievance.vault.slots import HashSlots, SlowLane
from tests.cases.conftest import World
from tests.cast import Browser, browser, file_case, found_operator, member
from tests.pages import read_page

TRIES = 14


@pytest.fixture
def link(live_app: Flask) -> tuple[str, list[Browser]]:
    """The token of a reply link, and strangers who know it."""
    with live_app.app_context():
        act_as("cli:test")
        session, site = db.session(), live_app.config["SITE"]
        operator = found_operator(session, live_app.config["KEY_RING"])
        handler = member(session, operator, Role.LEAD, "Tanaka Ken")
        world = World(session, site, operator, handler, handler, file_case(session, site))
        world.bring_to("accepted")
        world.hand_over("delivered")
        token = world.open_door().token
        session.commit()
        strangers = [browser(live_app, session) for _ in range(TRIES)]
        db.session.remove()
    return token, strangers


def test_a_crowd_of_wrong_codes_gets_ten_hashes_and_closes_the_link_once(
    live_app: Flask, link: tuple[str, list[Browser]], monkeypatch: pytest.MonkeyPatch
):
    token, strangers = link
    path, hashed, start = f"/reply/{token}?lang=en", [], Barrier(TRIES)

    def wrong(code: str, _salt: bytes) -> bytes:
        hashed.append(code)
        return b"another root"

    monkeypatch.setattr(visits, "slow_root", wrong)
    live_app.config["HASH_SLOTS"] = HashSlots(TRIES, share=100, room=100)
    live_app.config["RECEIPT_LANE"] = SlowLane(before=100)
    pages = [read_page(one.get(path)) for one in strangers]

    def attempt(number: int) -> int:
        sent = {**pages[number].fields(), "code": draw_reply_code()}
        start.wait()
        return strangers[number].post(path, data=sent).status_code

    with ThreadPoolExecutor(TRIES) as pool:
        answers = list(pool.map(attempt, range(TRIES)))
    assert len(hashed) == 10
    assert set(answers) <= {404, 422}
    with live_app.app_context():
        act_as("cli:test")
        assert db.session.scalars(select(ReplyLink)).one().closed_by == "wrong"
        shut = select(Event).where(Event.verb == "link_shut")
        assert len(db.session.scalars(shut).all()) == 1
