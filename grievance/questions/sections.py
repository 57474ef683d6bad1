"""The answers that staff may write down or correct, a section at a time: a page of the filing, with
what hangs together on one form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grievance.questions.journey import OTHER, Bank
from grievance.questions.question import Answer, Answers, Question

# What only its worker says, what is a matter of triage, and what is no fact of the case.
NEVER = frozenset({
    "phone", "who", "language", "reissue", "files", "members", "problem", "also", "also-issues",
    "helper-knows",
})  # fmt: skip
# Asked together with others, for an answer of one decides whether another is needed.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "issue": ("issue",),  # its family follows
    "place": ("location", "prefecture", "country", "sector"),
    "reach": ("reach-by", "contact-email", "contact-phone", "contact-when", "contact-never"),
}
CONTACT = frozenset(TOGETHER["reach"])
_ELSEWHERE = frozenset({"country", "reach-by"})


@dataclass(frozen=True)
class Section:
    """A page of the filing as staff fill it; `title` is a message id."""

    page: str
    title: str
    questions: tuple[Question, ...]


def sections(bank: Bank, answers: Answers) -> list[Section]:
    """Every section for a case with these answers, in the order of the filing."""
    found = []
    for page, asked in bank.asked_on_each("file", answers).items():
        kept = _kept(bank, page, asked)
        if kept:
            found.append(Section(page, bank.pages[page].title, kept))
    return found


def section(bank: Bank, answers: Answers, page: str) -> Section | None:
    """The section of this page, if the case has it."""
    return next((one for one in sections(bank, answers) if one.page == page), None)


def pages_of(bank: Bank, answers: Answers) -> dict[str, str]:
    """By question, the page of the section in which it can be answered; those of none are left
    out."""
    found: dict[str, str] = {}
    for one in sections(bank, answers):
        for question in one.questions:
            found.setdefault(question.id, one.page)
    return {**found, "problem": found["issue"]} if "issue" in found else found


def issues(bank: Bank) -> list[str]:
    """What the section of the issue offers: those of every family."""
    return [issue for family in bank.families for issue in family.issues if issue != OTHER]


def with_family(bank: Bank, given: Mapping[str, Answer]) -> dict[str, Answer]:
    """The same answers, with the kind of problem that an issue belongs to."""
    issue = given.get("issue")
    return {**given, "problem": bank.family_of(str(issue))} if issue else dict(given)


def _kept(bank: Bank, page: str, asked: Iterable[Question]) -> tuple[Question, ...]:
    if page in TOGETHER:
        return tuple(bank.questions[name] for name in TOGETHER[page])
    return tuple(one for one in asked if one.id not in NEVER | _ELSEWHERE)
