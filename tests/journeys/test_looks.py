"""Pages on a small phone, in scripts of several directions, and axe's opinion of each."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import DESKTOP, PHONE, Instance, Opener
from tests.journeys.walking import fits, name_of, sign_in

PUBLIC = ("", "help", "mechanisms", "mechanisms/jp-lsio", "issues", "issues/wages-unpaid", "file",
          "return", "about")  # fmt: skip
STAFF = ("/staff/", "/staff/cases", "/staff/caller", "/staff/caseload", "/staff/people",
         "/staff/operator", "/staff/confirm", "/staff/account")  # fmt: skip
TABLES = ("/staff/confirm", "/staff/people", "/staff/people/second-step", "/staff/keys",
          "/staff/partners", "/staff/jobs", "/staff/letters", "/staff/inbox", "/staff/kept",
          "/staff/reads", "/staff/account/sessions")  # fmt: skip
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


@pytest.mark.journey
@pytest.mark.parametrize("language", ["en", "ja", "vi"])
def test_public_pages_are_accessible_and_fit(open_page: Opener, language: str) -> None:
    page = open_page(PHONE, javascript=True, locale=language)
    for path in PUBLIC:
        page.goto(f"/{language}/{path}")
        assert name_of(page) != "error", path
        assert fits(page), path
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.journey
def test_the_desk_is_accessible_and_fits(instance: Instance, open_page: Opener) -> None:
    page = open_page(DESKTOP, javascript=True)
    sign_in(page, instance.account("director"))
    case = ""
    for path in (*STAFF, "case"):
        page.goto(path if path != "case" else case)
        assert name_of(page) != "error", path
        assert fits(page), path
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        if path == "/staff/cases":
            case = page.locator("a[href^='/staff/cases/']").first.get_attribute("href") or ""


@pytest.mark.journey
def test_every_table_of_the_console_fits_a_telephone(instance: Instance, open_page: Opener) -> None:
    page = open_page(PHONE, javascript=False)
    sign_in(page, instance.account("director"))
    for path in TABLES:
        page.goto(path)
        assert name_of(page) != "error", path
        assert fits(page), path
        if path == "/staff/partners":
            page.locator("main td a").first.click()
            assert fits(page), page.url


@pytest.mark.journey
def test_who_has_how_much_fits_a_telephone(instance: Instance, open_page: Opener) -> None:
    page = open_page(PHONE, javascript=True)
    sign_in(page, instance.account("director"))
    for path in ("/staff/", "/staff/cases", "/staff/caseload"):
        page.goto(path)
        assert fits(page), path
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    page.goto("/staff/cases")
    every = page.get_by_label("Choose all on this page")
    every.check()
    picks = page.locator("input[name=pick]")
    assert all(picks.nth(at).is_checked() for at in range(picks.count()))
    picks.first.uncheck()
    assert not every.is_checked()
