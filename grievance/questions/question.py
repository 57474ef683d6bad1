"""One question, its page, and the conditions that show them. Answers are codes, never sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Answer = str | list[str]
Answers = Mapping[str, Answer]

KINDS = (
    "radio", "checkbox", "select", "text", "textarea", "date", "country", "prefecture", "family",
    "families", "issue", "issues", "email", "phone", "files", "tick", "language", "desk", "preset",
    "count",
)  # fmt: skip
STORES = ("fact", "secret", "profile")
COMPARTMENTS = ("story", "identity")
# The parts of what is handed over, each ticked or left out by itself: see `referrals/data`.
PARTS = (
    "name", "contact", "helper", "company", "place", "issue", "story", "danger", "dates",
    "money", "pay", "others", "supply", "wish", "earlier", "fear", "explanation", "files", "status",
    "nationality", "language", "personal", "whereabouts", "home", "thread",
)  # fmt: skip
ANY = "*"


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen; a retired one is still readable but no longer offered."""

    code: str
    label: str
    retired: bool = False


@dataclass(frozen=True)
class Condition:
    """`all` and `any` of its parts, `not` its only part, or: a question's answer, an issue.

    `holds` sees live answers only: those of questions that are themselves shown.
    """

    op: str
    parts: tuple[Condition, ...] = ()
    question: str = ""
    values: frozenset[str] = frozenset()

    def holds(self, live: Answers, issues: frozenset[str]) -> bool:
        """Whether the question is shown to somebody with these answers and these issues."""
        if self.op == "all":
            return all(part.holds(live, issues) for part in self.parts)
        if self.op == "any":
            return any(part.holds(live, issues) for part in self.parts)
        if self.op == "not":
            return not self.parts[0].holds(live, issues)
        if self.op == "issue":
            return bool(self.values & issues)
        given = set(listed(live.get(self.question, "")))
        return bool(given) if ANY in self.values else bool(given & self.values)

    def asks_about(self) -> set[str]:
        """The questions whose answers this condition looks at."""
        asked = {self.question} if self.question else set()
        return asked.union(*(part.asks_about() for part in self.parts))


@dataclass(frozen=True)
class More:
    """A further sentence of help for those alone to whom it means something."""

    help: str
    shown_if: Condition


@dataclass(frozen=True)
class Question:
    """A question as data. `ask`, `help`, `why`, `needed` and labels are English message ids.

    `stores` says where the answer ends: `fact` is also a clear column of the case, `secret` is
    sealed in its compartment, `profile` is sealed and also feeds the routing profile. `max` is in
    graphemes. `unless` names a question whose answer makes this one unnecessary; `only` the one
    journey that asks it. `packet` is the part with which the answer is handed over, under the
    heading `headed`; or it never is, and `never` says why. `unsaid` are codes that tell a receiver
    nothing.
    """

    id: str
    page: str
    kind: str
    ask: str
    help: str = ""
    more: More | None = None
    why: str = ""
    needed: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    unless: str = ""
    max: int | None = None
    stores: str = "secret"
    compartment: str = "story"
    shown_if: Condition | None = None
    only: str = ""
    safety: bool = False
    retired: bool = False
    version: int = 1
    packet: str = ""
    never: str = ""
    headed: str = ""
    unsaid: tuple[str, ...] = ()

    def told(self, given: Answer) -> Answer:
        """What of an answer is handed over: all but the codes that tell nothing."""
        if isinstance(given, list):
            return [code for code in given if code not in self.unsaid]
        return "" if given in self.unsaid else given

    @property
    def chosen(self) -> bool:
        """Answered by choosing one of its own options."""
        return self.kind in ("radio", "checkbox", "select")


@dataclass(frozen=True)
class Page:
    """One to three related questions, or a page of the product's own (`view`) without any.

    `asks` are questions of other pages that a shorter journey brings together here; what depends
    on another answer of the same page may then be left empty. `why` says what answering is good
    for, where the page is offered by itself.
    """

    id: str
    title: str
    view: str = ""
    shown_if: Condition | None = None
    asks: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Family:
    """A group of issues that a person recognises."""

    code: str
    label: str
    issues: tuple[str, ...]


def listed(answer: Answer) -> list[str]:
    """An answer as a list of what was given; empty for none."""
    if isinstance(answer, str):
        return [answer] if answer else []
    return answer
