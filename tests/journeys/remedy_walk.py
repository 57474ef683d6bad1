"""The steps from a suggested door to a remedy and a closed report, as the people concerned walk
them: a worker on a phone without JavaScript, a handler and a second member at their desks."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import unquote

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.journeys.conftest import DESKTOP, Instance, Opener
from tests.journeys.walking import answer, fits, go_on, name_of, sign_in, state_of, walk

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
FILING = {"who": "own", "know": "not-employer", "reach-by": "none", "reissue": "no", "files": []}
Answers = Mapping[str, str | list[str]]


@dataclass
class Walk:
    """One report and its people; `secret` is what no address and no title may hold."""

    worker: Page
    desk: Page
    second: Page
    reader: Page
    language: str
    secret: tuple[str, ...]
    code: str = ""
    case: str = ""
    today: date = date.min
    seen: list[str] = field(default_factory=list)
    judged: set[tuple[str, str]] = field(default_factory=set)


def begin(instance: Instance, open_page: Opener, answers: Answers, secret: tuple[str, ...]) -> Walk:
    """The worker files these answers and comes back with the code; the handler takes the case and
    accepts it."""
    language = str(answers["language"])
    worker = open_page(locale=language)
    desk, second = open_page(DESKTOP), open_page(DESKTOP)
    made = Walk(worker, desk, second, open_page(javascript=True), language, secret)
    for page in (made.worker, made.desk, made.second):
        page.on("request", lambda request: made.seen.append(unquote(request.url)))
    made.code = file_report(worker, FILING | dict(answers))
    come_back(made)
    sign_in(made.desk, instance.account("handler"))
    sign_in(made.second, instance.account("handler", 1))
    made.case = find_case(made.desk, language, secret[0])
    act(made.desk, "take")
    act(made.desk, "accept")
    assert state_of(made.desk) == "accepted"
    made.today = today_at(made.desk)
    return made


def today_at(desk: Page) -> date:
    """The day it is at the desk, as the date field of a try to reach the worker offers it."""
    typed = button(desk, "try_to_reach").locator("xpath=ancestor::form//input[@type='date']")
    return date.fromisoformat(typed.input_value())


def day(made: Walk, days: int) -> date:
    """The day so many days from today."""
    return made.today + timedelta(days=days)


def file_report(page: Page, answers: Answers) -> str:
    """File a report; its code."""
    page.goto(f"/{answers['language']}/file?route=full")
    walk(page, answers, "file.check")
    go_on(page)
    code = page.locator("#receipt").inner_text()
    go_on(page)
    assert name_of(page) == "file.sent"
    return code


def come_back(made: Walk) -> None:
    """Type the code."""
    made.worker.goto(f"/{made.language}/return")
    made.worker.locator("[name=code]").fill(made.code)
    go_on(made.worker)
    assert name_of(made.worker) == "case"


def find_case(page: Page, language: str, words: str) -> str:
    """Open new cases of this language until these words are there; the address of that case."""
    page.goto(f"/staff/cases?state=received&language={language}")
    links = page.locator("a[href^='/staff/cases/']").evaluate_all("all => all.map(a => a.href)")
    for link in dict.fromkeys(links):
        page.goto(link)
        if name_of(page) == "staff.case" and words in read(page):
            return str(link)
    raise AssertionError(f"no case in {len(links)} links")


def read(page: Page) -> str:
    """All that the page says, folded parts too."""
    return page.locator("main").text_content() or ""


def look(made: Walk, page: Page, name: str) -> None:
    """What holds on every page that somebody reads: it fits, it is accessible, and neither its
    title nor any address so far says what it is about."""
    assert name_of(page) == name, read(page)
    assert fits(page), f"{name} is wider than the window"
    if (name, state_of(page)) not in made.judged:
        accessible(made.reader, page)
        made.judged.add((name, state_of(page)))
    if page is made.worker:
        assert page.title().split(" · ")[0] in ("Your page", "Notes", "Trang của bạn", "Ghi chú")
    for words in made.secret:
        assert words not in page.title()
        assert not [url for url in made.seen if words in url]


def accessible(reader: Page, page: Page) -> None:
    """Axe needs JavaScript, so that it looks at the same page in a window that has it."""
    same, here = page.content(), page.url
    reader.set_viewport_size(page.viewport_size or DESKTOP)
    reader.route(here, lambda route: route.fulfill(body=same, content_type="text/html"))
    reader.goto(here)
    found = Axe().run(reader, options=RULES)
    reader.unroute(here)
    assert found.violations_count == 0, f"{name_of(page)}: {found.generate_report()}"


def unfold(page: Page) -> None:
    """Open every fold."""
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")


def at_desk(made: Walk) -> Page:
    """The handler at the case."""
    made.desk.goto(made.case)
    assert name_of(made.desk) == "staff.case"
    return made.desk


def at_home(made: Walk) -> Page:
    """The worker at their page."""
    made.worker.goto(f"/{made.language}/case")
    assert name_of(made.worker) == "case"
    return made.worker


def button(page: Page, verb: str) -> Locator:
    """The button or link of a verb."""
    return page.locator(f"[data-verb={verb}]")


def act(page: Page, verb: str, **typed: object) -> None:
    """Fill the form of a verb on the page by the names of its fields, and press its button."""
    unfold(page)
    pressed = button(page, verb).first
    form = pressed.locator("xpath=ancestor::form")
    for name, told in typed.items():
        _fill(form, name, told)
    pressed.click()
    refused = page.locator(".problems").count() or name_of(page) == "staff.conflict"
    assert not refused, f"{verb}: {page.locator('main').inner_text()[:400]}"


def _fill(form: Locator, name: str, told: object) -> None:
    control = form.locator(f'[name="{name}"]')
    kind = control.first.get_attribute("type") or ""
    if kind in ("radio", "checkbox"):
        values = told if isinstance(told, list) else [told]
        if kind == "checkbox":
            for one in control.all():
                one.set_checked(one.get_attribute("value") in values)
        else:
            form.locator(f'[name="{name}"][value="{values[0]}"]').check()
    elif kind == "file":
        control.set_input_files([told])  # type: ignore[list-item]
    elif control.evaluate("e => e.tagName") == "SELECT":
        control.select_option(str(told))
    else:
        control.fill(told.isoformat() if isinstance(told, date) else str(told))


def letter(name: str) -> dict[str, object]:
    """A letter, as a desk scans it."""
    drawn = io.BytesIO()
    Image.new("RGB", (300, 420), "white").save(drawn, "PDF")
    return {"name": name, "mimeType": "application/pdf", "buffer": drawn.getvalue()}


# Handing over.


def prepare(made: Walk, door: str, **typed: object) -> None:
    """From the suggested door to a document that the worker is asked about."""
    desk = at_desk(made)
    unfold(desk)
    desk.locator(f"[aria-labelledby=doors] a[href$='/refer/{door}']").click()
    ask(made, door, **typed)


def ask(made: Walk, door: str, **typed: object) -> None:
    """Look at the document of this body, then ask the worker about exactly it."""
    desk = made.desk
    assert desk.url.endswith(f"/refer/{door}")
    fill = {"purpose": "mediation", **typed}
    form = desk.locator("form[data-main]")
    unfold(desk)
    for name, told in fill.items():
        _fill(form, name, told)
    form.locator("button[name=preview]").click()
    look(made, desk, "staff.refer")
    assert desk.locator("article.document").count() == 1
    act(desk, "refer")
    assert (name_of(desk), state_of(desk)) == ("staff.referral", "asked")
    look(made, desk, "staff.referral")


def document(page: Page) -> list[str]:
    """The paragraphs of the document as the desk shows it."""
    return [one.strip() for one in page.locator("article.document .words").all_text_contents()]


def decide(made: Walk, verb: str, **typed: str) -> str:
    """The worker reads exactly what the desk shows, and answers; what they read."""
    worker = at_home(made)
    look(made, worker, "case")
    worker.locator("[data-asks] a.go").click()
    look(made, worker, "case.handover")
    told = read(worker)
    shown = document(made.desk)
    assert shown
    assert [one for one in shown if one not in told] == []
    answer(worker, typed)  # ticks the warning about immigration where it is asked for
    button(worker, verb).click()
    assert name_of(worker) in ("case", "case.handover")
    return told


def at_hand_over(made: Walk, door: str = "") -> Page:
    """The handler at the newest hand-over, or at the newest one of this name."""
    desk = at_desk(made)
    links = desk.locator("[data-referral] > a")
    (links.filter(has_text=door) if door else links).last.click()
    assert name_of(desk) == "staff.referral"
    return desk


def deliver(made: Walk, **typed: object) -> None:
    """It goes out."""
    desk = at_hand_over(made)
    assert state_of(desk) == "consented"
    act(desk, "deliver", **typed)
    assert state_of(desk) == "delivered"


def hear(made: Walk, kind: str, door: str = "", **typed: object) -> None:
    """The body says something."""
    desk = at_hand_over(made, door)
    act(desk, "referral_news", kind=kind, **typed)
    assert state_of(desk) == kind


# Remedy.


def write_down(made: Walk, item: int | None = None, **typed: object) -> None:
    """A remedy on its page; `item` changes the one that stands there."""
    desk = at_desk(made)
    if item is None:
        button(desk, "record_remedy").click()
    else:
        desk.locator("[data-remedy]").nth(item).get_by_role("link", name="Change").click()
    look(made, desk, "staff.remedy")
    act(desk, "record_remedy", **typed)
    assert name_of(desk) == "staff.case"


def came(made: Walk, *said: str, **typed: object) -> None:
    """The worker says of each promise, in order, whether it came."""
    worker = at_home(made)
    worker.locator("[data-asks=remedy] a").last.click()
    look(made, worker, "case.remedy")
    asked = worker.locator(".asked").all()
    assert len(asked) == len(said)
    for row, told in zip(asked, said, strict=True):
        row.locator(f"input[value={told}]").check()
        if told == "all" and row.locator("input[name^='sum-']").count():
            sums = re.findall(r"\d{1,3}(?:[.,]\d{3})+", row.inner_text())
            row.locator("input[name^='sum-']").fill(max(sums, key=_digits))
    act(worker, "remedy_news", **{"reprisal": "no", **typed})
    assert name_of(worker) == "case"


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def translate(made: Walk, text: str) -> None:
    """The handler puts a translation beside every passage of the worker's own words."""
    desk = at_desk(made)
    for place in range(button(desk, "translate").count()):
        unfold(desk)
        form = button(desk, "translate").nth(place).locator("xpath=ancestor::form")
        _fill(form, "language", "ja")
        _fill(form, "message", text)
        button(desk, "translate").nth(place).click()
        assert name_of(desk) == "staff.case", desk.locator("main").inner_text()[:400]


def remedies(page: Page) -> list[str]:
    """How far each remedy is, in page order."""
    return page.locator("[data-remedy]").evaluate_all("all => all.map(e => e.dataset.remedy)")


def close(made: Walk, result: str, message: str, **typed: object) -> None:
    """One proposes, who may not close it alone; a second member closes; the worker reads it."""
    desk = at_desk(made)
    look(made, desk, "staff.case")
    act(desk, "propose_close", result=result, message=message, **typed)
    assert button(desk, "close").count() == 0
    made.second.goto(made.case)
    look(made, made.second, "staff.case")
    act(made.second, "close")
    assert state_of(made.second) == "closed"
    worker = at_home(made)
    assert state_of(worker) == "closed"
    look(made, worker, "case")
    assert worker.locator("#outcome").count() == 1
    assert message in read(worker)
