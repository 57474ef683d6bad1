"""Answers as a person reads them: the question and the answer in words, in any of our languages.

One function serves the check page, the printed receipt and the handler, who reads the worker's
codes in their own language. Free text stays as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from grievance import i18n
from grievance.directory import facts
from grievance.questions.journey import Bank
from grievance.questions.places import country_name, prefecture_name
from grievance.questions.question import Answer, Answers, Question, listed
from grievance.web import telephones

UNSAID = ("files", "desk-found", "route")  # how it came, nothing that somebody told us


@dataclass(frozen=True)
class Line:
    """One answered question: where it can be changed, what was asked, what was said.

    `written` tells words of the person's own, in whatever language, from answers that were chosen.
    """

    question: str
    page: str
    label: str
    text: str = field(repr=False)
    compartment: str = "story"
    written: bool = False


def summary(
    bank: Bank,
    answers: Answers,
    language: str,
    names: Mapping[str, str] | None = None,
) -> list[Line]:
    """Every answer in words, in the order of the questions; retired questions too.

    `answers` are those that count (`Bank.live`, or a complaint's story and identity). `names` are
    labels of issues and desks by code, where the directory's own differ from the shipped ones.
    """
    found = []
    with i18n.speaking(language):
        for question in _in_order(bank):
            given = listed(answers.get(question.id, ""))
            if given and question.id not in UNSAID:
                found.append(
                    Line(
                        question.id,
                        question.page,
                        i18n.gettext(question.ask),
                        words_of(bank, question, given, names or {}),
                        question.compartment,
                        question.kind in ("text", "textarea"),
                    )
                )
    return found


@dataclass(frozen=True)
class Compared:
    """A question whose answer was changed: what it asks, what stood there, what does now."""

    label: str
    before: str = field(repr=False)
    after: str = field(repr=False)


def compared(
    bank: Bank, changed: Mapping[str, tuple[Answer, Answer]], names: Mapping[str, str]
) -> list[Compared]:
    """Changed answers in words, in the language being spoken and the order of the questions."""
    return [
        Compared(
            i18n.gettext(question.ask),
            *(words_of(bank, question, answer, names) for answer in changed[question.id]),
        )
        for question in _in_order(bank)
        if question.id in changed
    ]


def words_of(bank: Bank, question: Question, answer: Answer, names: Mapping[str, str]) -> str:
    """A whole answer in the language being spoken, a line for each part of it."""
    return "\n".join(text_of(bank, question, code, names) for code in listed(answer))


def text_of(bank: Bank, question: Question, given: str, names: Mapping[str, str]) -> str:
    """One answer in the language being spoken; a code nobody knows any more stays as it is."""
    language = i18n.current()
    for option in question.options:
        if option.code == given:
            return i18n.gettext(option.label)
    if question.kind == "country":
        return country_name(given, language)
    if question.kind == "prefecture":
        return prefecture_name(given, language)
    if question.kind == "language" and given in i18n.BY_SLUG:
        return i18n.BY_SLUG[given].own_name
    if question.kind in ("family", "families"):
        return next((i18n.gettext(f.label) for f in bank.families if f.code == given), given)
    if question.kind in ("issue", "issues"):
        return names.get(given) or issue_label(given)
    if question.kind == "date":
        return _day(given)
    if question.kind == "phone":
        return telephones.shown(given)
    return names.get(given, given) if question.kind in ("desk", "preset") else given


def issue_label(issue: str, field_name: str = "label") -> str:
    """The shipped label (or `description`) of an issue in the language being spoken."""
    known = facts.shipped().issues.get(issue)
    if known is None:
        return issue
    said = facts.translated(i18n.current().slug).get(f"issue:{issue}:{field_name}")
    return said or known.texts[field_name]


def _in_order(bank: Bank) -> list[Question]:
    """All questions in the order of the filing's pages; those of no page come last."""
    order = {page: place for place, page in enumerate(bank.journeys["file"])}
    return sorted(bank.questions.values(), key=lambda q: order.get(q.page, len(order)))


def _day(given: str) -> str:
    try:
        return i18n.date_text(date.fromisoformat(given))
    except ValueError:
        return given
