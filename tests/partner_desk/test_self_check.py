"""A company compares its own mechanism with UNGP 31; nothing of it is kept, and nobody else may."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from grievance.accounts.models import Event
from grievance.partner_desk.self_check import ASKS, CRITERIA
from tests.cases.conftest import World
from tests.pages import read_page
from tests.partner_desk.conftest import Theirs, said

PATH = "/partner/self-check"
pytestmark = pytest.mark.usefixtures("loaded")


def test_a_company_reads_what_is_missing_and_nothing_is_kept(app: Flask, world: World) -> None:
    world.add_company()
    world.session.commit()
    theirs = Theirs(app, world)
    client = theirs.by()
    page = read_page(client.get(PATH))
    assert PATH in {one.get("href") for one in page.root.iter("a")}
    asked = page.fields(page.one("form", data_main=""))
    points = {f"{name}-{at}" for name, texts in ASKS.items() for at, _text in enumerate(texts)}
    assert len(page.all("fieldset")) == len(points)
    events = world.session.scalar(select(func.count()).select_from(Event))

    every = {**asked, **dict.fromkeys(points, "yes")}
    page = read_page(client.post(PATH, data={**every, "rights-1": "no", "rights-2": ""}))
    told = {row.get("data-criterion"): said(row) for row in page.all("tr", data_criterion="rights")}
    assert told["rights"].endswith("1/3")
    found = said(page.one("section", data_found=""))
    assert f"{ASKS['rights'][1]} No" in found
    assert f"{ASKS['rights'][2]} No answer" in found
    assert ASKS["legitimate"][0] not in found
    # what was ticked stands in the form below, so that one more answer is one more click
    chosen = {
        one.get("name"): one.get("value")
        for one in page.all("input", type="radio")
        if one.get("checked") is not None
    }
    assert chosen["rights-1"] == "no"
    page = read_page(client.post(PATH, data=every))
    assert "Every point holds" in said(page.one("section", data_found=""))

    wrong = read_page(client.post(PATH, data={**every, "learning-0": "maybe"}))
    assert (wrong.status, set(wrong.errors)) == (422, {"learning-0"})
    assert not wrong.all("section", data_found="")
    assert world.session.scalar(select(func.count()).select_from(Event)) == events
    assert not read_page(client.get(PATH)).all("input", checked="")


def test_other_partners_have_no_such_page(app: Flask, world: World) -> None:
    world.add_partner()
    world.session.commit()
    theirs = Theirs(app, world)
    assert theirs.by().get(PATH).status_code == 404
    assert PATH not in theirs.by().get("/partner/").text


def test_there_is_something_to_say_of_each_of_the_eight() -> None:
    assert len(CRITERIA) == 8
    assert all(len(texts) > 1 for texts in ASKS.values())
    every = [text for texts in ASKS.values() for text in texts]
    assert len(every) == len(set(every))
