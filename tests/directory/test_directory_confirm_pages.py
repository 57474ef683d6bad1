"""The confirmation list at the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from grievance.accounts.models import Event
from grievance.accounts.operations import leaving
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.directory import facts, operations, queries
from grievance.directory.models import Channel
from tests.cast import Browser, browser, found_operator, member
from tests.directory.loaded import MEMBER, NOW, PAGE, check_of, words
from tests.pages import Page, read_page

DIAL = "jp-foreign-worker-dial"


class Desk:
    """A browser at the desk that reads pages and fills their main form."""

    def __init__(self, opened: Browser) -> None:
        self.get, self.post = opened.get, opened.post

    def page(self, path: str) -> Page:
        return read_page(self.get(path))

    def send(self, path: str, **written: str) -> TestResponse:
        return self.post(path, data={**self.page(path).fields(), **written})


@pytest.fixture
def staffed(app: Flask, loaded: Session) -> Callable[[Role], Desk]:
    """Makes members of the operator, signed in."""
    operator = found_operator(loaded, app.config["KEY_RING"])

    def made(role: Role) -> Desk:
        return Desk(browser(app, loaded, member(loaded, operator, role)))

    return made


@pytest.fixture
def second(staffed: Callable[[Role], Desk]) -> Desk:
    """Another directory editor."""
    return staffed(Role.DIRECTORY_EDITOR)


@pytest.fixture
def editor(staffed: Callable[[Role], Desk]) -> Desk:
    """A directory editor, signed in."""
    return staffed(Role.DIRECTORY_EDITOR)


def line(session: Session) -> Channel:
    """A number that only secondary pages give."""
    asked = select(Channel).where(Channel.mechanism == DIAL, Channel.value == "0570-001706")
    return session.scalars(asked).one()


def fresh(session: Session, row: Channel) -> Channel:
    """The row as it stands after somebody else's request."""
    session.expire_all()
    return session.get_one(Channel, row.id)


def test_the_list_shows_what_waits_with_its_source_by_body(editor: Desk, session: Session) -> None:
    page = editor.page("/staff/confirm")
    rows = [e.get("data-channel") for e in page.root.iter() if e.get("data-channel")]
    assert rows == [str(row.id) for row in queries.channels_to_confirm(session)]
    assert f"{len(rows)} wait" in page.main
    assert "0570-001706" in page.main


def test_the_list_can_be_narrowed_and_says_when_nothing_fits(editor: Desk) -> None:
    page = editor.page("/staff/confirm?words=0570-001706")
    assert len([e for e in page.root.iter() if e.get("data-channel")]) == 1
    assert "Nothing fits these words." in editor.page("/staff/confirm?words=zzzz").main
    assert "Nothing yet." in editor.page("/staff/confirm?show=decided").main


def test_confirming_on_the_page_takes_effect_and_is_written_into_the_chain(
    editor: Desk, second: Desk, session: Session
) -> None:
    row = line(session)
    for one, state in ((editor, "shipped"), (editor, "shipped"), (second, "confirmed")):
        answer = one.send(f"/staff/confirm/{row.id}", verb="confirm", page=PAGE)
        assert answer.status_code == 303
        assert fresh(session, row).state == state
        assert bool(row.awaiting) is (state == "shipped")
    event = session.scalars(select(Event).where(Event.verb == "channel_confirmed")).one()
    assert event.codes["mechanism"] == DIAL
    assert event.actor == row.confirmed_by
    public = editor.page(f"/vi/mechanisms/{DIAL}")
    assert public.all("a", href="tel:0570001706")
    assert "1 decided here" in editor.page("/staff/confirm").main


def test_correcting_needs_what_the_page_says(editor: Desk, second: Desk, session: Session) -> None:
    row = line(session)
    answer = editor.send(f"/staff/confirm/{row.id}", verb="correct", page=PAGE, value="ask them")
    page = read_page(answer)
    assert page.status == 422
    assert "value" in page.errors
    assert page.fields()["page"] == PAGE
    path = f"/staff/confirm/{row.id}"
    for one, value in ((editor, "0570-001799"), (second, "0570-001790")):
        one.send(path, verb="correct", page=PAGE, value=value)
        assert fresh(session, row).value == "0570-001706"
    seen = editor.page(path)
    assert seen.all("div", data_awaiting="")
    assert "0570-001790" not in seen.html  # each looks for themselves
    editor.send(path, verb="correct", page=PAGE, value="0570-001790")
    assert fresh(session, row).value == "0570-001790"


def test_one_person_shows_no_number_while_another_could_look(
    editor: Desk, second: Desk, session: Session
) -> None:
    editor.send(
        "/staff/confirm/add/jp-child-189",
        type="phone",
        value="090-1234-5678",
        page=PAGE,
        day="2026-11-19",
    )
    row = session.scalars(select(Channel).where(Channel.value == "090-1234-5678")).one()
    path, public = f"/staff/confirm/{row.id}", "/en/mechanisms/jp-child-189"
    editor.send(path, verb="confirm", page=PAGE)
    editor.send(path, verb="correct", page=PAGE, value="090-1234-5678")
    assert "090-1234-5678" not in editor.page(public).html
    second.send(path, verb="confirm", page=PAGE)
    assert "090-1234-5678" in editor.page(public).html


def test_who_alone_may_edit_the_directory_shows_a_number_at_once(
    app: Flask, loaded: Session
) -> None:
    operator = found_operator(loaded, app.config["KEY_RING"])
    desk, row = Desk(browser(app, loaded, operator.director)), line(loaded)
    desk.send(f"/staff/confirm/{row.id}", verb="confirm", page=PAGE)
    assert fresh(loaded, row).state == "confirmed"


def test_whom_one_removed_could_still_look(app: Flask, loaded: Session) -> None:
    operator = found_operator(loaded, app.config["KEY_RING"])
    editor = member(loaded, operator, Role.DIRECTORY_EDITOR)
    leaving.remove_member(operator.director.acting(loaded, operator.ring, real_now()), editor.id)
    loaded.commit()
    desk, row = Desk(browser(app, loaded, operator.director)), line(loaded)
    desk.send(f"/staff/confirm/{row.id}", verb="confirm", page=PAGE)
    assert fresh(loaded, row).state == "shipped"


def test_a_missing_page_is_asked_for_beside_its_field(editor: Desk, session: Session) -> None:
    answer = editor.send(f"/staff/confirm/{line(session).id}", verb="confirm", page="")
    assert set(read_page(answer).errors) == {"page"}


def test_the_second_editor_sees_what_stands_there_and_keeps_what_was_typed(
    editor: Desk, session: Session
) -> None:
    row = line(session)
    path = f"/staff/confirm/{row.id}"
    opened = editor.page(path)
    operations.correct(session, check_of(row, value="0570-001798"), MEMBER, NOW)
    session.commit()
    typed = {**opened.fields(), "verb": "correct", "value": "0570-001797", "page": PAGE}
    conflict = read_page(editor.post(path, data=typed))
    assert conflict.status == 409
    assert "0570-001798" in conflict.main
    assert conflict.fields()["value"] == "0570-001797"
    assert editor.post(path, data=conflict.fields()).status_code == 303
    assert fresh(session, row).awaiting["value"] == "0570-001797"


def test_a_way_nobody_knew_can_be_added(editor: Desk, session: Session) -> None:
    answer = editor.send(
        "/staff/confirm/add/jp-child-189",
        type="web",
        value="https://www.cfa.go.jp/",
        page="https://www.cfa.go.jp/contact",
        day="2026-11-19",
    )
    assert answer.status_code == 303
    assert "https://www.cfa.go.jp/" in editor.page("/en/mechanisms/jp-child-189").html
    assert session.scalars(select(Event).where(Event.verb == "channel_added")).one()


def test_who_may_not_edit_the_directory_does_not_see_the_list(
    staffed: Callable[[Role], Desk], client: FlaskClient
) -> None:
    assert staffed(Role.HANDLER).get("/staff/confirm").status_code == 403
    assert client.get("/staff/confirm").status_code == 303


def test_an_unknown_channel_or_body_is_not_found(editor: Desk) -> None:
    assert editor.get("/staff/confirm/3f0f0e58-6d0b-4f5e-9a2e-1f0c6d1f7a11").status_code == 404
    assert editor.get("/staff/confirm/add/nobody").status_code == 404


@pytest.mark.parametrize(("verb", "time"), [("keep", "About a month."), ("take", None)])
def test_a_proposal_of_a_release_is_settled_by_a_person(
    verb: str, time: str | None, editor: Desk, loaded: Session
) -> None:
    shipped = facts.shipped()
    operations.revise(loaded, "jp-lsio", {"time": {"en": "About a month."}}, actor=MEMBER, now=NOW)
    body = replace(shipped.mechanisms["jp-lsio"], third_party="yes")
    release = replace(shipped, mechanisms={**shipped.mechanisms, "jp-lsio": body})
    operations.load(loaded, release, NOW, "cli:directory-load", words=words())
    loaded.commit()
    path = "/staff/confirm/proposal/jp-lsio"
    assert editor.page("/staff/confirm").all("a", href=path)
    page = editor.page(path)
    assert "third_party" in page.main
    assert "About a month." in page.main
    assert editor.send(path, verb=verb).status_code == 303
    assert editor.get(path).status_code == 404
    loaded.expire_all()
    now = queries.facts_for_routing(loaded).mechanisms["jp-lsio"]
    assert now.texts["time"] == (time or shipped.mechanisms["jp-lsio"].texts["time"])
    again = operations.load(loaded, release, NOW, "cli:directory-load", words=words())
    assert again["mechanisms"]["same"] == 89


def test_an_editor_whom_the_director_just_let_in_is_no_second_person(
    app: Flask, loaded: Session, session: Session
) -> None:
    operator = found_operator(loaded, app.config["KEY_RING"])
    row = line(session)
    old = member(loaded, operator, Role.DIRECTORY_EDITOR)
    new = member(loaded, operator, Role.DIRECTORY_EDITOR, now=real_now() + timedelta(days=29))
    for one, state in ((operator.director, "shipped"), (new, "shipped"), (old, "confirmed")):
        desk = Desk(browser(app, loaded, one))
        desk.send(f"/staff/confirm/{row.id}", verb="confirm", page=PAGE)
        assert fresh(session, row).state == state
