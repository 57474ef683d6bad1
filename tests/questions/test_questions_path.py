"""Which pages a person meets, as a table of answers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from grievance.directory import facts
from grievance.questions import bank as shipped_bank
from grievance.questions import checks, sheets
from grievance.questions.journey import Bank
from grievance.questions.question import Condition, Option, Page, Question
from grievance.sheets import Sheet
from tests.questions.answers import WAGES

BANK = shipped_bank.shipped()


def test_a_simple_wage_case_is_twelve_pages_after_the_first():
    path = BANK.path("file", WAGES)
    assert path == [
        "start",
        "problem",
        "issue",
        "place",
        "when",
        "what-happened",
        "files",
        "company",
        "about",
        "wants",
        "may-know",
        "you",
        "lost-code",
    ]
    assert BANK.first_missing("file", WAGES) is None


@pytest.mark.parametrize("issue", sorted(facts.shipped().issues))
def test_safety_comes_right_after_the_issue_when_it_can_mean_danger(issue):
    answers = {**WAGES, "problem": BANK.family_of(issue), "issue": issue}
    path = BANK.path("file", answers)
    place = path.index("place")
    if facts.shipped().issues[issue].emergency_flag:
        assert path[place - 2 : place] == ["danger", "child"]
    else:
        assert "danger" not in path


def test_somebody_hurt_or_ill_from_work_is_asked_about_danger():
    assert {"accident-illness", "violence", "forced-labour-trafficking"} <= {
        code for code, issue in facts.shipped().issues.items() if issue.emergency_flag
    }


@pytest.mark.parametrize(
    ("said", "doors"),
    [
        ({"hurt": "yes", "free": "yes", "taken": "no"}, True),
        ({"hurt": "no", "free": "no", "taken": "no"}, True),
        ({"hurt": "no", "free": "yes", "taken": "yes"}, True),
        ({"hurt": "unknown", "free": "yes", "taken": "no"}, True),
        ({"hurt": "no", "free": "yes", "taken": "no"}, False),
    ],
)
def test_doors_to_call_come_first_in_danger_or_doubt(said, doors):
    answers = {**WAGES, "problem": "treatment", "issue": "violence", "child": "no", **said}
    path = BANK.path("file", answers)
    assert ("doors" in path) is doors
    if doors:
        assert path[path.index("doors") - 1] == "child"


@pytest.mark.parametrize(
    ("change", "page", "shown"),
    [
        ({"location": "abroad"}, "abroad", True),
        ({"location": "abroad"}, "supply", True),
        ({"location": "japan"}, "supply", False),
        ({"who": "helper"}, "helper", True),
        ({"also": ["health"]}, "also-issues", True),
        ({"told": "yes"}, "told", True),
        ({"told": "silent"}, "told", False),
        ({"reach-by": "phone"}, "reach", True),
        ({"fear": "no"}, "company-desk", True),
        ({"fear": "no", "know": "nobody"}, "company-desk", False),
        ({"fear": "unknown"}, "company-desk", False),
        ({"desk-found": ["acme-desk"]}, "desk", True),
        ({"problem": "unsure"}, "issue", False),
    ],
)
def test_pages_appear_with_the_answers_that_ask_for_them(change, page, shown):
    assert (page in BANK.path("file", {**WAGES, **change})) is shown


def test_next_and_before_walk_the_path_both_ways():
    path, walked, page = BANK.path("file", WAGES), ["start"], "start"
    while (following := BANK.next_page("file", page, WAGES)) is not None:
        assert BANK.page_before("file", following, WAGES) == page
        walked.append(following)
        page = following
    assert walked == path
    assert BANK.page_before("file", "start", WAGES) is None
    assert BANK.next_page("file", "danger", WAGES) == "place"  # a page that left the path


def test_the_finder_never_asks_for_names_words_or_ways_to_reach_somebody():
    for where in ("japan", "abroad", "returned"):
        for page in BANK.path("finder", {**WAGES, "location": where}):
            for question in BANK.asked("finder", page, {**WAGES, "location": where}):
                assert question.kind not in ("text", "textarea", "email", "phone", "files")


def test_answers_of_hidden_questions_do_not_count():
    answers = {**WAGES, "problem": "treatment", "issue": "violence", "hurt": "yes"}
    changed = {**answers, "problem": "money", "issue": "wages-unpaid"}
    assert BANK.live("file", answers)["hurt"] == "yes"
    assert "hurt" not in BANK.live("file", changed)
    assert BANK.first_missing("file", {**answers, "problem": "money"}) == "issue"


def test_issues_are_offered_by_family_and_the_main_one_only_once():
    answers = {**WAGES, "also": ["money", "health"]}
    further = BANK.issue_choices(BANK.questions["also-issues"], answers)
    assert "wages-unpaid" not in further
    assert {"overtime-unpaid", "safety-hazard"} <= set(further)
    most = max(
        len(BANK.issue_choices(BANK.questions["issue"], {"problem": f.code})) for f in BANK.families
    )
    assert most <= 8


def test_somebody_who_is_not_sure_has_the_issue_other():
    live = BANK.live("file", {"problem": "unsure", "issue": "violence"})
    assert BANK.issues(live) == ["other"]


def test_a_file_excuses_from_writing():
    silent = {name: given for name, given in WAGES.items() if name != "what-happened"}
    assert BANK.first_missing("file", silent) == "what-happened"
    assert BANK.first_missing("file", {**silent, "files": "given"}) is None


def test_every_question_is_reachable_and_one_that_is_not_is_named():
    assert checks.unreachable(BANK) == []
    never = Condition(
        "all",
        (
            Condition("answer", question="know", values=frozenset(["nobody"])),
            Condition("answer", question="fear", values=frozenset(["no"])),
            Condition("answer", question="company-desk", values=frozenset(["yes"])),
        ),
    )
    lost = Question("lost", "you", "text", "Never asked", shown_if=never)
    broken = replace(BANK, questions={**BANK.questions, "lost": lost})
    assert checks.unreachable(broken) == ["lost"]


def _small(*questions: Question, order: tuple[str, ...] = ("a", "b")) -> Bank:
    pages = {name: Page(name, name) for name in order}
    return Bank({q.id: q for q in questions}, pages, {"file": order}, BANK.families)


def _faults(*questions: Question) -> str:
    known = frozenset(facts.shipped().issues)
    found = checks.faults_of(_small(*questions), questions, known)
    return "; ".join(f"{about}: {what}" for about, what in found)


YES_NO = (Option("yes", "Yes"), Option("no", "No"))


@pytest.mark.parametrize(
    ("questions", "fault"),
    [
        ([Question("x", "a", "radio", "?", options=YES_NO[:1])], "x: fewer than two options"),
        ([Question("x", "a", "colour", "?")], "x: no such kind"),
        ([Question("x", "a", "text", "")], "no sentence"),
        ([Question("data", "a", "text", "?")], "reserved"),
        ([Question("x", "a", "text", "?", required=True)], "no sentence says what is missing"),
        ([Question("x", "nowhere", "text", "?")], "no such page"),
        ([Question("x", "a", "text", "?"), Question("x", "b", "text", "?")], "the id twice"),
        (
            [Question("x", "a", "text", "?", shown_if=Condition("answer", question="y"))],
            "unknown question y",
        ),
        (
            [
                Question("x", "a", "radio", "?", options=YES_NO),
                Question(
                    "y",
                    "a",
                    "text",
                    "?",
                    shown_if=Condition("answer", question="x", values=frozenset(["yes"])),
                ),
            ],
            "not on an earlier page",
        ),
        (
            [
                Question("x", "a", "radio", "?", options=YES_NO),
                Question(
                    "y",
                    "b",
                    "text",
                    "?",
                    shown_if=Condition("answer", question="x", values=frozenset(["maybe"])),
                ),
            ],
            "answers that x does not have",
        ),
        ([Question(name, "a", "text", "?") for name in "vwxyz"], "page a: 5 questions"),
    ],
)
def test_the_start_up_check_names_what_is_wrong(questions, fault):
    assert fault in _faults(*questions)


def test_families_hold_every_issue_of_the_directory_once():
    known = frozenset(facts.shipped().issues)
    assert checks.faults_of(BANK, list(BANK.questions.values()), known) == []
    assert ("families", "wages-unpaid is no issue") in checks.faults_of(
        BANK, list(BANK.questions.values()), known - {"wages-unpaid"}
    )


@pytest.mark.parametrize(
    ("rule", "answers", "issues", "holds"),
    [
        ({"answer": {"a": ["x"]}}, {"a": "x"}, [], True),
        ({"answer": {"a": ["x"]}}, {"a": ["y", "x"]}, [], True),
        ({"answer": {"a": ["x"]}}, {}, [], False),
        ({"answer": {"a": ["*"]}}, {"a": "whatever"}, [], True),
        ({"answer": {"a": ["*"]}}, {"a": ""}, [], False),
        ({"not": {"answer": {"a": ["x"]}}}, {}, [], True),
        (
            {"all": [{"answer": {"a": ["x"]}}, {"issue": ["violence"]}]},
            {"a": "x"},
            ["violence"],
            True,
        ),
        ({"all": [{"answer": {"a": ["x"]}}, {"issue": ["violence"]}]}, {"a": "x"}, [], False),
        ({"any": [{"answer": {"a": ["x"]}}, {"issue": "pay"}]}, {}, ["wages-unpaid"], True),
        ({"issue": "pay"}, {}, ["housing"], False),
    ],
)
def test_conditions_hold_as_written(rule, answers, issues, holds):
    groups = {"pay": frozenset(["wages-unpaid", "minimum-wage"])}
    row = Sheet("x", json.dumps(rule)).top()
    assert sheets.condition(row, groups).holds(answers, frozenset(issues)) is holds


@pytest.mark.parametrize("rule", [{"answer": {"a": ["x"]}, "not": {}}, {"sometimes": {}}, {}])
def test_a_condition_that_means_nothing_is_refused(rule):
    row = Sheet("x", json.dumps(rule)).top()
    sheets.condition(row, {})
    assert len(row.sheet.faults) == 1


def test_an_option_cut_by_a_stray_comma_is_refused():
    question = "{id: x, page: a, kind: radio, ask: '?', packet: {never: x}, options: "
    row = Sheet("x.yaml", f"\n{question}[{{code: a, label: In, b}}]}}\n").top()
    sheets.question(row, {})
    assert [str(fault) for fault in row.sheet.faults] == ["x.yaml:2: unknown key 'b'"]
