"""The first screens speak every language of the table, and nobody lands on English by tapping."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from uuid import uuid4
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest
from babel.messages import Catalog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grievance import clock
from grievance.cases import messages
from grievance.cases.act import Act
from grievance.cases.operations import handling
from grievance.cli import catalogues, wording
from grievance.cli.translations import PARTIAL
from grievance.i18n import (
    BY_SLUG,
    LANGUAGES,
    Language,
    date_text,
    days_text,
    fallbacks,
    gettext,
    speaking,
    time_text,
)
from grievance.intake.drafting import TELL
from grievance.questions.bank import shipped
from grievance.web.errors import error_page
from grievance.web.file_notes import NOTES
from tests.cast import NOW, Operator, browser, file_case, found_operator
from tests.intake import remedy_kit
from tests.pages import Page, parsed, read_page
from tests.web.test_every_page import ERRORS


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
def test_the_page_of_a_new_report_speaks_every_language(
    app: Flask, session: Session, operator: Operator, language: Language
) -> None:
    assert operator.id
    filed, visitor = file_case(session, app.config["SITE"]), browser(app, session)
    asked = read_page(visitor.get(f"/{language.slug}/return"))
    visitor.post(f"/{language.slug}/return", data={**asked.fields(), "code": filed.code})
    page = read_page(visitor.get(f"/{language.slug}/case"))
    html = page.one("html")
    assert (page.name, html.get("lang"), html.get("dir")) == (
        "case",
        language.tag,
        language.direction,
    )
    assert not _english(page, language, "public")
    for message in ("", "Words."):  # refused beside its field, then kept
        sent = {**page.fields(), "message": message}
        address = f"/{language.slug}/case/message"
        page = read_page(visitor.post(address, data=sent, follow_redirects=True))
        assert bool(page.errors) is not bool(message)
        assert page.one("html").get("lang") == language.tag
        assert not _english(page, language, "public")
    for state in ("in_review", "awaiting_worker"):
        filed.case.state, filed.case.resumes_to = state, None
        if state == "awaiting_worker":
            filed.case.resumes_to = "in_review"
        session.commit()
        page = read_page(visitor.get(f"/{language.slug}/case"))
        assert page.one("html").get("lang") == language.tag
        assert not _english(page, language, "public"), state


@pytest.mark.parametrize("language", EACH)
def test_a_number_that_others_saw_and_a_file_with_notes_speak_every_language(
    app: Flask, session: Session, operator: Operator, language: Language
) -> None:
    assert operator.id
    filed = file_case(session, app.config["SITE"], known_to="helper")
    visitor, at = browser(app, session), f"/{language.slug}"
    asked = read_page(visitor.get(f"{at}/return"))
    visitor.post(f"{at}/return", data={**asked.fields(), "code": filed.code})
    page = read_page(visitor.get(f"{at}/case"))
    assert page.all("a", href=f"{at}/case/number")
    card = (io.BytesIO("出勤　残業　八時".encode("cp932")), "card.csv")
    sent = {**page.fields(), "message": "", "files": card}
    kind = "multipart/form-data"
    visitor.post(f"{at}/case/message", data=sent, content_type=kind, follow_redirects=True)
    seen = [read_page(visitor.get(f"{at}/{path}")) for path in ("case", "case/number")]
    for _ in range(2):
        to = f"{at}/case/number" if seen[-1].name == "case.number" else f"{at}/case/new-number"
        answer = visitor.post(to, data=seen[-1].fields(), follow_redirects=True)
        seen.append(read_page(answer))
    assert [one.name for one in seen] == ["case", "case.number", "case.new-number", "case"]
    with speaking(language):
        assert gettext(NOTES["encoding_guessed"]) in seen[0].main
    for page in seen:
        assert page.one("html").get("lang") == language.tag
        assert not _english(page, language, "public"), page.name


def test_after_the_end_every_language_asks_whether_the_worker_is_safe(
    app: Flask, session: Session
) -> None:
    one = remedy_kit.way(app, session, alone=True, at=clock.now() - timedelta(days=33))
    one.promise().arrive().record_sign_off("Yes").close()
    visitor = remedy_kit.visit(app, session, one.filed.code)
    for language in PARTIAL:
        at = f"/{language.slug}/case"
        visitor.get(f"/{language.slug}/")
        whole = read_page(visitor.get(at, follow_redirects=True))
        asked = whole.one("div", data_asks="after")
        with speaking(language):
            assert gettext("Are you safe?") in "".join(asked.itertext())
        assert [a.get("href") for a in asked.iter("a")] == [f"{at}/after"]
        page = read_page(visitor.get(f"{at}/after"))
        assert page.one("html").get("lang") == language.tag
        assert not _english(page, language, "public"), language.slug
        page = read_page(visitor.post(f"{at}/after", data=page.fields()))
        assert page.errors
        assert not _english(page, language, "public"), language.slug


def test_a_file_that_is_refused_on_the_first_page_is_refused_in_the_language_of_the_page(
    app: Flask, session: Session, operator: Operator
) -> None:
    assert operator.id
    for slug in ("my", "ur"):
        visitor = browser(app, session)
        page = read_page(visitor.get(f"/{slug}/file"))
        program = (io.BytesIO(b"MZ" + bytes(200)), "x.exe")
        sent = {**page.fields(), "what-happened": "Words.", "files": program}
        answer = visitor.post(f"/{slug}/file", data=sent, content_type="multipart/form-data")
        wrong = read_page(answer)
        name = "\u2068x.exe\u2069" if slug == "ur" else "x.exe"
        assert name in wrong.errors["files"]
        assert "docx, xlsx" in wrong.errors["files"]  # the way on
        assert not _english(wrong, BY_SLUG[slug], "public")
        assert "We cannot take" not in wrong.errors["files"]


def test_what_comes_of_a_report_is_said_in_a_language_that_has_it(
    app: Flask, session: Session, operator: Operator
) -> None:
    assert operator.id
    filed, visitor = file_case(session, app.config["SITE"]), browser(app, session)
    asked = read_page(visitor.get("/ja-easy/return"))
    visitor.post("/ja-easy/return", data={**asked.fields(), "code": filed.code})
    assert visitor.get("/ja-easy/case").status_code == 200
    filed.case.state, filed.case.decided_at = "accepted", filed.case.state_since
    session.commit()
    answer = visitor.get("/ja-easy/case")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/ja/case")
    page = read_page(visitor.get("/ja/case"))
    refused = visitor.post("/ja-easy/case/message", data={**page.fields(), "message": ""})
    assert read_page(refused).one("html").get("lang") == "ja"


def test_a_translation_into_the_readers_language_stands_on_any_page(
    app: Flask, session: Session, operator: Operator
) -> None:
    handler = operator.director
    filed, visitor = file_case(session, app.config["SITE"]), browser(app, session)
    desk = handler.open(session, filed.case)
    handling.take(handler.act(session, app.config["SITE"], filed.case))
    written = messages.Written("How are you?", "en", uuid4())
    site, version = app.config["SITE"], filed.case.version
    asked = handling.ask_worker(Act(session, site, desk, handler.actor, NOW, version), written)
    said = messages.Written("နေကောင်းလား", "my", uuid4())
    handling.translate(
        Act(session, site, desk, handler.actor, NOW), handling.Translating(str(asked.id), said)
    )
    session.commit()
    first = read_page(visitor.get("/my/return"))
    visitor.post("/my/return", data={**first.fields(), "code": filed.code})
    for path in ("/my/case", "/en/case"):
        (shown,) = [one for one in read_page(visitor.get(path)).all("p") if one.text == said.text]
        assert shown.get("lang") == "my", path


@pytest.mark.parametrize("language", EACH)
def test_every_error_speaks_every_language(
    app: Flask, client: FlaskClient, language: Language
) -> None:
    lost = read_page(client.get(f"/{language.slug}/nowhere"))
    assert (lost.status, lost.one("html").get("lang")) == (404, language.tag)
    assert not _english(lost, language, "public")
    for what in ERRORS:
        with app.test_request_context(f"/{language.slug}/"), speaking(language):
            html = error_page(503, what).get_data(as_text=True)
        page = parsed(503, html)
        assert page.one("html").get("lang") == language.tag
        assert not _english(page, language, "public"), what


def test_an_address_that_names_no_language_speaks_the_browsers(client: FlaskClient) -> None:
    lost = read_page(client.get("/nowhere", headers={"Accept-Language": "vi"}))
    assert lost.one("html").get("lang") == "vi"
    assert read_page(client.get("/vi/nowhere")).one("html").get("lang") == "vi"


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
        302,
        f"/{to}/mechanisms?words=union",
    )
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


def test_a_telephone_number_is_not_read_from_its_end() -> None:
    """Groups of digits in a line from right to left come out in the other order."""
    hint = "With the country code if it is not a number in Japan, for example +84 91 234 56 78."
    kept = catalogues.read("ur", "screens")
    assert kept is not None
    said = kept[hint].string
    assert not catalogues.slips("Arab", hint, said)
    turned = said.replace("\u2066", "").replace("\u2069", "")
    assert len(catalogues.slips("Arab", hint, turned)) == 1


def test_a_number_that_was_given_stands_by_itself_on_the_page_to_look_over(
    app: Flask, session: Session, operator: Operator
) -> None:
    assert operator.id
    visitor = browser(app, session)
    path, page = "/ur/file", read_page(visitor.get("/ur/file"))
    told = {
        "what-happened": "Words.",
        "location": "japan",
        "hurt": "no",
        "free": "yes",
        "taken": "no",
        "know": "nobody",
        "reach-by": "phone",
        "contact-phone": "+84 91 234 56 78",
    }
    while page.name != "file.check":
        form = page.one("form", data_main="")
        names = {control.get("name") for control in form.iter()}
        sent = {**page.fields(form), **{one: told[one] for one in names & set(told)}}
        answer = visitor.post(form.get("action") or path, data=sent, follow_redirects=True)
        path = answer.request.path
        page = read_page(answer)
        assert not page.errors
    number = [one for one in page.all("bdi") if (one.text or "").startswith("+84 ")]
    assert len(number) == 1, page.main


@pytest.mark.parametrize("language", LANGUAGES, ids=[one.slug for one in LANGUAGES])
def test_days_and_numbers_have_one_kind_of_digits(language: Language) -> None:
    said = [date_text(NOW.date(), language), days_text(12, language), days_text(1825, language)]
    said.append(time_text(NOW, ZoneInfo("Asia/Tokyo"), language))
    assert [one for one in said if wording.other_digits(one)] == []
    assert "12" in said[1]
    assert wording.other_digits("၂၀ 20 ２") == "၂၀２"


def test_the_questions_of_the_short_ways_are_in_the_gate() -> None:
    source = catalogues.wanted()["screens"]
    bank = shipped()
    for way in TELL:
        for page in bank.journeys[way]:
            for question in bank.on_page(page):
                assert source.get(question.ask), question.id


@cache
def _source(domain: str) -> Catalog:
    return catalogues.wanted()[domain]


def _english(page: Page, language: Language, domain: str = "") -> list[str]:
    """Sentences of the source that stand untranslated on the page: those of the first screens, or
    any that workers read."""
    kept = _source(domain) if domain else catalogues.read(language.catalogue, "screens") or ()
    source = [str(message.id) for message in kept if message.id]
    text = "".join(_said_in(page.one("body"), language.tag))
    return [one for one in source if len(one) > 12 and "%" not in one and one in text]


def _said_in(element: Element, tag: str) -> Iterator[str]:
    """The text of a page without what is marked as another language."""
    if element.get("lang", tag) == tag:
        yield element.text or ""
        for part in element:
            yield from _said_in(part, tag)
            yield part.tail or ""
