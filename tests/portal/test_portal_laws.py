"""A law is named on a page as people here call it, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grievance.deadlines import limits, procedures
from grievance.directory import citing, facts
from grievance.directory.citing import cite, unnamed
from grievance.i18n import BY_SLUG
from grievance.routing.rules import shipped_rules
from grievance.routing.together import shipped_together
from tests.pages import Page
from tests.portal.test_portal_finder import SAFE, WAGES, Answers, Person

Get = Callable[[str], Page]
ENGLISH = re.compile(
    r"\b(?:Act|Acts|Law (?:No\.|on)|(?:Penal|Civil) Code|Guidelines(?!, JICA)|arts?\.?|sec\.|UNGP"
    r"|LSA|LCA|ESA|EEOA)\b"  # a desk of JICA is called after its guidelines in its address
)

UN_VI = "Nguyên tắc hướng dẫn của Liên Hợp Quốc về kinh doanh và quyền con người"


def _cited() -> Iterator[str]:
    known, rules = facts.shipped(), shipped_rules()
    for body in known.mechanisms.values():
        yield from body.legal_basis
    yield from (issue.law_source for issue in known.issues.values())
    yield from rules.basis.values()
    yield from rules.steps.values()
    yield from (rule.law for rule in shipped_together() if rule.law)
    yield from (limit.basis for limit in limits.shipped().rows.values())
    yield from (law for one in procedures.shipped().rows.values() for law in one.laws)


def test_every_law_that_the_facts_name_has_its_name_in_each_language() -> None:
    assert [clause for one in _cited() for clause in unnamed(one)] == []
    for slug in ("ja", "vi"):
        for one in set(_cited()):
            assert not ENGLISH.search(cite(one, BY_SLUG[slug]).text), (slug, one)


def test_no_row_of_the_names_is_unused() -> None:
    clauses = {clause for one in _cited() for clause in one.split("; ")}
    used = {parts[0].names["en"] for one in clauses if (parts := citing._parts(one))}
    assert {row.names["en"] for row in citing.table().values()} - used == set()


@pytest.mark.parametrize(
    ("cited", "en", "ja", "vi"),
    [
        (
            "LSA 24, 143(3)",
            "Labour Standards Act arts 24, 143(3)",
            "労働基準法24条・143条3項",
            "Luật Tiêu chuẩn Lao động, Điều 24, 143 khoản 3",
        ),
        (
            "ESA 32-3; LSA 94–96",
            "Employment Security Act art. 32-3; Labour Standards Act arts 94–96",
            "職業安定法32条の3、労働基準法94条〜96条",
            "Luật Ổn định Việc làm, Điều 32-3; Luật Tiêu chuẩn Lao động, Điều 94 đến 96",
        ),
        (
            "UNGP 31",
            "UN Guiding Principles on Business and Human Rights principle 31",
            "国連「ビジネスと人権に関する指導原則」原則31",
            f"{UN_VI}, nguyên tắc 31",
        ),
        ("Rules of a desk 7", "Rules of a desk 7", "Rules of a desk 7", "Rules of a desk 7"),
    ],
)
def test_a_law_is_cited_as_people_there_cite_it(cited: str, en: str, ja: str, vi: str) -> None:
    said = [cite(cited, BY_SLUG[slug]).text for slug in ("en", "ja", "vi")]
    assert said == [en, ja, vi]
    assert cite(cited, BY_SLUG["ja-easy"]).language.slug == "ja"


@pytest.mark.parametrize("lang", ["ja", "vi"])
def test_no_page_of_the_directory_names_a_law_in_english(lang: str, get: Get) -> None:
    known = facts.shipped()
    paths = [f"/issues/{one}" for one in known.issues]
    paths += [f"/mechanisms/{one}" for one in known.mechanisms]
    named = {}
    for path in paths:
        page = get(f"/{lang}{path}")
        for titles in page.all("ul", data_sources=""):  # pages are quoted by their own titles
            titles.clear()
        named[path] = ENGLISH.findall(page.main)
    assert {path: found for path, found in named.items() if found} == {}


@pytest.mark.parametrize("lang", ["ja", "vi"])
@pytest.mark.parametrize(
    "answers",
    [
        WAGES | {"status": "titp"},
        WAGES | {"status": "none"},
        {"problem": "treatment", "issue": "violence", "location": "japan", **SAFE},
        {"problem": "treatment", "issue": "violence", "location": "abroad", **SAFE},
        {"problem": "money", "issue": "insurance-pension", "location": "returned"},
        {"problem": "unsure", "location": "japan"},
    ],
)
def test_the_finder_names_no_law_in_english(
    lang: str, answers: Answers, client: FlaskClient, loaded: Session
) -> None:
    page = Person(client, lang).to_result(answers)
    assert page.all("details"), "no rules are shown"
    assert ENGLISH.findall(page.main) == []


def test_every_problem_but_one_that_has_no_name_says_what_the_law_says() -> None:
    """No law is about whatever else somebody may tell."""
    known = facts.shipped().issues.values()
    assert [issue.id for issue in known if not issue.texts.get("law")] == ["other"]
