"""The answers that staff may write down, a section at a time."""

from __future__ import annotations

import pytest

from grievance.questions import cards
from grievance.questions.bank import shipped
from grievance.questions.journey import Bank
from grievance.questions.sections import NEVER, pages_of, section, sections
from tests.questions.answers import WAGES


def test_each_question_stands_in_the_section_that_is_named_for_it() -> None:
    bank, named = shipped(), pages_of(shipped(), WAGES)
    assert named["problem"] == named["issue"]
    assert {one.id for every in sections(bank, WAGES) for one in every.questions} <= set(named)
    for question, page in named.items():
        held = section(bank, WAGES, page)
        assert held is not None
        wanted = "issue" if question == "problem" else question
        assert wanted in {one.id for one in held.questions}
    assert not set(named) & (NEVER - {"problem"})


def test_what_was_answered_is_worked_out_once_for_all_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once for each of 25 pages and each thing a document lacks took a second of a desk's page."""
    times = []
    plain = Bank.live
    monkeypatch.setattr(Bank, "live", lambda *given: times.append(1) or plain(*given))
    pages_of(shipped(), WAGES)
    assert len(times) == 1
    cards.cards(shipped(), {**WAGES, "route": cards.SHORT[0]})
    assert len(times) <= 3
