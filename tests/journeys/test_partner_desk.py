"""A body with an account takes a paper from its desk to the outcome, on a phone of 360 × 640,
without JavaScript; the worker takes another one back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys import remedy_walk as step
from tests.journeys.conftest import Instance, Opener
from tests.journeys.walking import go_on, name_of, state_of

HARASSED = {
    "language": "en", "problem": "treatment", "issue": "harassment-power", "location": "japan",
    "prefecture": "JP-13", "hurt": "no", "free": "yes", "taken": "no", "child": "no",
    "status": "work", "nationality": "IN", "goal": "stop", "company": "Kita Logistics",
    "what-happened": "The chief shouts at me. Marker-7007.", "fear": "no",
    "company-desk": "yes", "wants-words": "I want it to stop.", "name": "Asha Sample",
}  # fmt: skip
SECRET = ("Marker-7007", "Kita", "Asha")


def at_their_desk(instance: Instance, open_page: Opener) -> Page:
    """One of the union's people, signed in, on a phone."""
    union = next(one for one in instance.facts["accounts"] if one["email"].startswith("union@"))
    page = open_page()
    page.goto("/staff/sign-in")
    page.locator("[name=email]").fill(union["email"])
    page.locator("[name=password]").fill(union["password"])
    go_on(page)
    assert name_of(page) == "partner.start"
    return page


def asked(made: step.Walk) -> None:
    """The worker said yes to a paper for the union, in its own words."""
    made.desk.goto(f"{made.case}/refer/union-individual")
    step.ask(made, "union-individual", language="en", purpose="mediation")
    step.decide(made, "consent_given")


def tell(made: step.Walk, page: Page, kind: str, words: str = "") -> None:
    """The body says something on the page of the paper."""
    step.act(page, "body_wrote", kind=kind, words=words)
    step.look(made, page, "partner.referral")
    assert words in step.read(page)


@pytest.mark.journey
def test_a_union_reads_accepts_reports_and_tells_the_outcome(
    instance: Instance, open_page: Opener
) -> None:
    made = step.begin(instance, open_page, HARASSED, SECRET)
    union = at_their_desk(instance, open_page)
    union.on("request", lambda request: made.seen.append(request.url))
    before = union.locator("tr[data-row]").count()
    asked(made)
    union.goto("/partner/")
    assert union.locator("tr[data-row]").count() == before  # agreed, and not handed over yet
    step.deliver(made)
    union.goto("/partner/")
    step.look(made, union, "partner.start")
    new = union.locator("tr[data-row]", has=union.locator("[data-state=delivered]"))
    new.locator("a").first.click()
    step.look(made, union, "partner.referral")
    assert "Marker-7007" in step.read(union)
    tell(made, union, "accepted", "Nakai takes it on.")
    tell(made, union, "progress", "We visit the firm on Monday.")
    step.act(union, "keep", note="Bring the letter")
    assert "Bring the letter" not in step.read(step.at_hand_over(made))
    desk = step.at_hand_over(made)
    assert "Nakai Tomoko" in step.read(desk)
    step.act(desk, "read_reply")
    worker = step.at_home(made)
    worker.locator("[data-referral] a").first.click()
    step.look(made, worker, "case.handover")
    assert "We visit the firm on Monday." in step.read(worker)
    assert "Nakai Tomoko" not in step.read(worker)
    tell(made, union, "outcome", "The chief was moved.")
    assert state_of(step.at_home(made)) == "accepted"


@pytest.mark.journey
def test_what_the_worker_takes_back_is_shut_at_once(instance: Instance, open_page: Opener) -> None:
    made = step.begin(instance, open_page, HARASSED, SECRET)
    asked(made)
    step.deliver(made)
    union = at_their_desk(instance, open_page)
    new = union.locator("tr[data-row]", has=union.locator("[data-state=delivered]"))
    new.locator("a").first.click()
    assert "Marker-7007" in step.read(union)
    worker = step.at_home(made)
    worker.locator("[data-referral] a").first.click()
    step.act(worker, "recall")
    shut = union.reload()
    assert shut is not None
    assert shut.status == 404
    union.goto("/partner/")
    step.look(made, union, "partner.start")
    step.act(union, "body_stopped")
    assert union.locator("[data-stop]").count() == 0
    assert step.at_hand_over(made).locator("[data-untold]").count() == 0
