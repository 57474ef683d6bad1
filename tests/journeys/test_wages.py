"""A worker finds, files with a photo, comes back and answers, while a handler reads and asks.

Without JavaScript, on a phone of 360 × 640, in three languages.
"""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.journeys.conftest import DESKTOP, Instance, Opener
from tests.journeys.walking import fits, go_on, name_of, sign_in, state_of, walk

STORIES = {
    "en": "Payday was the 25th. Nothing came, the second month now. Marker-en-7731.",
    "ja": "給料日は25日です。2か月間、もらっていません。しるし-ja-7731。",
    "vi": "Ngày trả lương là 25. Hai tháng rồi tôi chưa nhận được lương. Dấu-vi-7731.",
}
ANSWERS = {
    "en": "There are nine of us. I have the shift list.",
    "ja": "同じ人が9人います。シフト表があります。",
    "vi": "Có chín người như tôi. Tôi có bảng phân ca.",
}
ASKED = "How many of you have not been paid?"
FINDER = {"problem": "money", "issue": "wages-unpaid", "location": "japan", "prefecture": "JP-23"}


def photo() -> dict[str, object]:
    """A photo of a pay slip, as a phone sends it."""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), "#d9d3c7").save(drawn, "JPEG")
    return {"name": "給与明細.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def find_help(page: Page, language: str) -> None:
    """The guided finder shows ranked doors within five answers."""
    page.goto(f"/{language}/help")
    passed = walk(page, FINDER, "help.result")
    assert len(passed) <= 5, passed
    assert page.locator(".door").count() >= 3
    assert fits(page)


def file_with_photo(page: Page, language: str) -> str:
    """File a complaint; the code that was shown before sending is the one shown after."""
    page.goto(f"/{language}/file?route=full&mine=1")
    told = {**FINDER, "language": language, "who": "own", "what-happened": STORIES[language]}
    walk(page, told | {"reach-by": "none", "reissue": "no", "files": []}, "file.check")
    _add_photo(page)
    assert "7731" in page.locator("main").inner_text()
    go_on(page)
    assert name_of(page) == "file.receipt"
    code = page.locator("#receipt").inner_text()
    assert re.fullmatch(r"(\d{4} ){4}\d{4}", code)
    go_on(page)
    assert name_of(page) == "file.sent"
    assert page.locator("#receipt").inner_text() == code
    page.reload()
    assert page.locator("#receipt").inner_text() == code
    return code


def _add_photo(page: Page) -> None:
    here = page.url
    page.goto(here.replace("/file/check", "/file/files"))
    page.locator("[name=files]").set_input_files([photo()])  # type: ignore[list-item]
    page.locator("button[name=add], form[data-main] button[type=submit]").first.click()
    page.goto(here)
    assert "給与明細" in page.locator("main").inner_text()
    assert name_of(page) == "file.check"


def find_case(page: Page, language: str) -> None:
    """The handler opens cases of this language until the story is there."""
    page.goto(f"/staff/cases?state=received&language={language}")
    assert name_of(page) == "staff.queue"
    links = page.locator("a[href^='/staff/cases/']").evaluate_all("all => all.map(a => a.href)")
    for link in dict.fromkeys(links):
        page.goto(link)
        if name_of(page) == "staff.case" and "7731" in page.locator("main").inner_text():
            return
    raise AssertionError(f"no case in {len(links)} links")


def do(page: Page, verb: str, text: str = "") -> None:
    """Press the button of a verb, with a text where it asks for one."""
    for fold in page.locator("details.verb").all():
        fold.evaluate("e => { e.open = true }")
    button = page.locator(f"button[data-verb={verb}]").first
    if text:
        form = button.locator("xpath=ancestor::form")
        form.locator("textarea").first.fill(text)
        if form.locator("[name=reads]").count():  # the text is not in the worker's language
            form.locator("[name=reads]").check()
    button.click()


def come_back(page: Page, language: str, code: str) -> None:
    """Type the code, groups and all."""
    page.goto(f"/{language}/return")
    page.locator("[name=code]").fill(code)
    go_on(page)
    assert name_of(page) == "case"
    assert fits(page)


@pytest.mark.journey
@pytest.mark.parametrize("language", ["en", "ja", "vi"])
def test_wages_from_finding_to_answering(
    instance: Instance, open_page: Opener, language: str
) -> None:
    worker, handler = open_page(locale=language), open_page(DESKTOP)
    find_help(worker, language)
    code = file_with_photo(worker, language)
    sign_in(handler, instance.account("handler"))
    find_case(handler, language)
    do(handler, "take")
    assert state_of(handler) == "in_review"
    do(handler, "ask_worker", ASKED)
    assert state_of(handler) == "awaiting_worker"
    come_back(worker, language, code)
    assert state_of(worker) == "awaiting_worker"
    assert ASKED in worker.locator("main").inner_text()
    worker.locator("[name=message]").fill(ANSWERS[language])
    worker.locator("[name=files]").set_input_files([photo()])  # type: ignore[list-item]
    worker.locator("button[data-verb=worker_answers]").click()
    assert state_of(worker) == "in_review"
    assert ANSWERS[language] in worker.locator("main").inner_text()
    handler.reload()
    assert ANSWERS[language] in handler.locator("main").inner_text()
    worker.locator(".leave button").click()
    worker.wait_for_url(lambda url: not url.startswith(instance.url))
    worker.goto(f"/{language}/case")
    assert name_of(worker) == "return"
