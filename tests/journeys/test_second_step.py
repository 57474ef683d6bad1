"""Signing in with a second step, on a telephone and without scripts."""

from __future__ import annotations

import re

import pytest

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
