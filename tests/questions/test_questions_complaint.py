"""Answers → complaint, profile and sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grievance import i18n
from grievance.cli.sentences import sentences
from grievance.directory import facts
from grievance.questions import bank as shipped_bank
from grievance.questions import checks
from grievance.questions.complaint import complaint_of
from grievance.questions.places import country_codes, prefecture_codes, region_of
from grievance.questions.profile import profile_of
from grievance.questions.question import Question
from grievance.questions.summary import summary
from grievance.routing import profile as routing
from grievance.routing.rules import shipped_rules
from grievance.sheets import Sheet, read
from tests.questions.answers import WAGES

BANK = shipped_bank.shipped()
ISSUES = tuple(facts.shipped().issues)
LIMITS = shipped_rules().limitation_codes


def parsed(answers, journey="file"):
    return routing.parse(profile_of(BANK, journey, answers), ISSUES, LIMITS)


@pytest.mark.parametrize("journey", ["file", "finder"])
def test_the_kind_of_work_is_asked_in_japan_too_and_says_who_hired(journey):
    family = parsed(WAGES | {"sector": "domestic"}, journey)
    company = parsed(WAGES | {"sector": "household-company"}, journey)
    crew = parsed(WAGES | {"sector": "shipping"}, journey)
    assert (family.sector, crew.sector) == ("domestic", "shipping")
    assert company.sector == "household-company"  # the Labour Standards Act covers it
    sent = parsed(WAGES | {"true-for-me": ["dispatched", "multinational"]}, journey)
    assert (sent.dispatched, sent.multinational) == (True, True)
    assert not parsed(WAGES, journey).dispatched


def test_a_wage_case_becomes_the_profile_of_the_first_scenario():
    told = {
        **WAGES,
        "status": "titp",
        "nationality": "VN",
        "prefecture": "JP-23",
        "since": "2026-08-25",
    }
    profile = parsed(told)
    assert (profile.issues, profile.status, profile.goal) == (("wages-unpaid",), "titp", "money")
    assert (profile.prefecture, profile.nationality, profile.location) == ("JP-23", "VN", "japan")
    assert profile.hide_from_employer
    assert not profile.anonymous
    assert profile.events["wages"].isoformat() == "2026-08-25"


@pytest.mark.parametrize("question", sorted(BANK.questions))
def test_every_coded_answer_gives_a_profile_that_routing_takes(question):
    asked = BANK.questions[question]
    for way in checks.answers_leading_to(BANK, asked):
        for option in asked.options:
            multiple = asked.kind == "checkbox"
            given = {**WAGES, **way, question: [option.code] if multiple else option.code}
            parsed(given)
            parsed(given, "finder")


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        ({"hurt": "yes"}, {"danger"}),
        ({"taken": "yes"}, {"danger"}),
        ({"free": "no"}, {"danger"}),
        ({"child": "yes"}, {"child"}),
        ({"hurt": "unknown", "free": "unknown"}, set()),
        ({"status": "none"}, {"irregular"}),
        ({"know": "nobody"}, {"anonymous"}),
        ({"know": "all"}, set()),
        ({"fear": "unknown"}, {"fear", "hide_from_employer"}),
        ({"who": "witness"}, {"third_party", "hide_from_employer"}),
        (
            {"true-for-me": ["woman", "refugee", "left-host", "bankrupt"]},
            {"woman", "refugee", "left_host", "bankrupt", "hide_from_employer"},
        ),
    ],
)
def test_circumstances_become_flags(change, flags):
    base = {
        **WAGES,
        "problem": "treatment",
        "issue": "violence",
        "hurt": "no",
        "free": "yes",
        "taken": "no",
        "child": "no",
        **change,
    }
    if "know" not in change and flags <= {"danger", "child", "irregular"}:
        flags = flags | {"hide_from_employer"}
    profile = parsed(base)
    assert {name for name in routing.FLAGS if getattr(profile, name)} == flags


def test_a_worker_who_went_home_says_when_she_left_for_the_pension_refund():
    told = {
        **WAGES,
        "issue": "insurance-pension",
        "location": "returned",
        "now-in": "PH",
        "left-japan": "2026-05-01",
    }
    profile = parsed(told)
    assert profile.events == {"pension-lump-sum": profile.events["pension-lump-sum"]}
    assert profile.now_in == "PH"


def test_a_complaint_keeps_who_apart_from_what():
    told = {
        **WAGES,
        "name": "Linh",
        "company": "Aoba Foods",
        "nationality": "VN",
        "status": "titp",
        "amount-band": "100k-500k",
        "prefecture": "JP-23",
        "reach-by": "email",
        "contact-email": "linh@example.com",
    }
    complaint = complaint_of(BANK, told)
    assert {"name", "company", "nationality", "status", "contact-email"} <= set(complaint.identity)
    assert not {"name", "company", "nationality", "status"} & set(complaint.story)
    assert complaint.story["what-happened"] == "Two months without pay."
    assert (complaint.country, complaint.region) == ("JP", "chubu")
    assert (complaint.main_issue, complaint.severity) == ("wages-unpaid", "medium")
    assert complaint.contact.value == "linh@example.com"
    assert complaint.reissue_allowed
    assert (complaint.channel, complaint.known_to, complaint.filed_for) == ("web", "self", "own")
    assert "Linh" not in repr(complaint)
    assert "linh@" not in repr(complaint.contact)


def test_work_abroad_has_a_country_and_no_region():
    told = {**WAGES, "location": "abroad", "country": "BD", "prefecture": "JP-23"}
    complaint = complaint_of(BANK, told)
    assert (complaint.country, complaint.region) == ("BD", "")
    assert "prefecture" not in complaint.profile


def test_danger_raises_the_severity_of_any_issue():
    calm = {
        **WAGES,
        "problem": "speaking-up",
        "issue": "retaliation-complaint",
        "hurt": "no",
        "free": "yes",
        "taken": "no",
        "child": "no",
    }
    assert complaint_of(BANK, calm).danger is False
    alarmed = complaint_of(BANK, {**calm, "taken": "yes"})
    assert alarmed.danger
    assert alarmed.severity in ("high", "critical")
    low = complaint_of(BANK, {**calm, "problem": "unsure"})
    assert (low.main_issue, low.severity) == ("other", "low")


@pytest.mark.parametrize(
    ("change", "known_to", "filed_for"),
    [
        ({"who": "helper", "helper-knows": "yes"}, "helper", "other"),
        ({"who": "witness", "helper-knows": "no"}, "helper", "other"),
        ({"channel": "phone", "hurt": "no", "free": "yes", "taken": "no"}, "staff", "own"),
    ],
)
def test_a_code_that_somebody_else_has_seen_is_said_to_be_so(change, known_to, filed_for):
    complaint = complaint_of(BANK, {**WAGES, **change})
    assert (complaint.known_to, complaint.filed_for) == (known_to, filed_for)


def test_an_incomplete_filing_is_refused():
    with pytest.raises(ValueError, match="lost-code"):
        complaint_of(BANK, {**WAGES, "reissue": ""})


def test_the_summary_speaks_in_order_and_leaves_free_text_alone():
    told = {**WAGES, "also": ["health"], "also-issues": ["hours-rest"], "prefecture": "JP-23"}
    lines = {line.question: line for line in summary(BANK, BANK.live("file", told), "en")}
    assert lines["issue"].text == "Unpaid or late wages"
    assert lines["prefecture"].text == "Aichi (愛知県)"
    assert lines["language"].text == "Tiếng Việt"
    assert lines["what-happened"].written
    assert lines["what-happened"].text == "Two months without pay."
    order = [line.question for line in summary(BANK, BANK.live("file", told), "en")]
    assert order.index("who") < order.index("issue") < order.index("goal") < order.index("reissue")


def test_a_handler_reads_coded_answers_in_japanese():
    lines = {line.question: line for line in summary(BANK, BANK.live("file", WAGES), "ja")}
    assert "賃金" in lines["issue"].text or "給料" in lines["issue"].text


def test_a_retired_question_is_not_asked_but_still_readable():
    old = Question("old-wage", "when", "text", "Hourly wage", retired=True)
    bank = replace(BANK, questions={**BANK.questions, "old-wage": old})
    assert "old-wage" not in [q.id for q in bank.asked("file", "when", WAGES)]
    lines = summary(bank, {"old-wage": "900", "goal": "money"}, "en")
    assert [(line.label, line.text) for line in lines if line.question == "old-wage"] == [
        ("Hourly wage", "900")
    ]


def test_a_code_nobody_knows_any_more_is_shown_as_it_is():
    lines = summary(BANK, {"goal": "revenge", "country": "XX", "issue": "gone"}, "en")
    assert {line.text for line in lines} == {"revenge", "XX", "gone"}


def test_every_label_is_in_the_catalogue_material():
    found = {
        sentence
        for path in shipped_bank.DATA.glob("*.yaml")
        for _line, _context, sentence in sentences(read(path))
    }
    for question in BANK.questions.values():
        said = {question.ask, question.help, question.why, question.needed} - {""}
        assert said | {option.label for option in question.options} <= found
    assert {page.title for page in BANK.pages.values()} <= found
    assert {family.label for family in BANK.families} <= found


def test_a_sentence_for_translators_has_its_line_and_its_context():
    source = "questions:\n  - id: x\n    ask: Who?\n    help: 'So: tell us.'\n"
    assert list(sentences(Sheet("x", source))) == [
        (3, None, "Who?"),
        (4, None, "So: tell us."),
    ]
    source = "parts:\n  - {code: x, label: Name}\ntemplates:\n  - bring:\n    - A pen\n"
    assert list(sentences(Sheet("x", source))) == [(2, "part", "Name"), (5, "paper", "A pen")]


def test_regions_and_countries_cover_the_codes_routing_knows():
    assert [region_of(code) for code in ("JP-01", "JP-13", "JP-23", "JP-24", "JP-47", "")] == [
        "hokkaido",
        "kanto",
        "chubu",
        "kansai",
        "kyushu",
        "",
    ]
    assert all(region_of(code) for code in prefecture_codes())
    assert {"JP", "NO", "TW", "XK"} <= country_codes()
    assert not {"EU", "UN", "ZZ", "001"} & country_codes()


@pytest.mark.parametrize("slug", sorted(i18n.BY_SLUG))
def test_dates_places_and_options_can_be_said_in_every_language(slug):
    told = {**WAGES, "since": "2026-08-25", "nationality": "MM", "prefecture": "JP-13"}
    assert all(line.text and line.label for line in summary(BANK, told, slug))
