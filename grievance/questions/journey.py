"""Which pages a person with these answers meets, and what comes next.

The answers of a question that is no longer shown do not count ("live" answers are those of shown
questions), so changing one's mind early never leaves a contradiction behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from grievance.questions.question import (
    Answer,
    Answers,
    Condition,
    Family,
    Page,
    Question,
    listed,
)

OTHER = "other"  # the issue of somebody who is not sure


@dataclass(frozen=True)
class Bank:
    """The questions, pages, journeys and issue families of this release."""

    questions: Mapping[str, Question]
    pages: Mapping[str, Page]
    journeys: Mapping[str, tuple[str, ...]]
    families: tuple[Family, ...]

    @cached_property
    def _of_pages(self) -> Mapping[str, list[Question]]:
        """By page, the questions that are its own and still asked."""
        found: dict[str, list[Question]] = {}
        for question in self.questions.values():
            if not question.retired and question.kind != "preset":
                found.setdefault(question.page, []).append(question)
        return found

    def on_page(self, page: str) -> list[Question]:
        """The questions of a page that are still asked of somebody, in their order."""
        lent = [self.questions[name] for name in self.pages[page].asks]
        return lent + self._of_pages.get(page, [])

    def needs(self, page: str, question: Question) -> bool:
        """Whether a question must be answered on this page. Where it depends on another answer of
        the same page, a page of its own asks again."""
        depends = question.shown_if.asks_about() if question.shown_if else set()
        return question.required and not depends & set(self.pages[page].asks)

    def page_of(self, journey: str, question: str, answers: Answers) -> str:
        """The first page on which this journey asks a question; empty where it does not."""
        path = self.path(journey, answers)
        return next((p for p in path if question in {q.id for q in self.on_page(p)}), "")

    def path(self, journey: str, answers: Answers) -> list[str]:
        """The ids of the pages that somebody with these answers meets, in order."""
        live = self.live(journey, answers)
        return [page for page in self.journeys[journey] if self._shown(journey, page, live)]

    def next_page(self, journey: str, page: str, answers: Answers) -> str | None:
        """The page after `page`, None after the last one.

        A page that is not on the path is followed by the next one that is.
        """
        order, path = self.journeys[journey], self.path(journey, answers)
        return next((later for later in order[order.index(page) + 1 :] if later in path), None)

    def page_before(self, journey: str, page: str, answers: Answers) -> str | None:
        """The page before `page`, None before the first one."""
        order, path = self.journeys[journey], self.path(journey, answers)
        return next((p for p in reversed(order[: order.index(page)]) if p in path), None)

    def asked(self, journey: str, page: str, answers: Answers) -> list[Question]:
        """The questions to show on a page to somebody with these answers."""
        return self._asked(journey, page, self.live(journey, answers))

    def asked_on_each(self, journey: str, answers: Answers) -> dict[str, list[Question]]:
        """The questions to show to somebody with these answers, by page, in the order of pages."""
        live = self.live(journey, answers)
        return {page: self._asked(journey, page, live) for page in self.journeys[journey]}

    def first_missing(self, journey: str, answers: Answers) -> str | None:
        """The first page on the path with a required question unanswered, None when all are."""
        live = self.live(journey, answers)
        for page in self.journeys[journey]:
            for question in self._asked(journey, page, live):
                excused = question.unless and live.get(question.unless)
                if self.needs(page, question) and not live.get(question.id) and not excused:
                    return page
        return None

    def live(self, journey: str, answers: Answers) -> dict[str, Answer]:
        """The answers that count: of questions shown on this journey, with codes they know."""
        presets = (q.id for q in self.questions.values() if q.kind == "preset")
        live = {name: answers[name] for name in presets if answers.get(name)}
        for page in self.journeys[journey]:
            for question in self._asked(journey, page, live):
                given = self._known(question, answers.get(question.id, ""), live)
                if given and self._holds(question, live):
                    live[question.id] = given
        return live

    def issues(self, answers: Answers) -> list[str]:
        """The issues somebody chose, the main one first."""
        main = self.main_issue(answers)
        further = listed(answers.get("also-issues", ""))
        return [*([main] if main else []), *(issue for issue in further if issue != main)]

    def main_issue(self, answers: Answers) -> str:
        """The main issue: empty until chosen, `other` for somebody who is not sure."""
        if answers.get("problem") == "unsure":
            return OTHER
        return "".join(listed(answers.get("issue", ""))[:1])

    def family_of(self, issue: str) -> str:
        """The family an issue belongs to, so that a link about the issue can fill both answers."""
        return next(family.code for family in self.families if issue in family.issues)

    def issue_choices(self, question: Question, answers: Answers) -> list[str]:
        """The issues offered: those of the chosen families, without what the main one says."""
        if question.kind == "issue":
            return [*self._issues_of({str(answers.get("problem", ""))}), OTHER]
        main = self.main_issue(answers)
        chosen = set(listed(answers.get("also", "")))
        return [issue for issue in self._issues_of(chosen) if issue != main]

    def _issues_of(self, codes: set[str]) -> list[str]:
        return [
            issue
            for family in self.families
            if family.code in codes
            for issue in family.issues
            if issue != OTHER
        ]

    def _known(self, question: Question, given: Answer, live: Answers) -> Answer:
        """What was given, without codes the question does not know."""
        if question.kind == "desk":
            known = {option.code for option in question.options}
            known |= set(listed(live.get("desk-found", "")))
        elif question.chosen:
            known = {option.code for option in question.options}
        elif question.kind in ("family", "families"):
            known = {family.code for family in self.families}
        elif question.kind in ("issue", "issues"):
            known = set(self.issue_choices(question, live))
        else:
            return given
        kept = [code for code in listed(given) if code in known]
        return kept if isinstance(given, list) else "".join(kept)

    def _asked(self, journey: str, page: str, live: Answers) -> list[Question]:
        together = set(self.pages[page].asks)
        return [
            question
            for question in self.on_page(page)
            if question.only in ("", journey)
            and (self._holds(question, live) or _depends(question.shown_if, together))
        ]

    def _holds(self, part: Question | Page, live: Answers) -> bool:
        return part.shown_if is None or part.shown_if.holds(live, frozenset(self.issues(live)))

    def _shown(self, journey: str, page: str, live: Answers) -> bool:
        if not self._holds(self.pages[page], live):
            return False
        return not self.on_page(page) or bool(self._asked(journey, page, live))


def _depends(rule: Condition | None, questions: set[str]) -> bool:
    return rule is not None and bool(rule.asks_about() & questions)
