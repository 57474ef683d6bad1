"""Whom somebody in danger is told to call: only where they are understood, and never at a closed
door as if it were open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grievance import clock
from grievance.cli.translations import PARTIAL
from grievance.i18n import Language
from grievance.questions import drafts
from tests.intake.filing_kit import found_operator
from tests.pages import Page, read_page

JAPAN = ZoneInfo("Asia/Tokyo")
TUESDAY = datetime(2026, 12, 1, 14, tzinfo=JAPAN)
SUNDAY_NIGHT = datetime(2026, 11, 29, 22, tzinfo=JAPAN)
VIETNAMESE = "0120-250-168"
INTERN = {"status": "titp", "problem": "treatment", "issue": "violence", "hurt": "yes",
          "location": "japan", "route": "short"}  # fmt: skip
Ask = Callable[..., Page]


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    yield
    clock.move_by(timedelta)


@pytest.fixture
def ask(app: Flask, session: Session, loaded: Session, client: FlaskClient) -> Ask:
    """The page of danger for an intern with these answers, read in a language at a moment."""
    ring = app.config["KEY_RING"]
    found_operator(session, ring)

    def page(read_in: str, moment: datetime, **more: str) -> Page:
        clock.move_by(lambda: moment - clock.real_now())
        secret, draft = drafts.start(session, ring, clock.real_now())
        drafts.become_filing(draft, INTERN | more, clock.real_now())
        session.commit()
        client.set_cookie("draft", secret)
        return read_page(client.get(f"/{read_in}/file/doors"))

    return page


def lines(page: Page) -> dict[str, str]:
    """Each number of the list with all that is said beside it."""
    return {
        "".join(link.itertext()): " ".join("".join(one.itertext()).split())
        for one in page.all("li", class_="door")
        for link in one.iter("a")
    }


@pytest.mark.parametrize("issue", ["violence", "document-retention", "transfer-refused"])
@pytest.mark.parametrize("moment", [TUESDAY, SUNDAY_NIGHT])
@pytest.mark.parametrize("slug", ["id", "fil"])
def test_no_number_of_another_language(slug: str, moment: datetime, issue: str, ask: Ask) -> None:
    for read_in in (slug, "en"):
        page = ask(read_in, moment, language=slug, issue=issue)
        assert page.name == "file.danger"
        assert VIETNAMESE not in page.main
        assert "#9110" not in page.main  # Japanese only


@pytest.mark.parametrize(
    ("slug", "number", "own_name"),
    [("vi", VIETNAMESE, "Tiếng Việt"), ("id", "0120-250-192", "Bahasa Indonesia")],
)
def test_the_line_of_ones_own_language_says_language_and_hours(
    slug: str, number: str, own_name: str, ask: Ask
) -> None:
    shown = lines(ask("en", TUESDAY, language=slug, issue="transfer-refused"))
    assert own_name in shown[number]
    assert re.search("(O|Should be o)pen (now, )?until 7:00", shown[number])
    assert next(iter(shown)) == number  # it answers now


def test_an_answer_of_who_reads_is_enough(ask: Ask) -> None:
    """The short way has not asked for the language yet."""
    assert VIETNAMESE in lines(ask("vi", TUESDAY, issue="transfer-refused"))
    shown = lines(ask("id", TUESDAY, issue="transfer-refused"))
    assert "Bahasa Indonesia" in shown["0120-250-192"]
    assert "English" not in " ".join(shown.values())
    assert "Bahasa Indonesia" in lines(ask("en", TUESDAY, issue="transfer-refused"))["0120-250-192"]
    assert "0120-250-192" not in lines(ask("vi", TUESDAY, issue="transfer-refused"))  # another's


@pytest.mark.parametrize("issue", ["violence", "transfer-refused", "harassment-sexual"])
@pytest.mark.parametrize("slug", ["en", "ja", "vi"])
def test_at_night_no_weekday_line_is_told_as_open(slug: str, issue: str, ask: Ask) -> None:
    page = ask("en", SUNDAY_NIGHT, language=slug, issue=issue)
    shown = lines(page)
    told = [one for one in shown.values() if "weekday" in one.lower() or "Mon" in one]
    assert shown
    assert told
    for one in told:
        assert re.search("Closed now|Hours not known", one), one


def test_a_first_screen_names_nobody_who_is_closed(ask: Ask) -> None:
    """None of the sentences that would say so stands in its language."""
    page = ask("id", SUNDAY_NIGHT, issue="transfer-refused")
    assert "0120-250-192" not in lines(page)
    assert "0570-090911" not in lines(page)
    assert {"tel:110", "tel:119"} <= {a.get("href") for a in page.all("a")}


def test_the_police_line_says_that_it_is_the_police(ask: Ask) -> None:
    for known in ({}, {"status": "none"}):
        shown = lines(ask("en", TUESDAY, language="ja", **known))["#9110"]
        assert "They are the police." in shown
        assert "ell immigration" in shown
    assert "before you go there" in shown  # no papers: what routing says


def test_the_police_and_the_ambulance_stand_there_once(ask: Ask) -> None:
    page = ask("ja", TUESDAY, language="ja")
    calls = [a.get("href") for a in page.one("main").iter("a")]
    assert calls.count("tel:110") == calls.count("tel:119") == 1
    assert len(lines(page)) > 1


@pytest.mark.parametrize("issue", ["violence", "transfer-refused", "harassment-sexual"])
@pytest.mark.parametrize("slug", ["my", "ne", "ur"])
def test_a_first_screen_marks_what_it_says_in_another_language(
    slug: str, issue: str, ask: Ask
) -> None:
    """`read_page` refuses what is not marked."""
    for more in ({}, {"status": "none"}, {"status": "ssw1"}, {"location": "abroad"}):
        assert ask(slug, TUESDAY, issue=issue, **more).name == "file.danger"


@pytest.mark.parametrize("language", PARTIAL, ids=[one.slug for one in PARTIAL])
def test_hours_and_warnings_of_an_open_line_are_in_the_language_of_the_page(
    language: Language, ask: Ask
) -> None:
    for issue in ("violence", "transfer-refused"):
        page = ask(language.slug, TUESDAY, issue=issue)
        for one in page.all("li", class_="door"):
            other = {part.get("lang") for part in one.iter() if part.get("lang")} - {"ja"}
            assert not other - {language.tag}, " ".join("".join(one.itertext()).split())


def test_the_days_of_a_line_are_named_in_the_language_of_the_page(ask: Ask) -> None:
    for slug, named in {"id": "Sel, Kam 11.00–19.00", "ne": "सोम – शुक्र 09:00–17:00"}.items():
        shown = " ".join(lines(ask(slug, TUESDAY, issue="transfer-refused")).values())
        shown += " ".join(lines(ask(slug, TUESDAY, issue="violence")).values())
        assert named in shown, shown


def test_what_no_first_screen_says_is_marked_as_the_language_it_is_in(ask: Ask) -> None:
    page = ask("id", TUESDAY, issue="violence", status="none")
    told = [one for one in page.all("p", class_="caution") if one.get("data-caution")]
    assert {one.get("data-caution") for one in told} >= {"irregular"}
    for one in told:
        english = "lawful stay" in " ".join("".join(one.itertext()).split())
        assert (one.get("lang") == "en") >= english
