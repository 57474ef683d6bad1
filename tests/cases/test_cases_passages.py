"""A translation is of the words that stood there: once they change it is left behind."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from grievance.cases import passages
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.operations import correcting, handling, stating
from grievance.cases.operations.correcting import Corrected
from grievance.cases.operations.handling import Translating
from grievance.cases.packets import Outgoing
from grievance.cases.translated import Translation
from grievance.directory import queries as directory
from tests.cases.conftest import World, words
from tests.cases.test_cases_stating import stated
from tests.cast import NOW, browser
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")
STORY, OLD, NEW = "what-happened", "They do not pay me.", "They paid half of it."


def act(world: World, minute: int) -> Act:
    """The handler, so many minutes later."""
    return world.act(now=NOW + timedelta(minutes=minute))


def translate(world: World, text: str, minute: int = 0, passage: str = STORY) -> Translation:
    written = Written(text, "en", uuid4())
    return handling.translate(act(world, minute), Translating(passage, written))


def change(world: World) -> None:
    """Staff write the story down anew, a minute later."""
    stating.state_facts(act(world, 1), stated(world, {STORY: "Họ trả một nửa."}))
    world.session.flush()


def going(world: World) -> dict[str, str]:
    """What would stand in a paper in English."""
    entry = directory.book(world.session).entries["jp-lsio"]
    return Outgoing(world.session, world.desk(), entry)._translated("en")


def test_a_translation_of_words_that_changed_goes_into_no_paper(world: World) -> None:
    translate(world, OLD)
    assert going(world)[STORY] == OLD
    change(world)
    assert STORY not in going(world)
    translate(world, NEW, 2)
    assert going(world)[STORY] == NEW


def test_one_that_was_corrected_since_is_of_today(world: World) -> None:
    row = translate(world, OLD)
    change(world)
    assert passages.stale(world.session, world.desk()) == {row.id}
    again = Written(NEW, "en", uuid4())
    correcting.correct(act(world, 2), Corrected("translation", row.id, again, "It changed"))
    world.session.flush()
    assert passages.stale(world.session, world.desk()) == set()
    assert going(world)[STORY] == NEW


def test_another_answer_that_changes_leaves_it_alone(world: World) -> None:
    translate(world, OLD)
    stating.state_facts(act(world, 1), stated(world, {"company": "Mihon"}))
    world.session.flush()
    assert passages.stale(world.session, world.desk()) == set()


def test_a_message_of_ours_that_was_corrected_leaves_its_translation_behind(world: World) -> None:
    world.bring_to("accepted")
    message = handling.tell_worker(act(world, 0), words("Bring it in March."))
    row = translate(world, "Mang đến vào tháng ba.", passage=str(message.id))
    again = Written("Bring it in May.", "en", uuid4())
    correcting.correct(act(world, 1), Corrected("message", message.id, again, "The month"))
    world.session.flush()
    assert passages.stale(world.session, world.desk()) == {row.id}


def test_the_desk_says_so_beside_it(app: Flask, world: World) -> None:
    translate(world, OLD)
    change(world)
    world.session.commit()
    client = browser(app, world.session, world.handler)
    page = read_page(client.get(f"/staff/cases/{world.case.reference}"))
    assert page.one("div", data_stale="") is not None
    assert "The original was changed after this" in page.main
