"""The start-up check: every question can be reached, says its sentences, and fits its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from grievance.questions.journey import Bank
from grievance.questions.question import (
    ANY,
    COMPARTMENTS,
    KINDS,
    STORES,
    Answer,
    Condition,
    Question,
)

ISSUES_KNOWN_AFTER = "also-issues"
RESERVED = {"data", "errors", "meta", "token", "validate", "process", "populate_obj", "problems"}
PER_PAGE = 4  # three to answer; one may be the alternative of another
TOGETHER = 6  # on a page of a shorter journey, those that may be left empty counted


Wrong = tuple[str, str]  # a question's id, `page …` or `families`; and what is wrong with it


def faults_of(bank: Bank, found: Sequence[Question], issues: frozenset[str]) -> list[Wrong]:
    """Everything wrong with the questions, a sentence each; empty when they can be used.

    `found` is every question as read, so that an id used twice is seen; `issues` are the issues
    of the directory.
    """
    faults = _ids(found) + _families(bank, issues)
    for question in found:
        faults += [(question.id, fault) for fault in _question(bank, question)]
    for page in bank.pages.values():
        unknown = [name for name in page.asks if name not in bank.questions]
        if unknown:
            faults.append((f"page {page.id}", f"no question {unknown[0]}"))
            continue
        count = len(bank.on_page(page.id))
        if count > (TOGETHER if page.asks else PER_PAGE) or (count == 0 and not page.view):
            faults.append((f"page {page.id}", f"{count} questions"))
    if faults:
        return faults
    return [(name, "never shown") for name in unreachable(bank)]


def unreachable(bank: Bank) -> list[str]:
    """The questions that no answers lead to on any journey that has their page."""
    asked = [q for q in bank.questions.values() if not q.retired and q.kind != "preset"]
    return [q.id for q in asked if not _reachable(bank, q)]


def answers_leading_to(bank: Bank, question: Question) -> Iterator[dict[str, Answer]]:
    """Answers that ought to show the question: a few for each way its condition can hold."""
    wanted = _ways(question.shown_if) if question.shown_if else [{}]
    for way in wanted:
        yield _with_causes(bank, way)


def _reachable(bank: Bank, question: Question) -> bool:
    journeys = [name for name in bank.journeys if question.only in ("", name)]
    return any(
        question in bank.asked(journey, question.page, answers)
        for answers in answers_leading_to(bank, question)
        for journey in journeys
        if question.page in bank.journeys[journey]
    )


def _ways(rule: Condition) -> list[dict[str, Answer]]:
    """Partial answers under which the rule may hold; `issue` stands for the main issue."""
    if rule.op == "answer":
        return [{rule.question: "x" if value == ANY else value} for value in sorted(rule.values)]
    if rule.op == "issue":
        return [{"issue": issue} for issue in sorted(rule.values)]
    if rule.op == "any":
        return [way for part in rule.parts for way in _ways(part)]
    if rule.op == "not":
        return [{}]
    merged = []
    for ways in product(*(_ways(part) for part in rule.parts)):
        together: dict[str, Answer] = {}
        for way in ways:
            together |= way
        merged.append(together)
    return merged


def _with_causes(bank: Bank, way: dict[str, Answer]) -> dict[str, Answer]:
    """The partial answers and what has to be answered before they can be given."""
    answers = dict(way)
    for name in list(way):
        cause = bank.questions[name].shown_if if name in bank.questions else None
        if cause and cause.op != "not":
            answers = _with_causes(bank, _ways(cause)[0]) | answers
    if answers.get("also") == "x":
        answers["also"] = [bank.families[0].code]
        answers.setdefault("issue", bank.families[1].issues[0])
    if "issue" in answers:
        answers["problem"] = bank.family_of(str(answers["issue"]))
    return answers


def _ids(found: Sequence[Question]) -> list[Wrong]:
    names = [question.id for question in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [(name, "the id twice") for name in twice]


def _families(bank: Bank, issues: frozenset[str]) -> list[Wrong]:
    listed = [issue for family in bank.families for issue in family.issues]
    said = [f"{issue} twice" for issue in set(listed) if listed.count(issue) > 1]
    said += [f"{issue} is missing" for issue in sorted(issues - set(listed))]
    said += [f"{issue} is no issue" for issue in sorted(set(listed) - issues)]
    return [("families", what) for what in said]


def _question(bank: Bank, question: Question) -> Iterator[str]:
    if question.kind not in KINDS or question.stores not in STORES:
        yield "no such kind or store"
    if question.compartment not in COMPARTMENTS:
        yield "no such compartment"
    if question.page not in bank.pages or (question.only and question.only not in bank.journeys):
        yield "no such page or journey"
        return
    if question.id in RESERVED or not question.ask:
        yield "a reserved id, or no sentence"
    if question.required and not question.needed:
        yield "required, but no sentence says what is missing"
    if question.chosen and (
        len(question.options) < 2 or not all(o.label for o in question.options)
    ):
        yield "fewer than two options, or one without a label"
    codes = [option.code for option in question.options]
    if len(codes) != len(set(codes)):
        yield "a code twice"
    if question.shown_if:
        yield from _condition(bank, question, question.shown_if)


def _condition(bank: Bank, question: Question, rule: Condition) -> Iterator[str]:
    for part in rule.parts:
        yield from _condition(bank, question, part)
    if rule.op == "issue" and not rule.values <= {i for f in bank.families for i in f.issues}:
        yield "a condition about an unknown issue"
    for order in bank.journeys.values():
        if rule.op == "issue" and not _before(order, ISSUES_KNOWN_AFTER, question.page):
            yield "a condition about issues before they are known"
    if rule.op != "answer":
        return
    asked = bank.questions.get(rule.question)
    if asked is None:
        yield f"a condition about an unknown question {rule.question}"
        return
    codes = {option.code for option in asked.options} | {ANY}
    if asked.chosen and not rule.values <= codes:
        yield f"a condition about answers that {asked.id} does not have"
    for order in bank.journeys.values():
        if asked.kind != "preset" and not _before(order, asked.page, question.page):
            yield f"a condition about {asked.id}, which is not on an earlier page"


def _before(order: Sequence[str], earlier: str, later: str) -> bool:
    """Whether `earlier` comes before `later`, where this journey has both."""
    if later not in order or earlier not in order:
        return True
    return order.index(earlier) < order.index(later)
