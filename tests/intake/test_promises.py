"""Days we name to a worker: once they have passed, the page says so and promises nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance import clock
from grievance.cases.states import OVER
from grievance.cases.told import TOLD
from grievance.cli import catalogues
from grievance.intake import handovers, status
from grievance.referrals.models import Referral
from grievance.referrals.states import LABELS
from tests.intake.remedy_kit import read, visit, way

# Sentences of the workers' catalogue that name a day. A promise is one of the first, and the code
# beside it says what is so afterwards; whoever adds a sentence decides here which it is.
PROMISES = {
    TOLD["received"].next_step, TOLD["in_review"].next_step, TOLD["accepted"].next_step,
    TOLD["with_mechanism"].next_step, TOLD["remedy_agreed"].next_step,
    TOLD["remedy_monitored"].next_step, "We answer you here by %(day)s.", status.HEARD,
    "We look again by %(day)s.", "The day for it: %(day)s.",
}  # fmt: skip
ENDS = {  # shown only while the day is ahead
    TOLD["not_accepted"].next_step, TOLD["withdrawn"].next_step, TOLD["closed"].next_step,
    "It opens on %(day)s.", "It works until %(day)s.",
    "The page opens once, until %(day)s. Do not pass it on.",
}  # fmt: skip
STARTS = (  # a letter of its own day, or a fact of the past
    "Confirmed by", "From a page", "Here since", "It went out on", "Put together from", "Since ",
    "We told them on", "We wanted to look again", "We said that we would", "Thank you. We r",
    "The conciliation or mediation", "The talks ended", "The time for a second look", "We are s",
    "We do not speak with", "We have your report, and", "We think that we have", "What was p",
    "You and the other side", "Only the person who asked for it holds",
)  # fmt: skip


def test_every_sentence_with_a_day_is_a_promise_that_ends_or_a_fact() -> None:
    found = {
        str(message.id)
        for message in catalogues.wanted()["public"]
        if isinstance(message.id, str) and "%(day)s" in message.id
    }
    assert {one for one in found - PROMISES - ENDS if not one.startswith(STARTS)} == set()
    assert found >= PROMISES


@pytest.mark.parametrize("state", [state for state in TOLD if state not in OVER])
def test_no_state_promises_a_day_that_has_passed(state: str, app: Flask, session: Session) -> None:
    made = way(app, session)
    made.case.next_due = clock.now() - timedelta(days=60)
    with session.no_autoflush:
        made.case.state, made.case.resumes_to = state, "in_review"
        said = status.status_of(session, made.case).next_step
    session.rollback()
    day = clock.now().date() - timedelta(days=60)
    if str(day.year) in said:
        assert "That day is over" in said, said


def test_sixty_days_on_the_worker_reads_that_the_day_is_over(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = way(app, session)
    made.hand_over()
    monkeypatch.setattr(clock, "_offset", lambda: timedelta(days=60))
    page = read(visit(app, session, made.filed.code))
    assert not page.all("span", data_promise="")
    assert page.all("span", data_passed="")
    assert "That day is over, and it was our task, not yours." in page.main
    for promise in ("We look again by", "We look at it again and write to you here by"):
        assert promise not in page.main


def test_who_knows_stands_under_a_heading_that_is_true() -> None:
    def under(state: str, **more: object) -> str:
        referral = Referral(state=state, **more)
        return handovers.Row(referral, "", "", "", clock.now().date(), "", None, False).under

    assert {state: under(state) for state in LABELS} == {
        "proposed": "asked", "asked": "asked", "refused": "ended", "consented": "agreed",
        "delivered": "given", "acknowledged": "given", "accepted": "given", "declined": "given",
        "silent": "given", "outcome": "given", "recalled": "ended",
    }  # fmt: skip
    assert under("delivered", delivered_by="worker_takes_it") == "agreed"


def test_a_yes_taken_back_before_anything_went_out_says_that_they_know_nothing() -> None:
    unsent = Referral(state="recalled", delivered_on=None)
    sent = Referral(state="recalled", delivered_on=clock.now().date())
    assert "They know nothing of it" in handovers._stands(unsent)
    assert "What they have read they know" in handovers._stands(sent)


def test_a_body_that_was_handed_it_stands_under_they_know(app: Flask, session: Session) -> None:
    made = way(app, session)
    made.hand_over()
    page = read(visit(app, session, made.filed.code))
    assert [row.get("data-under") for row in page.all("li") if row.get("data-under")] == ["given"]
    assert "It was given to them. They know." in page.main
    assert "We ask you first." not in page.main
