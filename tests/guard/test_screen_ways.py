"""Where the first screens lead: on in the same language, and never to a loss of what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from grievance.cli import catalogues
from grievance.i18n import BY_SLUG
from tests.cast import Operator, browser, found_operator
from tests.pages import Page, read_page

SENDS = re.compile(r"""(?:form)?action="?(?:\{\{ )?url_for\(['"]([\w.]+)['"]([^)]*)""")
GIVEN = {"issue": "violence", "page": "about"}
TOLD = {"what-happened": "Words.", "location": "japan", "country": "BD", "hurt": "yes",
        "free": "yes", "taken": "no", "know": "nobody", "reach-by": "email", "members": "2",
        "contact-email": "a@example.com", "contact-phone": "+81 90 1234 5678"}  # fmt: skip
# Ways on from the page of a new report that no first screen has: nothing is typed on the way there.
BEYOND = {"intake.card", "intake.address", "intake.contact", "intake.number", "intake.withdraw",
          "intake.close", "intake.erase", "intake.seen", "intake.copy", "intake.proof",
          "portal.help", "portal.about"}  # fmt: skip


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    """Filing is open."""
    return found_operator(session, app.config["KEY_RING"])


def known(app: Flask, endpoint: str, given: dict[str, object]) -> bool:
    """Whether this is a first screen, or speaks no language of its own."""
    if not app.url_map.is_endpoint_expecting(endpoint, "lang"):
        return True
    screens = app.extensions["first_screens"]
    pages = screens.get(endpoint)
    return endpoint in screens and (pages is None or given.get("page") in pages)


def test_every_form_written_on_a_first_screen_is_sent_to_one(app: Flask) -> None:
    root, seen = catalogues.ROOT, 0
    for name in (one for one in catalogues.SCREENS if one.endswith(".html")):
        for endpoint, rest in SENDS.findall((root / name).read_text(encoding="utf-8")):
            seen += 1
            page = re.search(r"page=['\"](\w+)", rest)
            given: dict[str, object] = {"page": page[1] if page else ""}
            assert "lang=" in rest or known(app, endpoint, given), (name, endpoint)
    assert seen > 6


class Walk:
    """A browser in one language that fills what must be filled, and looks at every way on."""

    def __init__(self, app: Flask, session: Session, slug: str) -> None:
        self.app, self.slug, self.visitor = app, slug, browser(app, session)
        self.seen: list[str] = []

    def look(self, answer: TestResponse) -> Page:
        """The page of an answer; fails when a way on leaves the language."""
        page = read_page(answer)
        self.path = answer.request.full_path.rstrip("?")
        self.seen.append(page.one("body").get("data-question") or page.name)
        assert page.one("html").get("lang") == BY_SLUG[self.slug].tag, (self.path, page.name)
        here = self.app.url_map.bind("")
        for path, method in _ways(page, self.path):
            endpoint, given = here.match(path.partition("?")[0], method)
            fine = known(self.app, endpoint, given) or endpoint in BEYOND and method == "GET"
            assert given.get("lang", self.slug) == self.slug, (self.path, path)
            assert fine, (self.path, method, path)
        return page

    def open(self, path: str) -> Page:
        """A page of this language."""
        return self.look(self.visitor.get(f"/{self.slug}{path}", follow_redirects=True))

    def send(self, page: Page, **more: str) -> Page:
        """The main form, filled."""
        form = page.one("form", data_main="")
        sent = page.fields(form)
        for control in form.iter():
            name = control.get("name") or ""
            if name in TOLD and (control.get("type") != "radio" or not sent.get(name)):
                sent[name] = TOLD[name]
        to = form.get("action") or self.path
        return self.look(self.visitor.post(to, data=sent | more, follow_redirects=True))


def _ways(page: Page, path: str) -> Iterator[tuple[str, str]]:
    """Where the main part of a page leads: forms and their buttons, and links."""
    for element in page.one("main").iter():
        if element.tag == "form" and element.get("method") == "post":
            yield element.get("action") or path, "POST"
        if element.get("formaction"):
            yield element.get("formaction") or "", "POST"
        to = element.get("href") or ""
        if element.tag == "a" and to.startswith("/") and not element.get("hreflang"):
            yield to, "GET"


@pytest.mark.parametrize("way", ["short", "group", "tip"])
@pytest.mark.parametrize("slug", ["my", "ur"])
def test_a_short_way_stays_in_its_language(
    app: Flask, session: Session, loaded: Session, operator: Operator, slug: str, way: str
) -> None:
    assert operator.id
    walk = Walk(app, session, slug)
    walk.open("/")
    page = walk.send(walk.open(f"/file?route={way}"), **{"what-happened": ""})  # refused
    assert page.errors
    while page.name != "file.check":
        page = walk.send(page)
        assert not page.errors or len(walk.seen) < 4, (walk.seen, page.errors)
    walk.open("/file/files?change=1")
    if way != "tip":
        walk.open("/file/receipt")
    page = walk.send(walk.open("/file/check"), send="now")
    assert page.name == "file.sent"
    if way == "tip":
        return
    (opens,) = page.all("form", id="open")
    page = walk.look(
        walk.visitor.post(opens.get("action") or "", data=page.fields(opens), follow_redirects=True)
    )
    assert page.name == "case"
    assert walk.send(page, message="").errors


def test_a_draft_that_stands_here_is_asked_about_in_the_language(
    app: Flask, session: Session, operator: Operator
) -> None:
    assert operator.id
    walk = Walk(app, session, "ne")
    walk.send(walk.open("/file"))
    assert walk.open("/file").name == "file.begun"
    first = walk.open("/file?mine=1")
    walk.visitor.delete_cookie("draft")
    assert walk.send(first).name == "file.start"


def _whole(app: Flask) -> Iterator[tuple[str, str]]:
    """The address of every form that is no first screen, in a language of first screens, and in
    the one it falls back to."""
    for rule in app.url_map.iter_rules():
        given = {name: GIVEN.get(name, str(uuid4())) for name in rule.arguments}
        takes = "POST" in (rule.methods or ()) and "lang" in rule.arguments
        if takes and not known(app, rule.endpoint, {**given}):
            with app.test_request_context("/"):
                yield tuple(  # type: ignore[misc]
                    url_for(rule.endpoint, **{**given, "lang": slug}) for slug in ("ja-easy", "ja")
                )


def test_what_is_sent_in_a_language_without_that_page_is_sent_on_as_it_is(
    app: Flask, session: Session
) -> None:
    visitor, seen = browser(app, session), 0
    for path, whole in _whole(app):
        answer = visitor.post(f"{path}?change=1", data={"words": "Words."})
        assert (answer.status_code, answer.headers["Location"]) == (307, f"{whole}?change=1")
        seen += 1
    assert seen > 15


def test_words_for_a_page_that_another_tab_changed_are_kept(
    app: Flask, session: Session, loaded: Session, operator: Operator
) -> None:
    """It chose to answer everything, so that this page no longer speaks the language."""
    assert operator.id
    visitor = browser(app, session)
    first = read_page(visitor.get("/en/file?route=full"))
    begun = {**first.fields(), "phone": "shared", "who": "own", "language": "my"}
    assert visitor.post("/en/file?route=full", data=begun).status_code == 303
    page = read_page(visitor.get("/en/file/problem"))
    said = {**page.fields(), "problem": "treatment"}
    answer = visitor.post("/my/file/problem?change=1", data=said)
    assert answer.status_code == 307
    visitor.post(answer.headers["Location"], data=said)
    kept = read_page(visitor.get("/en/file/problem")).all("input", value="treatment")
    assert [one.get("checked") is not None for one in kept] == [True]


def test_back_to_ones_own_language_is_the_same_page_where_there_is_one(
    app: Flask, session: Session, operator: Operator
) -> None:
    assert operator.id
    visitor = browser(app, session)
    visitor.get("/my/")
    assert _back(read_page(visitor.get("/en/file?route=tip"))) == "/my/file?route=tip"
    assert _back(read_page(visitor.get("/en/file?route=full"))) == "/my/"
    assert _back(read_page(visitor.get("/en/about"))) == "/my/"
    assert _back(read_page(visitor.get("/en/nowhere"))) == "/my/"


def _back(page: Page) -> str:
    (link,) = page.one("div", data_strange="").iter("a")
    return link.get("href") or ""
