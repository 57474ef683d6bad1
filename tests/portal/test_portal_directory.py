"""The directory as a reader meets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.directory import export, facts, operations, queries
from grievance.directory.models import Channel
from tests.cast import found_operator
from tests.directory.loaded import MEMBER, NOW, check_of
from tests.pages import Page

Get = Callable[[str], Page]
LANGUAGES = ("en", "ja", "vi")
DIAL = "jp-foreign-worker-dial"


def doors_in(page: Page) -> list[str]:
    """The bodies a list page links to, in order."""
    links = [a.get("href") or "" for a in page.one("main").iter("a")]
    return [link.rsplit("/", 1)[1] for link in links if "/mechanisms/" in link]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_a_body_opens_and_no_unconfirmed_value_is_on_any(
    lang: str, get: Get, loaded: Session
) -> None:
    hidden = {
        channel.value
        for body in facts.shipped().mechanisms.values()
        for channel in body.channels
        if channel.value and not channel.public
    }
    shown = {
        channel.value
        for body in facts.shipped().mechanisms.values()
        for channel in body.channels
        if channel.public
    }
    hidden -= shown
    assert len(hidden) > 40
    for name in facts.shipped().mechanisms:
        for path in (f"/{lang}/mechanisms/{name}", f"/{lang}/mechanisms/{name}/print"):
            html = get(path).html
            found = [value for value in hidden if value in html]
            assert not found, (path, found)


@pytest.mark.parametrize("form", ["hsds", "csv"])
def test_no_unconfirmed_value_is_exported(form: str, loaded: Session) -> None:
    book = queries.book(loaded)
    out = str(export.hsds(book)) if form == "hsds" else export.table(book)
    hidden = [
        way.facts.value
        for entry in book.entries.values()
        for way in entry.ways
        if way.facts.value and not way.facts.public
    ]
    assert hidden
    assert "0120-250-168" in out
    for value in hidden:
        assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", out), value


def test_a_confirmed_number_appears_at_once_with_its_day_and_can_be_tapped(
    get: Get, loaded: Session
) -> None:
    row = loaded.scalars(
        select(Channel).where(Channel.mechanism == DIAL, Channel.value == "0570-001706")
    ).one()
    path = f"/vi/mechanisms/{DIAL}"
    assert "0570-001706" not in get(path).html
    operations.confirm(loaded, check_of(row), MEMBER, NOW)
    loaded.commit()
    page = get(path)
    assert page.one("a", href="tel:0570001706").text == "0570-001706"
    assert "19" in page.main
    assert "2026" in page.main


def test_a_door_without_a_checked_number_shows_its_japanese_name_and_others_to_turn_to(
    get: Get,
) -> None:
    page = get("/en/mechanisms/jp-labour-tribunal")
    assert "We do not have a number that we may show yet." in page.main
    names = [e.text for e in page.all("p", class_="show")]
    assert "労働審判（地方裁判所）" in names or any("労働審判" in (n or "") for n in names)
    assert "These have a number or an address" in page.main
    assert "The district court of your workplace's area" in page.main


def test_sources_are_told_as_organisation_title_address_and_never_as_ids(get: Get) -> None:
    page = get("/en/mechanisms/jp-police-9110")
    assert "cabinet-office-gender-equality-1" not in page.html
    folded = page.text.split("Where these facts come from")[1]
    assert "Cabinet Office" in folded


def test_the_name_stands_in_the_readers_language_and_in_japanese(get: Get) -> None:
    page = get("/vi/mechanisms/jp-lsio")
    book_name = "".join(page.one("h1").itertext())
    own = page.one("p", class_="own-name")
    assert own.get("lang") == "ja"
    assert "労働基準監督署" in (own.text or "")
    assert book_name != own.text


def test_a_short_number_can_be_tapped(get: Get) -> None:
    assert get("/en/mechanisms/jp-police-9110").all("a", href="tel:%239110")


def test_a_body_that_is_not_open_yet_says_when_it_opens(get: Get) -> None:
    assert "April 1, 2027" in get("/en/mechanisms/jp-esd-org").main


@pytest.mark.parametrize(
    ("lang", "words", "expected"),
    [
        ("vi", "thực tập sinh", "jp-otit"),
        ("vi", "thuc tap sinh", "jp-otit"),
        ("ja", "労働基準監督署", "jp-lsio"),
        ("ja", "ﾀﾞｲﾔﾙ", "jp-anon-report"),
        ("en", "TRIBUNAL", "jp-labour-tribunal"),
    ],
)
def test_search_finds_words_in_the_readers_language(
    lang: str, words: str, expected: str, get: Get
) -> None:
    found = doors_in(get(f"/{lang}/mechanisms?words={words}"))
    assert expected in found
    assert len(found) < 40


def test_a_search_without_a_hit_says_so_and_offers_all(get: Get) -> None:
    page = get("/en/mechanisms?words=zzzzqqq")
    assert "Nothing found." in page.main
    assert "Show all" in page.main
    assert doors_in(page) == []


def test_filters_narrow_the_list(get: Get) -> None:
    assert set(doors_in(get("/en/mechanisms?country=VN"))) == {"vn-dolab-embassy"}
    unions = doors_in(get("/en/mechanisms?kind=union"))
    assert set(unions) == {
        "gfa-union-channel",
        "jsu-itf",
        "rengo-hotline",
        "union-individual",
    }
    free = doors_in(get("/en/mechanisms?free=yes&issue=wages-unpaid"))
    assert "jp-lsio" in free
    assert "union-individual" not in free
    nameless = doors_in(get("/en/mechanisms?nameless=yes"))
    assert "jp-labour-hotline" in nameless
    assert "jp-labour-tribunal" not in nameless
    assert "jp-otit" in doors_in(get("/en/mechanisms?language=vi"))


def test_an_unknown_filter_is_left_out(get: Get) -> None:
    assert len(doors_in(get("/en/mechanisms?kind=%27%22&country=XX"))) > 70


def test_every_issue_has_a_page_with_a_first_door(get: Get) -> None:
    listed = get("/en/issues")
    links = [a.get("href") or "" for a in listed.one("main").iter("a")]
    issues = {link.rsplit("/", 1)[1] for link in links if "/issues/" in link}
    assert issues == set(facts.shipped().issues)
    for issue in issues:
        page = get(f"/vi/issues/{issue}")
        assert doors_in(page), issue


def test_the_first_doors_of_an_issue_are_those_of_routing(get: Get) -> None:
    links = doors_in(get("/en/issues/violence"))
    assert links[:3] == ["jp-emergency", "jp-police-9110", "jp-legal-affairs"]


def test_a_dangerous_issue_shows_the_emergency_numbers_first(get: Get) -> None:
    assert get("/en/issues/violence").all("a", href="tel:110")
    assert not get("/en/issues/wages-unpaid").all("a", href="tel:110")


def test_the_first_page_follows_the_browser_and_then_the_choice(
    client: FlaskClient, loaded: Session
) -> None:
    asked = client.get("/", headers={"Accept-Language": "vi-VN,en;q=0.5"})
    assert asked.headers["Location"] == "/vi/"
    client.get("/ja/")
    client.set_cookie("own", "ja")
    chosen = client.get("/", headers={"Accept-Language": "vi-VN"})
    assert chosen.headers["Location"] == "/ja/"


def test_the_first_page_leads_to_help_and_names_the_emergency_numbers(get: Get) -> None:
    page = get("/en/")
    assert page.name == "home"
    assert page.all("a", href="/en/help", class_="go")
    assert page.all("a", href="tel:119")
    assert "You cannot file here yet" in page.main


def test_when_the_operator_is_ready_pages_lead_to_filing_and_say_who_reads(
    get: Get, client: FlaskClient, app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    home = get("/en/")
    assert home.all("a", href="/en/file")
    assert "You cannot file here yet" not in home.main
    about = get("/en/about").main
    for words in (
        "Hidamari desk",
        "Who can read what I write?",
        "About who_reads.",
        "Monday",
        "09:00 – 18:00",
        "Tiếng Việt",
        "5 years",
    ):
        assert words in about
    closed = get("/en/mechanisms/jp-labour-tribunal")
    assert closed.all("a", href="/en/file?door=jp-labour-tribunal")


def test_the_about_page_says_plainly_that_filing_is_not_open(get: Get) -> None:
    assert "You cannot file here yet" in get("/en/about").main


def test_an_unknown_body_or_issue_is_a_page_that_says_so(
    client: FlaskClient, loaded: Session
) -> None:
    assert client.get("/en/mechanisms/nobody").status_code == 404
    assert client.get("/en/issues/nothing").status_code == 404


def test_an_empty_directory_says_so(client: FlaskClient, session: Session, page: Callable) -> None:
    assert "The directory is still empty here." in page(client.get("/en/mechanisms")).main
    assert "The directory is still empty here." in page(client.get("/en/issues")).main


def test_old_facts_are_marked(get: Get, loaded: Session) -> None:
    shipped = facts.shipped()
    old = replace(shipped.mechanisms["jp-lsio"], checked=date(2024, 1, 1))
    given = replace(shipped, mechanisms={**shipped.mechanisms, "jp-lsio": old})
    operations.load(loaded, given, NOW, "cli:directory load", words={})
    loaded.commit()
    assert "for more than a year" in get("/en/mechanisms/jp-lsio").main


@pytest.mark.parametrize("path", ["/en/", "/en/mechanisms", "/en/issues", "/en/mechanisms/jp-otit"])
def test_titles_do_not_tell_what_it_is_about(path: str, get: Get) -> None:
    title = (get(path).one("title").text or "").lower()
    for word in ("grievance", "complaint", "labour", "harass", "otit"):
        assert word not in title


def test_a_body_says_what_happens_there_only_where_that_is_known(get: Get) -> None:
    page = get("/en/mechanisms/jp-labour-bureau-conciliation")
    stages = [one.get("data-stage") for one in page.all("li") if one.get("data-stage")]
    assert stages == ["applied", "notice", "meeting", "proposal", "ended", "lawsuit"]
    shown = " ".join(page.main.split())
    assert "About 2 weeks (usual, not promised)." in shown
    assert "All of it takes about 2 months (usual, not promised)." in shown
    assert "You have 30 days for it." in shown
    assert "Nothing here stops a time limit of the law, unless it says so." in shown
    assert "Individual Labour" in shown, "the law of the 30 days"
    assert "art. 16. Some of it" in shown
    inspection = " ".join(get("/en/mechanisms/jp-lsio").main.split())
    assert "nobody has confirmed to us" in inspection
    assert "1 month" not in inspection.partition("What happens there")[2], "not confirmed"
    japanese = get("/ja/mechanisms/jp-labour-tribunal").main
    assert "そこでの進み方" in japanese
    assert "目安は40 日くらいです" in japanese
    for name in ("jp-emergency", "ngo-smj", "jp-police-9110"):
        assert "What happens there" not in get(f"/en/mechanisms/{name}").main, name
