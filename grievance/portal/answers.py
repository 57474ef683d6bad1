"""Where somebody is in the finder: the pages before the first result, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grievance.questions.journey import Bank
from grievance.questions.question import Answer, Answers, Question

JOURNEY = "finder"
FEW = 5  # pages before the first result
ALWAYS = ("problem", "issue", "also-issues", "danger", "child", "place")
IF_FEW = ("abroad", "about")  # asked before the first result only while that stays short
_ALARM = {"hurt": ("yes", "unknown"), "free": ("no", "unknown"), "taken": ("yes", "unknown")}


@dataclass(frozen=True)
class Finder:
    """The answers so far and the pages already seen. Pages are ids of the path, see `Bank`."""

    bank: Bank
    answers: Answers = field(repr=False)
    seen: Sequence[str] = ()

    @cached_property
    def live(self) -> dict[str, Answer]:
        """The answers that count."""
        return self.bank.live(JOURNEY, self.answers)

    @cached_property
    def path(self) -> list[str]:
        """All pages somebody with these answers meets."""
        return self.bank.path(JOURNEY, self.answers)

    @cached_property
    def first_pages(self) -> list[str]:
        """The pages before the first result."""
        needed = [page for page in self.path if page in ALWAYS]
        room = max(0, FEW - len(needed))
        extra = [page for page in self.path if page in IF_FEW][:room]
        return [page for page in self.path if page in needed or page in extra]

    @property
    def can_answer(self) -> bool:
        """Whether enough is known for a result: what happened."""
        return bool(self.bank.issues(self.live))

    @property
    def remaining(self) -> list[str]:
        """Pages still open that would make the result more exact."""
        return [page for page in self.path if not self.done(page)]

    def done(self, page: str) -> bool:
        """Whether this page was seen and a changed answer has not opened it again."""
        needed = (question.id for question in self.asked(page) if question.required)
        return page in self.seen and all(self.live.get(name) for name in needed)

    @property
    def alarmed(self) -> bool:
        """Whether an emergency question was answered so that help must be called first."""
        return any(self.live.get(name) in answers for name, answers in _ALARM.items())

    def asked(self, page: str) -> list[Question]:
        """The questions of a page."""
        return self.bank.asked(JOURNEY, page, self.answers)

    def title(self, page: str) -> str:
        """The heading of a page, in English."""
        return self.bank.pages[page].title

    def before(self, page: str) -> str | None:
        """The page before, None on the first one."""
        return self.bank.page_before(JOURNEY, page, self.answers)

    def place(self, page: str) -> tuple[int, int]:
        """(this page, about how many): of the few before the first result, else of all."""
        pages = self.first_pages if page in self.first_pages else self.path
        return pages.index(page) + 1, max(len(pages), pages.index(page) + 1)

    def after(self, page: str) -> str | None:
        """The page to go on with, None when the result is due.

        Before the first result it is the next of the few; after it, the next one still open.
        """
        few = [later for later in self.first_pages if not self.done(later)]
        if few:
            return few[0]
        if page in self.first_pages:
            return None
        order = self.bank.journeys[JOURNEY]
        later = set(order[order.index(page) + 1 :])
        return next((other for other in self.remaining if other in later), None)
