"""The short ways, walked on a phone of 360 × 640 without JavaScript, with the pages counted."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import DESKTOP, Instance, Opener
from tests.journeys.test_wages import come_back, do
from tests.journeys.walking import answer, fits, go_on, name_of, sign_in

PAGES = 5  # at most, the one with the number counted
TOLD: Mapping[str, str | list[str]] = {
    "what-happened": "They keep my passport. Marker-short-4417.",
    "files": [], "who": "own", "language": "en", "hurt": "no", "free": "yes", "taken": "no",
    "location": "japan", "prefecture": "JP-23", "know": "not-employer", "reach-by": "none",
    "reissue": "yes",
}  # fmt: skip


def to_the_check(page: Page, told: Mapping[str, str | list[str]]) -> int:
    """Answer page after page to the one that shows what will be sent; how many pages there were."""
    pages = 1
    while name_of(page) != "file.check":
        assert pages < PAGES, page.url
        assert fits(page)
        assert page.locator("a[href='tel:110']").first.is_visible()
        answer(page, told)
        go_on(page)
        pages += 1
    return pages


@pytest.mark.journey
@pytest.mark.parametrize("language", ["en", "ja", "vi"])
def test_four_pages_to_the_number_and_the_rest_afterwards(
    instance: Instance, open_page: Opener, language: str
) -> None:
    worker, handler = open_page(locale=language), open_page(DESKTOP)
    worker.goto(f"/{language}/file")
    assert to_the_check(worker, {**TOLD, "language": language}) == 4
    code = worker.locator("#receipt").inner_text()
    assert re.fullmatch(r"(\d{4}\s){4}\d{4}", code)
    worker.locator("button[name=send]").click()
    assert name_of(worker) == "file.sent"
    assert worker.locator("#receipt").inner_text() == code
    come_back(worker, language, code)
    worker.locator("[data-card] a").click()
    for said in ({"problem": "freedom"}, {"issue": "document-retention"}):
        assert name_of(worker) == "case.more"
        assert fits(worker)
        answer(worker, said)
        go_on(worker)
    sign_in(handler, instance.account("handler"))
    handler.goto(f"/staff/cases?state=received&language={language}")
    find(handler)
    assert handler.locator("[data-later]").count() == 2
    gaps = handler.locator("[data-gap]").count()
    assert gaps > 5
    do(handler, "take")
    handler.locator("[data-gap] a").first.click()
    assert handler.locator("form[action$=ask_worker] textarea").input_value()


def find(page: Page) -> None:
    """The case with the marker, among those of the queue."""
    links = page.locator("a[href^='/staff/cases/']").evaluate_all("all => all.map(a => a.href)")
    for link in dict.fromkeys(links):
        page.goto(link)
        if name_of(page) == "staff.case" and "4417" in page.locator("main").inner_text():
            return
    raise AssertionError(f"no case in {len(links)} links")


@pytest.mark.journey
def test_danger_is_five_pages_with_doors_among_them(open_page: Opener) -> None:
    worker = open_page()
    worker.goto("/en/file")
    assert to_the_check(worker, {**TOLD, "hurt": "yes"}) == PAGES


@pytest.mark.journey
def test_a_tip_has_no_number_and_a_group_has_one_each(open_page: Opener) -> None:
    worker = open_page()
    worker.goto("/en/file?route=tip")
    to_the_check(worker, TOLD)
    assert worker.locator("output").count() == 0
    go_on(worker)
    assert name_of(worker) == "file.sent"
    assert worker.locator("output").count() == 0
    go_on(worker)
    worker.goto("/en/file?route=group")
    to_the_check(worker, {**TOLD, "members": "3"})
    codes = worker.locator("output").all_inner_texts()
    assert len(set(codes)) == 3
    worker.locator("button[name=send]").click()
    come_back(worker, "en", codes[2])
    assert "4417" in str(worker.locator("main").text_content())
    assert worker.locator("a[href$='/case/withdraw']").count() == 0
    assert worker.locator("[data-card]").count() == 0
