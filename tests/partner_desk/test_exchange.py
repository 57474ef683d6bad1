"""One list of what went to and fro: the body reads on its page what staff read on theirs, without
names, and nothing of what was before, beside, or through another door."""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from grievance.cases import exchange
from grievance.cases.operations import consenting, handling, linking, referring
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.cases.states import TABLE
from grievance.clock import now
from grievance.referrals.answered import Answered
from tests.cases.conftest import World, words
from tests.cast import browser
from tests.pages import Page, read_page
from tests.partner_desk.conftest import Theirs, said

HERE = "company-hotline-template"
pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def firm(app: Flask, world: World) -> Theirs:
    """Something lies on the desk of a company, for two of its three people."""
    company = world.add_company()
    world.bring_to("accepted")
    world.on_desk(HERE, [one.id for one in company.people[:2]])
    world.session.commit()
    return Theirs(app, world)


def at_staff(theirs: Theirs) -> Page:
    """The page of the hand-over at the desk."""
    world = theirs.world
    path = f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}"
    return read_page(browser(theirs.app, world.session, world.handler).get(path))


def steps(page: Page) -> list[Element]:
    """The list on a page."""
    return [one for one in page.all("li") if one.get("data-step")]


def verbs(page: Page) -> list[str | None]:
    """What was done, in order."""
    return [one.get("data-step") for one in steps(page)]


def test_both_sides_read_one_list(firm: Theirs) -> None:
    world = firm.world
    firm.get()
    firm.send(kind="question", words="Which months?")
    firm.send(kind="time", by_day="2026-12-20", number=1)
    world.session.expire_all()
    linking.read_reply(world.act(), About(world.referral, Shown(words=True)))
    referring.chase(world.act(), About(world.referral, world.act().today + timedelta(days=9)))
    told = Answered("progress", world.act().today, note="They called.")
    referring.record_answer(world.act(), About(world.referral, told))
    handling.tell_worker(world.act(), words("Among us two"))
    world.session.commit()
    page = firm.get()
    theirs = steps(page)
    assert verbs(page) == [
        "deliver",
        "body_opened",
        "body_wrote",
        "body_wrote",
        "read_reply",
        "chase",
        "referral_news",
    ]
    assert {one.get("data-side") for one in theirs} == {"us", "them"}
    assert "You asked us something" in said(theirs[2])
    assert "You answered" in said(theirs[3])
    staff = at_staff(firm)
    twice = verbs(staff)
    assert twice.count("body_opened") == 2  # of each of them; a body reads it by days
    assert list(dict.fromkeys(twice)) == list(dict.fromkeys(verbs(page)))
    named = " ".join(said(one) for one in steps(staff))
    assert "Respondent 1" in named
    assert world.handler.name in named
    assert not [one for one in theirs if "Respondent" in said(one)]
    assert world.handler.name not in page.main
    assert not [one for one in theirs if ":" in said(one).partition(": ")[2]]  # days, no times


def test_after_a_recall_staff_read_on(firm: Theirs) -> None:
    firm.get()
    consenting.recall(firm.world.own(), HERE)
    firm.world.session.commit()
    assert firm.get().status == 404
    firm.by().post(f"{firm.path}/stopped", data=firm.board().fields(firm.board().all("form")[0]))
    assert verbs(at_staff(firm)) == ["deliver", "body_opened", "recall", "body_stopped"]


def test_another_door_reads_nothing_of_the_first(app: Flask, world: World) -> None:
    world.bring_to("accepted")
    world.hand_over("delivered")
    pages = []
    for kind in ("acknowledged", ""):
        door = world.open_door()
        world.session.commit()
        client, path = browser(app, world.session), f"/reply/{door.token}?lang=en"
        typed = {**read_page(client.get(path)).fields(), "code": door.code}
        client.post(path, data=typed)
        page = read_page(client.get(path))
        if kind:
            sent = {**page.fields(), "kind": kind}
            client.post(f"/reply/{door.token}/answer?lang=en", data=sent)
            world.session.expire_all()
            linking.read_reply(world.act(now=now()), About(world.referral, Shown(words=True)))
            world.session.commit()
            page = read_page(client.get(path))
        pages.append(verbs(page))
    first, second = pages
    assert first == ["body_opened", "body_wrote", "read_reply"]
    assert second == ["body_opened"]


def test_every_verb_of_the_list_tells_of_a_hand_over() -> None:
    for verb in (*exchange.OURS, *exchange.THEIRS):
        names = {code.rstrip("?") for code in TABLE[verb].codes}
        assert names & {"referral", "referrals"}, verb
    assert set(exchange.SHARED) <= {*exchange.OURS, *exchange.THEIRS}
