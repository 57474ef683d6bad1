"""Walking through pages as a person does: reading what is asked, choosing, going on."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Error, Page

LONGEST = 40  # pages


def name_of(page: Page) -> str:
    """Which page this is."""
    return page.locator("body").get_attribute("data-page") or ""


def state_of(page: Page) -> str:
    """The state that the page says the case is in."""
    return page.locator("body").get_attribute("data-state") or ""


def fits(page: Page) -> bool:
    """Whether nothing runs out of the window sideways, once its styles and letters have come."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => true)")
    try:
        page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
    except Error:
        return False
    return True


def running_out(page: Page) -> list[str]:
    """What reaches over the right edge, to name it when something does."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('*')]"
        ".filter(one => one.getBoundingClientRect().right > window.innerWidth)"
        ".map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"
    )
    return found


def answer(page: Page, answers: Mapping[str, str | list[str]]) -> None:
    """Fill every control of the main form: as told by name, else what is needed."""
    form = page.locator("form[data-main]")
    seen: set[str] = set()
    for control in form.locator("[data-kind]").all():
        name = control.get_attribute("name") or ""
        if name in seen:
            continue
        seen.add(name)
        kind = control.get_attribute("data-kind") or ""
        needed = control.get_attribute("data-required") == "yes"
        told = answers.get(name)
        if told is None and not needed:
            continue
        _fill(page, name, kind, told)


def _fill(page: Page, name: str, kind: str, told: str | list[str] | None) -> None:
    controls = page.locator(f'form[data-main] [name="{name}"]')
    type_ = controls.first.get_attribute("type") or ""
    tag = controls.first.evaluate("e => e.tagName.toLowerCase()")
    if type_ in ("radio", "checkbox"):
        for value in [told] if isinstance(told, str) else told or [None]:
            wanted = f'form[data-main] [name="{name}"][value="{value}"]'
            (controls if value is None else page.locator(wanted)).first.check()
    elif tag == "select":
        controls.first.select_option(told if isinstance(told, str) else {"index": 1})
    elif type_ == "file":
        controls.first.set_input_files(told or [])
    else:
        controls.first.fill(
            told if isinstance(told, str) else "2026-04-25" if kind == "date" else "x"
        )


def go_on(page: Page) -> None:
    """Press the main form's first button."""
    page.locator("form[data-main] button[type=submit]").first.click()


def walk(page: Page, answers: Mapping[str, str | list[str]], until: str) -> list[str]:
    """Answer page after page until the named one; the pages that were passed."""
    passed: list[str] = []
    for _ in range(LONGEST):
        here = name_of(page)
        if here == until:
            return passed
        question = page.locator("body").get_attribute("data-question") or here
        assert passed.count(question) < 2, (
            f"stuck at {question}: {page.locator('main').inner_text()}"
        )
        assert fits(page), f"{question} is wider than the window: {running_out(page)}"
        passed.append(question)
        answer(page, answers)
        go_on(page)
    raise AssertionError(f"{until} was never reached: {passed}")


def sign_in(page: Page, account: Mapping[str, str]) -> None:
    """Sign in at the desk."""
    page.goto("/staff/sign-in")
    page.locator("[name=email]").fill(account["email"])
    page.locator("[name=password]").fill(account["password"])
    go_on(page)
    assert name_of(page) == "staff.today", page.locator("main").inner_text()
