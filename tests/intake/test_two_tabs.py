"""Two tabs of one filing: what one changed, the other shows before it sends; never a dead end."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from grievance.cases.models import Case, Receipt
from grievance.intake import posting
from grievance.questions import drafts
from grievance.vault import receipts
from tests.intake.test_filing_pages import number_on, open_site, robot
from tests.intake.test_short_pages import SHORT, Short
from tests.pages import read_page

__all__ = ["open_site", "robot"]
SAYS = "This page is old by now. Look it over and send it again."
STORY = "They keep my card."


def post(client, path, page, **changes):
    """Send a page that stood open in another tab, as it was."""
    fields = {**page.fields(), **changes}
    return read_page(client.post(path, data=fields, follow_redirects=True))


def cases(session):
    return session.scalar(select(func.count()).select_from(Case))


def retell(robot, path, **changes):
    """The second tab goes back to the first page of a way."""
    mine = "&mine=1" if "?" in path else "?mine=1"
    return robot.send(robot.open(path + mine), **{"what-happened": STORY, **changes})


@pytest.fixture
def short(client, open_site):
    return Short(client, SHORT)


def test_a_changed_answer_is_shown_before_it_is_sent(short, session):
    one = short.go("file.check")
    short.send(short.open("/en/file?change=1"), **{"what-happened": STORY})
    page = post(short.client, "/en/file/check", one, send="now")
    assert (page.name, cases(session)) == ("file.check", 0)
    assert SAYS in page.main
    assert STORY in "".join(page.one("div", class_="problems").itertext())
    number = number_on(page)
    assert number != number_on(one)
    sent = post(short.client, "/en/file/check", page, send="now")
    assert (sent.name, number_on(sent), cases(session)) == ("file.sent", number, 1)


def test_a_number_that_was_drawn_anew_is_shown_before_it_is_sent(short, session):
    one = short.go("file.check")
    short.on(retell(short, "/en/file"), "file.check")
    page = post(short.client, "/en/file/check", one, send="now")
    assert (page.name, cases(session)) == ("file.check", 0)
    fresh = number_on(page)
    assert fresh != number_on(one)
    said = "".join(page.one("div", class_="problems").itertext())
    assert f"Your number: {receipts.grouped(fresh)}" in " ".join(said.split())
    assert number_on(post(short.client, "/en/file/check", page, send="now")) == fresh


def test_nobody_keeps_a_number_of_what_became_a_tip(short, session):
    one = short.go("file.check")
    short.on(retell(short, "/en/file?route=tip"), "file.check")
    page = post(short.client, "/en/file/check", one, send="now")
    assert (page.name, cases(session)) == ("file.check", 0)
    assert SAYS in page.main
    assert "You get no number" in page.main
    assert post(short.client, "/en/file/check", page, send="now").name == "file.sent"
    assert session.scalar(select(func.count()).select_from(Receipt)) == 0


@pytest.mark.parametrize("way", ["full", "short"])
def test_the_page_with_the_number_sends_no_other_number(robot, session, way):
    shown = robot.go("file.receipt")
    other = Short(robot.client, SHORT)
    if way == "full":
        robot.go("file.check")
    else:
        other.on(retell(other, "/en/file?route=short"), "file.check")
    page = post(robot.client, "/en/file/receipt", shown)
    assert (page.name, cases(session)) == ("file.receipt", 0)
    assert SAYS in page.main
    assert number_on(page) != number_on(shown)
    sent = post(robot.client, "/en/file/receipt", page)
    assert (sent.name, number_on(sent)) == ("file.sent", number_on(page))


def test_the_page_with_the_number_leads_on_when_another_is_needed(robot, session):
    shown = robot.go("file.receipt")
    other = Short(robot.client, SHORT)
    other.on(retell(other, "/en/file?route=tip"), "file.check")
    page = post(robot.client, "/en/file/receipt", shown)
    assert (page.name, cases(session)) == ("file.check", 0)
    assert SAYS in page.main
    assert post(robot.client, "/en/file/check", page, send="now").name == "file.sent"


def test_a_change_while_the_hash_runs_is_looked_over_too(robot, session, monkeypatch):
    shown = robot.go("file.receipt")
    hashed = posting._keys
    inside = posting.browser

    def keys(code):
        draft = inside.here(lock=True)
        drafts.save(draft, {"what-happened": STORY}, posting.clock.real_now())
        posting.db.session.commit()
        return hashed(code)

    monkeypatch.setattr(posting, "_keys", keys)
    page = post(robot.client, "/en/file/receipt", shown)
    assert (page.name, cases(session)) == ("file.check", 0)
    assert SAYS in page.main
    assert STORY in page.main


def test_nothing_is_said_where_nothing_changed(short):
    assert SAYS not in short.go("file.check").main
    assert SAYS not in short.open("/en/file/check").main
    assert SAYS not in short.open("/en/file/receipt").main


@pytest.mark.parametrize("path", ["check", "receipt", "wants"])
def test_back_after_sending_leads_to_the_number(robot, session, path):
    robot.go("file.check")
    page = robot.open(f"/en/file/{path}")
    number = number_on(robot.go())
    after = post(robot.client, f"/en/file/{path}", page)
    assert (after.name, number_on(after), cases(session)) == ("file.sent", number, 1)
