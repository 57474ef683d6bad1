"""What was not asked on the short way: a page at a time, each with what it is good for."""

from __future__ import annotations

from dataclasses import dataclass

from grievance.questions.journey import Bank
from grievance.questions.question import Answers, Question

LATER = "later"
AFTER_PROBLEM = ("issue", "also-issues")  # their rows follow from the kind of problem
SHORT = ("short", "group")  # the ways on which the rest is asked afterwards


@dataclass(frozen=True)
class Card:
    """A page of questions that nobody has answered yet; `title` and `why` are message ids."""

    page: str
    title: str
    why: str
    questions: tuple[Question, ...]


def cards(bank: Bank, answers: Answers) -> list[Card]:
    """The pages still open for a case with these answers, in the order in which they help most.

    None for a case that was asked everything when it was filed. A page is done with once one of
    its questions is answered; the rest of it was seen and left empty.
    """
    if answers.get("route") not in SHORT:
        return []
    live = bank.live("file", answers)
    first = {name for page in bank.journeys["short"] for name in bank.pages[page].asks}
    shown = bank.asked_on_each("file", answers)
    found = []
    for page in bank.journeys[LATER]:
        asked = [q for q in shown[page] if q.id not in first]
        if page in AFTER_PROBLEM and not live.get("problem"):
            continue
        if asked and not any(live.get(question.id) for question in asked):
            named = bank.pages[page]
            found.append(Card(page, named.title, named.why, tuple(asked)))
    return found


def card(bank: Bank, answers: Answers, page: str) -> Card | None:
    """The open card of this page, if it still is one."""
    return next((one for one in cards(bank, answers) if one.page == page), None)


def after(bank: Bank, answers: Answers, page: str) -> Card | None:
    """The open card that comes after a page, None after the last."""
    order = bank.journeys[LATER]
    place = order.index(page) if page in order else -1
    left = cards(bank, answers)
    return next((one for one in left if order.index(one.page) > place), None)
