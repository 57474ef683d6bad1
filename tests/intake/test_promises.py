"""Days we name to a worker: once they have passed, the page says so and promises nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.profile import KEPT_AT_LEAST
from grievance.cases.lifecycle import OPEN, OVER
from grievance.cases.messages import Written
from grievance.cases.operations import closing
from grievance.cases.operations.closing import TRIES_OVER
from grievance.cases.state_words import TOLD
from grievance.cli import catalogues
from grievance.deadlines import operations as clocks
from grievance.deadlines import stages, telling
from grievance.deadlines.hours import Hours
from grievance.deadlines.operations import REOPEN_MONTHS
from grievance.intake import called, erasing, referral_reading, status
from grievance.referrals.models import Referral
from grievance.referrals.states import LABELS
from tests.intake.remedy_kit import read, visit, way
from tests.pages import read_page

# Sentences of the workers' catalogue that name a day. A promise is one of the first, and the code
# beside it says what is so afterwards; whoever adds a sentence decides here which it is.
PROMISES = {
    TOLD["received"].next_step, TOLD["in_review"].next_step, TOLD["accepted"].next_step,
    TOLD["with_mechanism"].next_step, TOLD["remedy_agreed"].next_step,
    TOLD["remedy_monitored"].next_step, "We answer you here by %(day)s.", status.HEARD,
    status.MOVED, status.STOPPED, called.DUE, called.PLANNED, "We look again by %(day)s.",
    "The day for it: %(day)s.",
}  # fmt: skip
# Sentences without a day that say what we, or a person, will do: each stands only where the case
# is on somebody's list ("Today", the queue, hand-overs) until it is done.
DONE_BY_SOMEBODY = {
    "In digits. If it is less than was promised, we write down that a part came.",
    # the clock of a wish, from the moment it is asked for
    ("If you ask now, we delete it by %(by)s at the latest. Our backups hold it, locked, until "
     "they are deleted on their own day: the last of them by %(gone)s."),
    "A person here reads it. We give them nothing more about you without your yes.",
    "They wrote to us. A person here reads it first, then we tell you.",
    called.ALWAYS,  # the clock of a call
    "A person reads it", "A person reads it next on %(when)s.",
    "A person reads it. We do not know yet when.", "A person reads this next on %(when)s.",
    ("A person reads it again and writes to you here. Everything you told us is still there, and "
     "you keep your number."),
    "We write to you here when there is news.",
    "We write the paper now. You read it here before anything goes out, and you say yes or no.",
    "You send. A person reads it, answers you here, and asks you before anybody else learns of it.",
    "You told us that something is not right. A person deals with it now.",
    "The promised day is over. Tell us below whether it came. We look into it.",
    "We look at it once more before that.",
    "We look at it once more. Then we do nothing more with it.",
}  # fmt: skip
SAYS = re.compile(
    r"\b[Ww]e (will |then |also |can )?"
    r"(ask|write|tell|look|answer|connect|call|come|warn|remind|delete) (?!nobody)"
    r"|\bA person (here )?(reads|deals|does|writes|answers|looks|calls)\b"
)
ASKS_OR_TELLS = (  # questions, facts of the past, rules kept by the code that sends or hands over
    "A worker came back", "May we", "Why do we", "What should we", "We do not know when",
    "If there is somebody who had no part", "No message yet. When we",
    "The people who read your case", "Tell us what happened. It is free", "This page is not yet in",
    "Your earlier answers are not here any more. We delete",  # the job that forgets drafts
    "We ask you first.", "An e-mail with a code goes", "We tell the company nothing",
    "You can take it back at any time.", "You get no number.",
    "You named no times. We ask first",  # what the page of a call tells whoever calls
    "We ask the company not to search",  # a paper asks for it itself
    # what passages hold, and who can open them: `cases/test_interpreting.py`
    "May an interpreter read what you wrote", "You said that an interpreter may read",
)  # fmt: skip
ENDS = {  # shown only while the day is ahead
    TOLD["not_accepted"].next_step, TOLD["withdrawn"].next_step, TOLD["closed"].next_step,
    "From %(day)s on, this page asks you how you are.",  # as long as the day is ahead
    "It opens on %(day)s.", "It works until %(day)s.",
    "The page opens once, until %(day)s. Do not pass it on.",
    # from that day on two of staff may delete it, and no day before
    erasing.SAID["told"], erasing.SAID["retention"], erasing.SAID["mistake"], erasing.SEEN,
    erasing.LOOK,
    telling.SAYS["open"], telling.SAYS["soon"], telling.GONE, telling.CARRIED,
    *stages.FIRST_BY.values(), *stages.WHOLE_BY.values(),  # of a body, `stages.expects`
}  # fmt: skip
STARTS = (  # of the law, a letter of its own day, or a fact of the past
    "As far as we can count, it ended", "One time limit ended",
    "No answer came by",
    "Made on", "The person agrees to this until",  # in a paper
    "The person wrote on", "The sender wrote on",  # the same
    "Confirmed by", "From a page", "Here since", "It went out on", "Put together from", "Since ",
    "We told them on", "We wanted to look again", "We said that we would", "Thank you. We r",
    "The conciliation or mediation", "The talks ended", "The time for a second look", "We are s",
    "We do not speak with", "We have your report, and", "We think that we have", "What was p",
    "You and the other side", "Only the person who asked for it holds",
    "We think that your report was sent", "Somebody else has seen your number, so",
    "On %(asked)s we wrote down", "The time for which we keep",  # from that day on, and after it
    "This report is to be deleted for good", "Everybody in your group reads",  # the same
    "We took this question back on", "Corrected on",
    "A colleague is away until", "A colleague noted that you", "It works from %(day)s",  # to staff
    "The worker agreed to give you",  # to a body, while the yes stands
    "By ",  # what a company said, with the day that it named
    "The next numbers can be read here",  # a job writes them the day before
)  # fmt: skip


def test_every_sentence_with_a_day_is_a_promise_that_ends_or_a_fact() -> None:
    found = {
        str(message.id)
        for message in catalogues.wanted()["public"]
        if isinstance(message.id, str) and "%(day)s" in message.id
    }
    assert {one for one in found - PROMISES - ENDS if not one.startswith(STARTS)} == set()
    assert found >= PROMISES


def test_every_sentence_that_says_what_we_do_names_what_does_it() -> None:
    found = {
        str(message.id)
        for message in catalogues.wanted()["public"]
        if isinstance(message.id, str) and "%(day)s" not in message.id and SAYS.search(message.id)
    }
    assert {one for one in found - DONE_BY_SOMEBODY if not one.startswith(ASKS_OR_TELLS)} == set()
    assert found >= DONE_BY_SOMEBODY


def test_who_is_asked_reads_when_we_may_close_and_until_when_it_opens_again() -> None:
    told = TOLD["awaiting_worker"].meaning
    assert f"for {TRIES_OVER.days} days or longer, we may close" in told
    assert "opened again here for a year" in told
    assert REOPEN_MONTHS == 12


@pytest.mark.parametrize("ended", ["2026-03-01T20:00", "2027-02-28T12:00", "2027-03-01T15:30"])
def test_no_case_is_deleted_while_it_may_be_opened_again(ended: str) -> None:
    end = datetime.fromisoformat(ended).replace(tzinfo=UTC)
    hours = Hours({}, "Asia/Tokyo")
    assert end + timedelta(days=KEPT_AT_LEAST) > clocks.reopen_ends(end, hours)


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
    made_visit = visit(app, session, made.filed.code)
    page = read(made_visit)
    assert not page.all("span", data_promise="")
    assert page.all("span", data_passed="")
    assert page.all("a", href="/en/case#messages")
    assert "You can write to us below. " not in page.main
    referral = session.scalars(select(Referral)).one()
    other = read_page(made_visit.get(f"/en/case/handover/{referral.id}"))
    assert "That day is over." in other.main
    assert other.all("a", href="/en/case#messages")
    assert "write to us below" not in other.main
    assert "That day is over, and it was our task, not yours." in page.main
    for promise in ("We look again by", "We look at it again and write to you here by"):
        assert promise not in page.main


def test_who_knows_stands_under_a_heading_that_is_true() -> None:
    def under(state: str, **more: object) -> str:
        referral = Referral(state=state, **more)
        return referral_reading.Row(referral, "", "", "", clock.now().date(), "", None, False).under

    assert {state: under(state) for state in LABELS} == {
        "proposed": "asked",
        "asked": "asked",
        "refused": "ended",
        "consented": "agreed",
        "delivered": "given",
        "acknowledged": "given",
        "accepted": "given",
        "declined": "given",
        "silent": "given",
        "outcome": "given",
        "recalled": "ended",
    }
    assert under("delivered", delivered_by="worker_takes_it") == "agreed"


def test_a_yes_taken_back_before_anything_went_out_says_that_they_know_nothing() -> None:
    unsent = Referral(state="recalled", delivered_on=None)
    sent = Referral(state="recalled", delivered_on=clock.now().date())
    assert "They know nothing of it" in referral_reading._stands(unsent)
    assert "What they have read they know" in referral_reading._stands(sent)


def test_a_body_that_was_handed_it_stands_under_they_know(app: Flask, session: Session) -> None:
    made = way(app, session)
    made.hand_over()
    page = read(visit(app, session, made.filed.code))
    assert [row.get("data-under") for row in page.all("li") if row.get("data-under")] == ["given"]
    assert "It was given to them. They know." in page.main
    assert "We ask you first." not in page.main


@pytest.mark.parametrize("state", OPEN)
def test_who_is_told_to_write_below_finds_where(state: str, app: Flask, session: Session) -> None:
    made = way(app, session).accept()
    yes = closing.SignOff(5, False, Written("Thank you.", "en", uuid4()))
    closing.sign_off(made.filed.act(session, app.config["SITE"], clock.now()), yes)
    made.case.state = state
    made.case.resumes_to = "accepted" if state == "awaiting_worker" else None
    made.case.remedy_kept_at = clock.now() if state == "remedy_monitored" else None
    session.commit()
    page = read(visit(app, session, made.filed.code))
    assert "If you change your mind, write to us below." in page.main
    assert page.all("textarea", name="message")
    assert page.html.index("write to us below") < page.html.index('name="message"')
