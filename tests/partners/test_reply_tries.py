"""A try at a reply link that dies on the way closes nothing for who has the right code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from sqlalchemy import select, update

from grievance.clock import real_now
from grievance.partners import visits
from grievance.referrals.links import ReplyLink
from grievance.referrals.operations import linking
from grievance.vault.receipts import draw_reply_code
from tests.partners.conftest import Body, world

__all__ = ["world"]


class Died(Exception):
    """As a lock that was not given in time, or a stopped worker, leaves a request."""


def die(*_anything: Any, **_more: Any) -> NoReturn:
    raise Died


PLACES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the hash": lambda patch: patch.setattr(visits, "slow_root", die),
    "the locks": lambda patch: patch.setattr(visits, "hold", die),
    "the proof": lambda patch: patch.setattr(linking, "proven", die),
}


def link_of(body: Body) -> ReplyLink:
    body.world.session.expire_all()
    return body.world.session.scalars(select(ReplyLink)).one()


def spend(body: Body, tries: int) -> None:
    """As many wrong codes, and nothing written down but their number."""
    body.world.session.execute(update(ReplyLink).values(wrong=tries))
    body.world.session.commit()


@pytest.mark.parametrize("where", PLACES)
def test_a_try_that_dies_before_it_is_compared_does_not_count(
    body: Body, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    spend(body, 9)
    with monkeypatch.context() as patch:
        PLACES[where](patch)
        assert body.type(draw_reply_code()).status_code == 500
    assert link_of(body).wrong == 9
    assert body.type(body.door.code).status_code == 303


def test_after_a_tenth_try_that_closed_nothing_the_next_one_closes_and_tells(body: Body) -> None:
    """The process died between counting it and comparing it."""
    spend(body, 10)
    assert not linking.lives(link_of(body), real_now())
    assert body.type(body.door.code).status_code == 404
    assert link_of(body).closed_by == "wrong"
    assert len(body.events("link_shut")) == 1
    assert body.client.get(f"{body.path}?lang=en").status_code == 404


def test_a_running_visit_goes_on_while_the_last_try_is_compared(body: Body) -> None:
    body.come_in()
    spend(body, 10)
    assert body.get().name == "reply.paper"
