"""What the public pages say is so: nothing sounds better than it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import i18n
from grievance.accounts.models import OperatorProfile
from grievance.accounts.profile import KEPT_AT_LEAST
from grievance.cases.state_words import TOLD
from grievance.cli import catalogues
from grievance.directory import operations, queries
from grievance.directory.models import Channel
from grievance.i18n import LANGUAGES
from grievance.portal import doors
from grievance.portal.doors import Standpoint
from grievance.questions.bank import shipped
from grievance.questions.forms import Asking, form_for
from grievance.routing.reasons import WARNINGS
from tests.cast import found_operator
from tests.directory.loaded import MEMBER, NOW, check_of
from tests.pages import Page

Get = Callable[[str], Page]
COMPLETE = ("en", "ja", "vi")
STANDPOINTS = (
    Standpoint(), Standpoint("JP-05"), Standpoint("JP-13"), Standpoint("JP-14"),
    Standpoint(in_japan=False),
)  # fmt: skip


@pytest.mark.parametrize("lang", COMPLETE)
def test_whoever_is_told_to_call_110_is_told_that_some_phones_cannot(
    lang: str, get: Get, app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    for path in ("", "/file?route=full", "/issues/violence", "/mechanisms/jp-emergency"):
        page = get(f"/{lang}{path}")
        assert page.all("a", href="tel:110"), path
        assert "SIM" in page.main, path
        assert "050" in page.main, path


def test_no_language_says_that_any_phone_can_call(loaded: Session) -> None:
    absolute = (
        "any phone and free",
        "free from any phone",
        "どの電話からでも無料",
        "điện thoại nào cũng",
        "どのスマホや電話からでも",  # a phone that is not online opens no page of ours
        "bất kỳ điện thoại nào.",
    )
    entry = queries.book(loaded).entries["jp-emergency"]
    sentence = (
        "A phone without a SIM card or with a data-only SIM cannot call them, and a number that "
        "begins with 050 often cannot. Then use a public phone, or ask a neighbour, a shop or a "
        "police box to call."
    )
    for language in LANGUAGES:
        with i18n.speaking(language):
            assert "050" in i18n.gettext(sentence), language.slug
            texts = [str(entry.say(name) or "") for name in entry.texts]
        assert not [text for text in texts if any(words in text for words in absolute)]
        held = i18n.catalogue(language.slug)
        known = getattr(held, "_catalog", {}).values()
        assert not [text for text in known if any(words in str(text) for words in absolute)]


def test_an_ambulance_does_not_carry_the_warning_about_the_police(loaded: Session) -> None:
    said = str(queries.book(loaded).entries["jp-emergency"].say("who_learns"))
    ambulance, _, police = said.partition("When the police (110) act")
    assert "for your health, not for your papers" in ambulance
    assert "arrested" in police
    assert "arrested" not in ambulance


@pytest.mark.parametrize("slug", ["en", "ja", "vi", "id", "ko", "zh-hant", "my", "ur"])
def test_they_speak_it_only_where_the_number_shown_does(slug: str, loaded: Session) -> None:
    book = queries.book(loaded)
    with i18n.speaking(slug) as language:
        claim = i18n.gettext("They speak %(language)s") % {"language": i18n.name_in(language)}
        for entry, standpoint in product(book.entries.values(), STANDPOINTS):
            way = doors.best(entry, standpoint)
            card = doors.card(entry, standpoint)
            if way is None or card.your_language != claim:
                continue
            spoken = way.facts.languages or entry.facts.languages
            if way.facts.type == "web":
                assert (
                    not any(one.type == "phone" and not one.public for one in entry.facts.channels)
                    or card.also
                ), entry.id
                continue
            assert set(spoken) & doors.understood(language), (entry.id, way.facts.value)


def test_a_japanese_line_says_so_and_does_not_borrow_the_languages_of_its_body(get: Get) -> None:
    page = get("/en/mechanisms/jp-women-support")
    rows = {
        "".join(div.itertext()).split("#8008")[-1]
        for div in page.all("div", class_="reach")
        if "#8008" in "".join(div.itertext())
    }
    assert rows
    assert all("日本語" in row and "English" not in row for row in rows)


def test_a_value_that_was_only_read_is_not_called_checked(get: Get, loaded: Session) -> None:
    bodies = ("jp-otit", "jp-labour-hotline", "jp-lsio")
    spans = [span for body in bodies for span in get(f"/en/mechanisms/{body}").all("span")]
    lines = ["".join(span.itertext()) for span in spans if "data-provenance" in span.attrib]
    assert lines
    assert all(line.startswith("From a page of ") for line in lines)
    assert not any("hecked" in line or "2026" in line for line in lines)
    row = loaded.scalars(select(Channel).where(Channel.mechanism == "jp-child-189")).one()
    operations.confirm(loaded, check_of(row), MEMBER, NOW)
    loaded.commit()
    page = get("/en/mechanisms/jp-child-189")
    assert "Confirmed by a person here on" in page.main


def test_every_value_shown_names_its_page_or_is_common_knowledge(loaded: Session) -> None:
    for entry in queries.book(loaded).entries.values():
        for way in entry.public_ways:
            said = doors.provenance(way)
            assert said or way.facts.status in ("public_fact", "descriptive"), entry.id
            dated = way.page.date if way.page else None
            assert dated is None or doors.partial_day(dated) in said
            undated = replace(way, page=replace(way.page, date=None)) if way.page else way
            assert not way.page or "shows no date" in doors.provenance(undated)


def test_nothing_promises_help_now_that_nobody_computed(get: Get, loaded: Session) -> None:
    """Only what is shown of the hours says now or today, and that knows the hour."""
    bodies, said = queries.book(loaded).entries, []
    for path in [f"mechanisms/{one}" for one in bodies] + ["mechanisms", "issues/violence"]:
        page = get(f"/en/{path}")
        heads = [h for tag in ("h1", "h2", "h3") for h in page.one("main").iter(tag)]
        said += [(path, "".join(h.itertext())) for h in heads]
    assert len(said) > len(bodies) > 50
    assert not [one for one in said if re.search(r"\b(today|now|at once)\b", one[1])]


@pytest.mark.parametrize("lang", COMPLETE)
def test_who_deletes_a_closed_case_is_a_person_with_a_name(
    lang: str, get: Get, app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    about = get(f"/{lang}/about").main
    assert "Hidamari desk" in about
    assert "1825" not in about
    assert "1,825" not in about
    with i18n.speaking(lang):
        assert i18n.gettext("When is it deleted?") in about
        assert i18n.days_text(1825) in about


def test_who_wants_a_case_deleted_is_told_how(get: Get, app: Flask, session: Session) -> None:
    """The button stands on the page of an open and of a closed case."""
    found_operator(session, app.config["KEY_RING"])
    assert "press “Delete my report” on your page" in get("/en/about").main
    assert "You can also write to Hidamari desk here: desk@example.org" in get("/en/about").main
    session.scalars(select(OperatorProfile)).one().contacts = []
    session.commit()
    about = get("/en/about").main
    assert "press “Delete my report” on your page" in about
    assert "Nothing here deletes it by itself: a person does" in about
    assert "You can also write to" not in about


def test_a_term_saved_before_it_was_checked_does_not_cut_the_year_short(
    get: Get, app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    session.scalars(select(OperatorProfile)).one().retention_days = 30
    session.commit()
    about = get("/en/about").main
    assert f"at most {i18n.days_text(KEPT_AT_LEAST)}" in about
    assert f"at most {i18n.days_text(30)}" not in about


def test_put_together_from_pages_is_said_where_there_are_pages(get: Get, loaded: Session) -> None:
    for entry in queries.book(loaded).entries.values():
        page = get(f"/en/mechanisms/{entry.id}")
        listed = page.all("ul", data_sources="")
        assert ("Put together from these pages" in page.main) == bool(listed), entry.id


@pytest.mark.parametrize("slug", ["my", "ur", "zh-hans"])
def test_the_list_of_offices_is_the_list(slug: str, get: Get, app: Flask) -> None:
    page = get(f"/{slug}/")
    ways = [one.get("href") or "" for one in page.one("main").iter("a") if one.get("hreflang")]
    assert ways
    assert all(one.endswith("/mechanisms") for one in ways)


def test_work_of_children_and_of_students_is_told_as_the_law_has_it(loaded: Session) -> None:
    child = str(queries.book(loaded).issues["child-labour"].say("description"))
    assert "31 March after the 15th birthday" in child
    student = WARNINGS["student-hours"]
    for part in ("permit", "28 hours a week", "8 hours a day", "long school holidays"):
        assert part in student


def test_a_second_look_is_promised_by_another_person_only_where_there_is_one() -> None:
    assert "If there is somebody who had no part" in TOLD["not_accepted"].next_step
    assert "Another person reads it" not in TOLD["not_accepted"].next_step


def test_help_about_pay_and_money_is_for_those_whom_it_concerns(app: Flask) -> None:
    def when(**answers: Any) -> tuple[str, list[str]]:
        with app.test_request_context("/"):
            form = form_for(Asking(shipped(), "file", answers), "when")
        return str(form["since"].hint), [field.name for field in form if field.name != "token"]

    hint, names = when(problem="harassment", issue="harassment-sexual", location="japan")
    assert "pay" not in hint
    assert "amount-band" not in names
    hint, names = when(problem="money", issue="wages-unpaid", location="japan")
    assert hint.startswith("For pay")
    assert "amount-band" in names
    hint, names = when(problem="money", issue="wages-unpaid", location="abroad", country="BD")
    assert "amount-band" not in names
    assert "amount-words" in names


def test_the_number_of_pages_said_is_the_number_of_pages_there_are() -> None:
    """The pages of questions, then the check and the number: four ways in five take 16 to 20."""
    bank, counted = shipped(), Counter[bool]()
    families = [(one.code, issue) for one in bank.families for issue in one.issues]
    ways = product(
        families,
        ("japan", "returned", "abroad"),
        ("own", "helper"),
        ("no", "yes"),
        ("", "money"),
        ("no", "yes"),
        ("none", "email"),
    )
    for (family, issue), place, who, hurt, also, told, reach in ways:
        answers = {
            "who": who,
            "problem": family,
            "issue": issue,
            "location": place,
            "hurt": hurt,
            "free": "yes",
            "taken": "no",
            "told": told,
            "reach-by": reach,
            "know": "nobody",
            "fear": "yes",
            "also": [also] if also else [],
        }
        counted[16 <= len(bank.path("file", answers)) + 2 <= 20] += 1
    assert counted[True] >= 0.8 * counted.total()


def test_a_language_is_named_in_the_language_of_its_sentence() -> None:
    named = {
        (slug, other): i18n.name_in(i18n.BY_SLUG[other], i18n.BY_SLUG[slug])
        for slug, other in (("vi", "ja"), ("vi", "vi"), ("ja", "pt-br"), ("en", "ja"))
    }
    assert list(named.values()) == [
        "tiếng Nhật",
        "tiếng Việt",
        "ポルトガル語（ブラジル）",
        "Japanese",
    ]


TOLD_WRONG = {
    "vi": ("Họ không làm được gì", "Các bạn không làm được gì", "đất hoặc nước", "Ai khác đã biết",
           "mở ở chỗ khác", "đóng đơn", "đóng khiếu nại", "Đóng khiếu nại", "Đóng đơn",
           "Tàu thuyền", "ục xuất nhập cảnh", "tai cục này", "Có thể sẽ có lời hứa",
           "đã có chưa?", "Đã có đủ", "múi giờ"),
    "ja": ("手助けしている人の立場", "手助けしている人のため", "渡すことを、あなたが取り下げ",
           "別の所でも開いて", "ページ中の", "だれに知られてもいい", "使ってまた来る",
           "約束が決まる", "約束どおりになることもある", "空けておいてもかまい",
           "同意を取り下げ"),
}  # fmt: skip


@pytest.mark.parametrize("slug", list(TOLD_WRONG))
def test_what_a_native_reader_misreads_is_gone(slug: str, loaded: Session) -> None:
    held, texts = i18n.catalogue(slug), []
    while held is not None and held is not i18n.catalogue("en"):  # public, staff, screens
        texts += map(str, getattr(held, "_catalog", {}).values())
        held = getattr(held, "_fallback", None)
    book = queries.book(loaded)
    told = [
        *book.entries.values(),
        *book.issues.values(),
        *(way for entry in book.entries.values() for way in entry.ways),
    ]
    texts += [by[slug]["text"] for one in told for by in one.texts.values() if slug in by]
    for words in TOLD_WRONG[slug]:
        assert not [text for text in texts if words in text], words


NOT_PROMISED = {  # what a body does, and what its own rules ask for
    "jp-otit": ("time", {"en": "at once", "ja": "すぐに", "vi": "ngay lập tức"}, False),
    "jp-wage-advance": ("cannot_do", {"en": "1 year", "ja": "1年以上", "vi": "1 năm"}, True),
}


@pytest.mark.parametrize("body", NOT_PROMISED)
def test_no_language_promises_more_of_a_body_than_its_rules(body: str, loaded: Session) -> None:
    name, words, said = NOT_PROMISED[body]
    entry = queries.book(loaded).entries[body]
    for lang in COMPLETE:
        with i18n.speaking(lang):
            assert (words[lang] in str(entry.say(name))) is said, lang


TOLD_WHOLE = {  # what would be half the truth without it
    "jp-wage-advance": (
        "can_do",
        {
            "en": "880,000 yen 1,760,000 yen 2,960,000 yen",
            "ja": "88万円 176万円 296万円",
            "vi": "880.000 1.760.000 2.960.000",
        },
    ),
    "jp-pension-office": (
        "time",
        {"en": "re-entry permit 8 years", "ja": "再入国許可 8年", "vi": "tái nhập cảnh 8 năm"},
    ),
}


@pytest.mark.parametrize("lang", COMPLETE)
def test_limits_and_duties_are_told_in_every_language(lang: str, get: Get, loaded: Session) -> None:
    book = queries.book(loaded)
    with i18n.speaking(lang):
        for body, (name, words) in TOLD_WHOLE.items():
            for word in words[lang].split(" "):
                assert word in str(book.entries[body].say(name)), (body, word)
        duty = {"en": "have to report it", "ja": "入管に知らせなければ", "vi": "thì phải báo"}
        assert duty[lang] in str(book.issues["immigration-status"].say("law"))
        warned = {"en": "have to report", "ja": "入管に知らせる", "vi": "phải báo"}
        assert warned[lang] in i18n.gettext(WARNINGS["irregular"])
    assert "62" in get(f"/{lang}/issues/immigration-status").main


def test_nothing_we_say_of_a_body_is_that_it_comes_or_helps_at_once() -> None:
    """Who answers now is computed by `doors.open_now`; a sentence in a catalogue cannot know."""
    said = [str(message.id) for message in catalogues.wanted()["public"] if message.id]
    hasty = re.compile(r"\b(they|these)\b[^.]*\b(at once|right now|immediately|today)\b", re.I)
    assert [one for one in said if hasty.search(one)] == []


@pytest.mark.parametrize("lang", COMPLETE)
def test_an_issue_page_says_the_law_with_its_source_or_nothing(lang: str, get: Get) -> None:
    named = {
        "accident-illness": {"en": "arts 12-8, 42", "ja": "12条の8・42条", "vi": "Điều 12-8, 42"},
        "document-retention": {"en": "48(1)", "ja": "48条", "vi": "48"},
    }
    for code, words in named.items():
        page = get(f"/{lang}/issues/{code}")
        (law,) = [p for p in page.all("p") if "data-law" in p.attrib]
        assert words[lang] in "".join(law.itertext())
    assert not [p for p in get(f"/{lang}/issues/other").all("p") if "data-law" in p.attrib]


def test_every_law_has_a_source_and_is_said_in_every_complete_language(loaded: Session) -> None:
    issues = queries.book(loaded).issues.values()
    said = [issue for issue in issues if issue.say("law")]
    assert len(said) >= 38
    for issue in said:
        assert issue.facts.law_source, issue.id
        for lang in COMPLETE:
            with i18n.speaking(lang) as language:
                law = issue.say("law")
            assert law, issue.id
            assert (law.language, law.stale) == (language, False), (issue.id, lang)
    assert all(not issue.facts.law_source for issue in issues if issue not in said)
