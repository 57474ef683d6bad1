"""A company answers three papers from its list, each with proof: two on a phone of 360 × 640, one
on a desktop, without JavaScript; desk and worker read the last word and open its proof."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys import remedy_walk as step
from tests.journeys.conftest import DESKTOP, PHONE, Instance, Opener
from tests.journeys.test_partner_desk import HARASSED
from tests.journeys.walking import go_on, name_of

COMPANY = "company-9999999999999"
SECRET = ("Marker-8008", "Kita", "Asha")
TOLD = HARASSED | {"what-happened": "The chief shouts at me. Marker-8008."}


def handed_over(instance: Instance, open_page: Opener) -> step.Walk:
    """A worker said yes to a paper that one person of the company reads, and it lies there."""
    made = step.begin(instance, open_page, TOLD, SECRET)
    made.desk.goto(f"{made.case}/refer/{COMPANY}")
    reader = made.desk.locator("label", has_text="Arai Nobuko").locator("[name=readers]")
    named = [str(reader.get_attribute("value"))]
    step.ask(made, COMPANY, language="en", purpose="mediation", readers=named)
    step.decide(made, "consent_given")
    step.deliver(made)
    return made


def at_their_desk(instance: Instance, open_page: Opener, size: dict[str, int]) -> Page:
    """The company's head of personnel, signed in."""
    page = open_page(size)
    account = instance.account("company_respondent")
    page.goto("/staff/sign-in")
    page.locator("[name=email]").fill(account["email"])
    page.locator("[name=password]").fill(account["password"])
    go_on(page)
    assert name_of(page) == "partner.start"
    return page


def answer(made: step.Walk, page: Page, row: str, **typed: object) -> None:
    """From the list to the answer and back, with proof; the paper's page says what was said."""
    page.goto("/partner/")
    step.look(made, page, "partner.start")
    page.locator(f"tr[data-row='{row}'] a").first.click()
    step.look(made, page, "partner.referral")
    step.act(page, "body_wrote", proof=step.letter("transfer.pdf"), **typed)
    step.look(made, page, "partner.referral")
    assert page.locator("[data-proof] a").last.inner_text() == "transfer.pdf"
    assert str(typed["words"]) in step.read(page)


@pytest.mark.journey
def test_a_company_answers_three_papers_with_proof(instance: Instance, open_page: Opener) -> None:
    made = handed_over(instance, open_page)
    handed_over(instance, open_page)
    phone = at_their_desk(instance, open_page, PHONE)
    rows = phone.locator("tr[data-row]")
    new = rows.filter(has=phone.locator("[data-state=delivered]"))
    numbers = [str(one.get_attribute("data-row")) for one in rows.all()]
    fresh = [str(one.get_attribute("data-row")) for one in new.all()]
    assert (len(numbers), len(fresh)) == (3, 2)
    offer = {"remedy": "We pay what is missing.", "by_day": step.day(made, 20)}
    for row in fresh:
        words = f"We looked into {row}."
        answer(made, phone, row, kind="partly", words=words, **offer)
    desktop = at_their_desk(instance, open_page, DESKTOP)
    (older,) = set(numbers) - set(fresh)
    answer(made, desktop, older, kind="agree", words="The annex, too.", **offer)
    desk = step.at_hand_over(made)
    step.look(made, desk, "staff.referral")
    assert desk.locator("[data-proof] a").inner_text() == "transfer.pdf"
    assert desk.locator("[data-step=body_wrote]").count() == 1
    step.act(desk, "read_reply")
    worker = step.at_home(made)
    worker.locator("[data-referral] a").first.click()
    step.look(made, worker, "case.handover")
    assert "We pay what is missing." in step.read(worker)
    with worker.expect_download() as saved:
        worker.locator("[data-proof] a").click()
    assert saved.value.suggested_filename == "transfer.pdf"
