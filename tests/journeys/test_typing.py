"""Somebody who types slowly is not signed out meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, Instance, Opener
from tests.journeys.test_wages import come_back
from tests.journeys.walking import sign_in

ADDRESSES = {"worker": "/en/case/still", "handler": "/staff/still"}


@pytest.mark.journey
@pytest.mark.parametrize("who", ADDRESSES)
def test_typing_keeps_a_visit_open(instance: Instance, open_page: Opener, who: str) -> None:
    page = open_page(DESKTOP, javascript=True)
    page.clock.install()
    if who == "worker":
        open_case = next(one for one in instance.facts["cases"] if one["state"] == "in_review")
        come_back(page, "en", open_case["receipt"])
    else:
        sign_in(page, instance.account("handler"))
        page.goto("/staff/cases")
        page.locator("main a[href^='/staff/cases/']").first.click()
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if sent.method == "POST" else None)
    box = page.locator("textarea:visible").first
    box.press_sequentially("Two ")
    assert not asked  # the page has just been opened
    page.clock.fast_forward("05:00")
    with page.expect_response(lambda came: ADDRESSES[who] in came.url) as told:
        box.press_sequentially("months")
    assert told.value.status == 204
    assert len(asked) == 1  # once in four minutes, not at every key


@pytest.mark.journey
def test_what_is_written_for_a_caller_is_saved_as_it_goes(
    instance: Instance, open_page: Opener
) -> None:
    page = open_page(DESKTOP, javascript=True)
    sign_in(page, instance.account("handler"))
    page.goto("/staff/caller")
    said = page.locator("#saved")
    page.locator("#company").fill("Mihon Press")
    page.locator("#company").blur()
    expect(said).to_have_text("Saved.")
    page.locator("input[name=reach-by][value=phone]").check()
    expect(said).to_have_text("Saved. More is asked now: press the button to see it.")
    page.locator("#since").fill("2100-01-01")
    page.locator("#since").blur()
    expect(said).to_have_text(
        "Not everything could be saved: press the button to see what is wrong."
    )
    page.goto("/staff/caller")
    assert page.locator("#company").input_value() == "Mihon Press"
    assert page.locator("#contact-phone").count() == 1
    assert page.locator("#since").input_value() == ""
