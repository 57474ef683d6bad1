"""The first screens speak every language of the table, and nobody lands on English by tapping."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grievance.cli import catalogues
from grievance.cli.translations import PARTIAL
from grievance.i18n import LANGUAGES, Language, fallbacks, speaking
from grievance.questions.bank import shipped
from tests.cast import Operator, found_operator
from tests.pages import Page, read_page


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    """Filing is open."""
    return found_operator(session, app.config["KEY_RING"])


EACH = [pytest.param(language, id=language.slug) for language in PARTIAL]


def test_every_language_is_whole_or_has_its_first_screens() -> None:
    assert len(LANGUAGES) == 20
    assert len(PARTIAL) == 17


@pytest.mark.parametrize("language", EACH)
def test_a_language_of_first_screens_serves_home_and_the_short_filing(
    client: FlaskClient, operator: Operator, language: Language
) -> None:
    assert operator.id
    for path in ("", "file"):
        answer = client.get(f"/{language.slug}/{path}")
        assert answer.status_code == 200, path
        page = read_page(answer)
        html = page.one("html")
        assert (html.get("lang"), html.get("dir")) == (language.tag, language.direction)
        assert not _english(page, language), path


@pytest.mark.parametrize("language", EACH)
def test_who_comes_back_with_the_number_meets_no_other_language(
    client: FlaskClient, operator: Operator, language: Language
) -> None:
    assert operator.id
    asked = read_page(client.get(f"/{language.slug}/return"))
    html = asked.one("html")
    assert (asked.name, html.get("lang")) == ("return", language.tag)
    assert not _english(asked, language)
    for typed in ("", "1234", "1234 5678 9012 3456 7890", "letters"):
        sent = {**asked.fields(), "code": typed}
        wrong = read_page(client.post(f"/{language.slug}/return", data=sent))
        assert wrong.errors["code"], typed
        assert not _english(wrong, language), typed


@pytest.mark.parametrize("language", EACH)
def test_danger_is_one_tap_away_on_the_first_screens(
    client: FlaskClient, language: Language
) -> None:
    for path in ("", "file"):
        page = read_page(client.get(f"/{language.slug}/{path}"))
        assert {a.get("href") for a in page.all("a", class_="danger")} == {"tel:110", "tel:119"}


@pytest.mark.parametrize("language", EACH)
def test_every_other_page_leads_to_the_same_page_in_the_language_of_the_chain(
    client: FlaskClient, language: Language
) -> None:
    answer = client.get(f"/{language.slug}/mechanisms?words=union")
    to = next(one.slug for one in fallbacks(language) if one.slug in ("en", "ja", "vi"))
    assert (answer.status_code, answer.headers["Location"]) == (
        302, f"/{to}/mechanisms?words=union",
    )  # fmt: skip
    page = read_page(client.get(answer.headers["Location"]))
    note = page.one("div", data_strange="")
    assert note.get("lang") == language.tag
    with speaking(language):
        back = [a.get("href") for a in note.iter("a")]
    assert back == [f"/{language.slug}/"]


def test_all_questions_at_once_are_asked_in_a_language_that_has_them(
    client: FlaskClient, operator: Operator
) -> None:
    assert operator.id
    answer = client.get("/my/file?route=full")
    assert answer.headers["Location"] == "/en/file?route=full"
    assert client.get("/ja-easy/file?route=full").headers["Location"] == "/ja/file?route=full"


@pytest.mark.parametrize("header", ["my", "ne-NP,en;q=0.5", "zh-TW", "tl"])
def test_a_browser_of_such_a_language_begins_in_it(client: FlaskClient, header: str) -> None:
    answer = client.get("/", headers={"Accept-Language": header})
    slug = {"my": "my", "ne-NP,en;q=0.5": "ne", "zh-TW": "zh-hant", "tl": "fil"}[header]
    assert answer.headers["Location"] == f"/{slug}/"


def test_the_gate_sees_other_digits_and_a_strange_script() -> None:
    source = catalogues.wanted()["screens"]
    kept = catalogues.read("th", "screens")
    assert kept is not None
    assert not list(catalogues.strange(next(one for one in PARTIAL if one.slug == "th"), source))
    police = "In Japan, call the police (110) or an ambulance (119). It is free. In another country, call its emergency number."  # noqa: E501
    assert kept.get(police)
    wrong = {"digits": kept[police].string.replace("110", "191"), "letter": "Call 110, 119"}
    for what, string in wrong.items():
        found = catalogues.slips("Thai", police, string)
        assert [what in one for one in found] == [True], what


def test_the_questions_of_the_short_ways_are_in_the_gate() -> None:
    source = catalogues.wanted()["screens"]
    bank = shipped()
    for way in catalogues.SHORT_WAYS:
        for page in bank.journeys[way]:
            for question in bank.on_page(page):
                assert source.get(question.ask), question.id


def _english(page: Page, language: Language) -> list[str]:
    """Sentences of the source that stand untranslated on the page."""
    kept = catalogues.read(language.catalogue, "screens") or ()
    source = [str(message.id) for message in kept if message.id]
    return [text for text in source if len(text) > 12 and "%" not in text and text in page.text]
