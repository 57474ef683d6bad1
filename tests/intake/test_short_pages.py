"""The short ways of filing: story first, four pages to the number; a tip; a group."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from grievance.cases.models import Case, CaseFile, CaseGrant, Receipt
from grievance.questions.models import Draft
from grievance.vault import receipts
from grievance.web.forms import WORDS
from tests.intake.filing_kit import Robot, found_operator
from tests.intake.test_filing_pages import PNG, number_on
from tests.pages import read_page

SHORT = {"location": "japan", "hurt": "no", "free": "yes", "taken": "no", "know": "nobody",
         "reach-by": "none"}  # fmt: skip
HURT = {"hurt": "yes"}
PAGES = 5  # at most, up to and with the one on which the number stands


class Short(Robot):
    """A browser that begins where everybody begins."""

    def open(self, path="/en/file"):
        return super().open(path)

    def on(self, page, until):
        """Fill and send from this page to the named one."""
        for _ in range(20):
            if page.name == until:
                return page
            page = self.send(page)
            assert not page.errors, (self.visited, page.errors)
        raise AssertionError(f"never reached {until}: {self.visited}")


@pytest.fixture
def open_site(app, session, loaded):
    """The shipped directory and an operator that may be filed with."""
    found_operator(session, app.config["KEY_RING"])


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize(
    "told",
    [
        {},
        HURT,
        {"location": "abroad", "country": "BD"},
        {"reach-by": "email", "contact-email": "a@example.com"},
        {
            **HURT,
            "location": "abroad",
            "country": "BD",
            "reach-by": "phone",
            "contact-phone": "+81 90 1234 5678",
        },
    ],
)
def test_the_number_stands_on_the_fifth_page_at_the_latest(client, open_site, session, told):
    robot = Short(client, {**SHORT, **told})
    check = robot.go("file.check")
    assert len(robot.visited) + 1 in (PAGES - 1, PAGES), robot.visited  # as its first page says
    assert "Four or five short pages." in read_page(client.get("/en/file?mine=1")).main
    assert "NOT SENT YET" in check.main
    number = number_on(check)
    assert receipts.parse(number)
    sent = robot.send(check, send="now")
    assert (sent.name, number_on(sent)) == ("file.sent", number)
    case = session.scalars(select(Case)).one()
    assert (case.main_issue, case.issues, case.danger) == ("other", ["other"], bool("hurt" in told))


def test_a_robot_that_knows_only_the_hooks_files_by_the_short_way(client, open_site, session):
    robot = Short(client, {})
    receipt = robot.go("file.receipt")
    assert robot.visited[-1] == "file.check"
    number = number_on(receipt)
    assert number_on(robot.send(receipt)) == number
    assert count(session, Case) == 1


def test_the_danger_strip_is_on_every_page_one_tap_away(client, open_site):
    robot = Short(client, SHORT)
    page = robot.open()
    for _ in range(PAGES + 2):
        assert {"tel:110", "tel:119"} <= {a.get("href") for a in page.all("a")}, page.name
        if page.name == "file.sent":
            return
        page = robot.send(page)
    raise AssertionError(robot.visited)


def test_an_answer_that_a_choice_needs_is_asked_on_a_page_of_its_own(client, open_site, session):
    robot = Short(client, {**SHORT, "location": "abroad", "reach-by": "phone"})
    robot.go()
    assert robot.visited[:5] == ["tell", "safe", "which-country", "come-back", "where-to"]
    assert session.scalars(select(Case)).one().country != "JP"


def test_a_voice_note_stands_for_words(client, open_site, session):
    robot = Short(client, SHORT)
    page = robot.send(robot.open(), **{"what-happened": ""})
    assert page.errors["what-happened"].startswith("⚠ Write a few words")
    note = (io.BytesIO(PNG), "pay.png")
    page = robot.send(page, **{"what-happened": "", "files": note})
    assert page.one("body").get("data-question") == "safe"
    page = robot.on(page, "file.sent")
    assert count(session, CaseFile) == 1


def test_a_refused_file_costs_no_word_and_none_of_the_other_files(client, open_site):
    robot = Short(client, SHORT)
    files = [(io.BytesIO(PNG), "pay.png"), (io.BytesIO(b"MZ\x90\0"), "a.exe")]
    page = robot.send(robot.open(), **{"what-happened": "They keep my card.", "files": files})
    assert "a.exe" in page.errors["files"]
    assert "They keep my card." in page.html
    assert "pay.png" in page.main


def test_who_wants_can_answer_everything_and_loses_no_word(client, open_site, session):
    robot = Short(client, {"problem": "money", "issue": "wages-unpaid", "location": "japan"})
    page = robot.send(robot.open(), **{"what-happened": "Two months.", "route": "full"})
    assert page.one("body").get("data-question") == "problem"
    page = robot.on(page, "file.sent")
    assert session.scalars(select(Case)).one().main_issue == "wages-unpaid"


def test_a_helper_answers_everything_and_both_get_a_number(client, open_site, session):
    sent = Short(client, {**SHORT, "who": "helper", "problem": "unsure"}).go()
    assert len(sent.all("output")) == 2
    assert {row.role for row in session.scalars(select(Receipt))} == {"worker", "helper"}


def test_what_the_finder_asked_is_not_asked_again(client, open_site, session):
    robot = Short(client, {**SHORT, "problem": "treatment", "issue": "violence", "child": "no"})
    page = robot.open("/en/help")
    page = robot.on(page, "help.result")
    robot.client.post(
        "/en/help/file",
        data={"token": page.fields(page.one("form", action="/en/help/file"))["token"]},
    )
    robot.visited.clear()
    page = robot.open("/en/file?mine=1")
    page = robot.on(page, "file.sent")
    assert robot.visited == ["tell", "come-back", "file.check", "file.receipt"]
    assert session.scalars(select(Case)).one().main_issue == "violence"


def test_a_tip_keeps_no_number_and_says_what_that_means(client, open_site, session):
    robot = Short(client, SHORT)
    start = robot.open("/en/file?route=tip")
    assert "You get no number." in start.main
    page = robot.send(start)
    page = robot.on(page, "file.check")
    assert "cannot answer you" in page.main
    assert not page.all("output")
    sent = robot.send(page)
    assert (sent.name, sent.all("output")) == ("file.sent", [])
    again = robot.open("/en/file/sent")
    assert again.name == "file.sent"
    assert count(session, Receipt) == 0
    held = set(session.scalars(select(CaseGrant.holder_kind)))
    assert held == {"organisation"}
    robot.send(again)
    assert count(session, Draft) == 0


def test_a_tip_can_become_a_filing_with_a_number(client, open_site, session):
    robot = Short(client, SHORT)
    robot.send(robot.open("/en/file?route=tip"))
    page = robot.open("/en/file?route=short&mine=1")
    page = robot.on(page, "file.sent")
    assert count(session, Receipt) == 1
    assert "come-back" in robot.visited


def test_a_group_has_one_story_and_a_number_each(client, open_site, session):
    robot = Short(client, {**SHORT, "members": "3"})
    page = robot.open("/en/file?route=group")
    page = robot.on(page, "file.check")
    assert len(robot.visited) + 1 <= PAGES
    assert len({"".join(one.itertext()) for one in page.all("output")}) == 3
    sent = robot.send(page, send="now")
    assert len(sent.all("output")) == 3
    rows = session.execute(
        select(Receipt.role, CaseGrant.compartment)
        .join(CaseGrant, CaseGrant.holder_id == Receipt.id)
        .order_by(Receipt.role, CaseGrant.compartment)
    ).all()
    assert rows == [
        ("member", "story"),
        ("member", "story"),
        ("worker", "identity"),
        ("worker", "story"),
    ]


def test_a_changed_answer_on_the_check_page_comes_back_to_it(client, open_site):
    robot = Short(client, SHORT)
    check = robot.go("file.check")
    number = number_on(check)
    links = [a.get("href") for a in check.all("a") if "change=1" in (a.get("href") or "")]
    assert {"/en/file/safe?change=1", "/en/file/come-back?change=1", "/en/file?change=1"} <= set(
        links
    )
    page = robot.open("/en/file/safe?change=1")
    back = robot.send(page, prefecture="JP-23")
    assert (back.name, number_on(back)) == ("file.check", number)
    assert "Aichi" in back.main


def test_what_a_lost_number_means_is_a_tap_away_where_other_things_are_asked(client, open_site):
    robot = Short(client, SHORT)
    page = robot.on(robot.open(), "file.question")
    while page.one("body").get("data-question") != "come-back":
        page = robot.send(page)
    folds = [one for one in page.all("details") if one.get("open") is None]
    asked = [control for one in folds for control in one.iter("input")]
    said = {(one.get("name"), one.get("value"), one.get("checked")) for one in asked}
    assert said == {("reissue", "yes", ""), ("reissue", "no", None)}
    check = robot.on(robot.send(page, reissue="no"), "file.check")
    assert "You asked us never to give you another number." in check.main


@pytest.mark.parametrize("letter", ["a", "ก็", "🙂"])
def test_a_story_that_is_too_long_comes_back_whole(client, open_site, letter):
    robot = Short(client, SHORT)
    told = letter * (WORDS + 1)
    page = robot.send(robot.open(), **{"what-happened": told})
    assert page.errors["what-happened"]
    assert "".join(page.one("textarea", name="what-happened").itertext()) == told
    page = robot.send(page, **{"what-happened": letter * WORDS})
    assert not page.errors
