"""Leave is at hand on the smallest screens and the largest letters; colours never tell alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Instance, Opener
from tests.journeys.test_wages import come_back
from tests.journeys.walking import fits, running_out

PATHS = ("", "file", "return", "issues/violence", "mechanisms/jp-lsio")
SMALL = {"width": 320, "height": 640}
LARGE_LETTERS = "document.documentElement.style.fontSize = '200%'"
BAR = """one => { const box = one.getBoundingClientRect();
  return box.left <= 0 && box.right >= document.documentElement.clientWidth; }"""
INSIDE = """one => { const box = one.getBoundingClientRect();
  return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
    && box.height >= 40; }"""
MARKS = """all => all.map(li => getComputedStyle(li, '::before'))
  .map(s => [s.backgroundColor, s.outlineStyle, s.borderTopColor].join())"""


def leave_is_inside(page: Page) -> bool:
    """Whether the whole button stands in the window."""
    return bool(page.locator(".leave button").evaluate(INSIDE))


@pytest.mark.journey
@pytest.mark.parametrize("language", ["en", "ja", "my"])
def test_leave_stands_on_the_screen_wherever_somebody_reads(
    open_page: Opener, language: str
) -> None:
    page = open_page(SMALL, locale=language)
    for path in PATHS:
        page.goto(f"/{language}/{path}")
        for letters in ("", LARGE_LETTERS):
            if letters:
                page.evaluate(letters)
            assert fits(page), (path, letters, running_out(page))
            for down in (0, 10_000):
                page.evaluate(f"scrollTo(0, {down})")
                assert leave_is_inside(page), (path, letters, down)
                # beside it a line could show half of a number that is copied by hand
                assert page.locator(".leave").evaluate(BAR), (path, letters)
    page.emulate_media(media="print")
    assert not page.locator(".leave").is_visible()


@pytest.mark.journey
def test_what_is_done_is_told_from_what_is_open_without_our_colours(
    instance: Instance, open_page: Opener
) -> None:
    page = open_page()
    standing = next(one for one in instance.facts["cases"] if one["state"] == "in_review")
    come_back(page, "en", standing["receipt"])
    page.emulate_media(forced_colors="active")
    steps = page.locator(".steps li")
    told = dict(
        zip(
            steps.evaluate_all("all => all.map(li => li.className)"),
            steps.evaluate_all(MARKS),
            strict=True,
        )
    )
    assert len(set(told.values())) == len(told) == 3
