"""Signing in with a second step, on a telephone: a code without scripts, a passkey with them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from grievance.clock import real_now
from grievance.vault.factors import code_at
from tests.journeys.conftest import Instance, Opener

pytestmark = pytest.mark.journey


def test_the_code_of_an_app_lets_in_once(open_page: Opener, instance: Instance) -> None:
    account = next(one for one in instance.facts["accounts"] if "totp" in one)

    def password() -> object:
        page = open_page()
        page.goto("/staff/sign-in")
        page.fill("[name=email]", account["email"])
        page.fill("[name=password]", account["password"])
        page.click("[data-verb=sign-in]")
        page.wait_for_url(re.compile("/staff/sign-in/code"))
        return page

    first, second = password(), password()
    first.goto("/staff/account")
    assert "/staff/sign-in" in first.url
    first.goto("/staff/sign-in/code")
    first.fill("[name=code]", "000000")
    first.click("[data-verb=sign-in-code]")
    assert first.locator("[data-error=code]").is_visible()
    code = code_at(account["totp"], real_now())
    first.fill("[name=code]", code)
    first.click("[data-verb=sign-in-code]")
    first.wait_for_url(re.compile("/staff/$"))
    second.fill("[name=code]", code)
    second.click("[data-verb=sign-in-code]")
    assert second.locator("[data-error=code]").is_visible()
    assert "/staff/sign-in/code" in second.url


def device(page: Page) -> None:
    """A passkey on this very device, behind a finger that is always right."""
    told = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = page.context.new_cdp_session(page)
    made.send("WebAuthn.enable")
    made.send("WebAuthn.addVirtualAuthenticator", {"options": told})


def test_a_passkey_is_made_and_lets_in(open_page: Opener, instance: Instance) -> None:
    """At the public address: browsers bind a passkey to its name."""
    account = next(one for one in instance.facts["accounts"] if one["role"] == "directory_editor")
    here = instance.url.replace("127.0.0.1", "localhost")
    page = open_page(javascript=True)
    device(page)

    def password() -> None:
        page.goto(f"{here}/staff/sign-in")
        page.fill("[name=email]", account["email"])
        page.fill("[name=password]", account["password"])
        page.click("[data-verb=sign-in]")

    password()
    page.goto(f"{here}/staff/account/passkeys/new")
    page.fill("[name=name]", "work telephone")
    page.click("[data-verb=new-passkey]")
    page.click("[data-verb=passkey]")
    page.wait_for_selector("#recovery-codes")
    page.goto(f"{here}/staff/account/second-step")
    assert page.locator("td a", has_text="work telephone").is_visible()
    page.context.clear_cookies()
    password()
    page.wait_for_url(re.compile("/staff/sign-in/code"))
    page.click("[data-verb=passkey]")
    page.wait_for_url(re.compile("/staff/$"))
    page.context.clear_cookies()
    password()
    page.wait_for_url(re.compile("/staff/sign-in/code"))
    page.route("**/sign-in/passkey", lambda route: route.abort())
    page.click("[data-verb=passkey]")
    page.wait_for_selector("[data-failed]:visible")
    assert page.locator("[name=code]").is_visible()
