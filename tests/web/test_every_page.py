"""What every page does, whichever it is: the way to another language, and to what went wrong."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask, render_template_string, url_for
from jinja2.meta import find_undeclared_variables
from sqlalchemy.orm import Session

from grievance.i18n import BY_SLUG, gettext, speaking
from grievance.intake.drafting import USUAL
from grievance.questions.bank import shipped
from grievance.questions.forms import Asking, form_for
from grievance.web.errors import error_page
from tests.cast import browser, file_case, found_operator
from tests.pages import Page, parsed, read_page

TEMPLATES = Path(__file__).parents[2] / "templates"
ERRORS = ("bad", "cookies", "elsewhere", "forbidden", "missing", "large", "long", "busy", "away",
          "broken")  # fmt: skip


def in_language(page: Page, slug: str) -> str:
    """Where the switch leads."""
    links = {a.get("hreflang"): a.get("href") or "" for a in page.all("a") if a.get("hreflang")}
    return links[slug]


@pytest.mark.parametrize(
    "path",
    [
        "/file?route=full",
        "/file?route=tip&door=jp-lsio",
        "/mechanisms?words=pay&language=vi",
        "/file/begun?to=help&issue=violence",
        "/help",
        "/issues/violence",
        "/return",
    ],
)
def test_another_language_keeps_the_page_and_what_its_address_chose(
    app: Flask, session: Session, loaded: Session, path: str
) -> None:
    found_operator(session, app.config["KEY_RING"])
    visitor = browser(app, session)
    if "begun" in path:
        first = read_page(visitor.get("/en/file"))
        visitor.post("/en/file", data={**first.fields(), "what-happened": "Words."})
    page = read_page(visitor.get(f"/en{path}"))
    assert in_language(page, "vi") == f"/vi{path}"
    assert visitor.get(f"/vi{path}").status_code == 200


def test_another_language_after_words_that_were_refused_is_the_page_they_stood_on(
    app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    filed, visitor = file_case(session, app.config["SITE"]), browser(app, session)
    asked = read_page(visitor.get("/en/return"))
    visitor.post("/en/return", data={**asked.fields(), "code": filed.code})
    page = read_page(visitor.get("/en/case?kept=1"))
    assert in_language(page, "vi") == "/vi/case"
    refused = read_page(visitor.post("/en/case/message", data={**page.fields(), "message": ""}))
    assert refused.status == 422
    assert in_language(refused, "vi") == "/vi/case"
    assert read_page(visitor.get("/vi/case")).name == "case"


@pytest.mark.parametrize("what", ERRORS)
def test_an_error_says_so_in_its_title_and_takes_the_focus(app: Flask, what: str) -> None:
    with app.test_request_context("/vi/file"):
        html = error_page(500, what).get_data(as_text=True)
    (heading,) = [line for line in html.splitlines() if line.startswith("<h1")]
    assert 'tabindex="-1" autofocus' in heading
    said = heading.partition(">")[2].partition("<")[0]
    assert f"<title>{said} · " in html


def test_no_sentence_of_an_error_is_left_out(app: Flask) -> None:
    source = (TEMPLATES / "web" / "error.html").read_text(encoding="utf-8")
    assert "what" in find_undeclared_variables(app.jinja_env.parse(source))
    assert source.count('": (_("') == len(ERRORS)


def test_a_form_that_is_not_right_says_so_in_its_title_and_takes_the_focus(
    app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    visitor = browser(app, session)
    for path in ("/en/return", "/en/file", "/vi/file?route=full"):
        asked = read_page(visitor.get(path))
        plain = asked.one("title").text or ""
        wrong = read_page(visitor.post(path, data={"token": asked.fields()["token"]}))
        (box,) = [div for div in wrong.all("div") if div.get("class") == "problems"]
        assert (box.get("tabindex"), box.get("role")) == ("-1", "alert")
        assert "autofocus" in box.attrib
        title = wrong.one("title").text or ""
        assert title.endswith(plain)
        assert title != plain


STANDS = {name: value for page in USUAL.values() for name, value in page.items()}
FIELDS = """{% import "components/forms.html" as f with context %}
{% for one in form if one.name != "token" %}{{ f.field(one) }}{% endfor %}"""


@pytest.mark.parametrize("lang", ["en", "ja", "vi"])
def test_what_is_chosen_from_is_not_said_to_be_left_empty(app: Flask, lang: str) -> None:
    """Nor is a choice that already stands said to need no choosing."""
    seen = stands = 0
    for page in shipped().journeys["file"]:
        with app.test_request_context(f"/{lang}/file"), speaking(lang):
            empty, free = gettext("(you may leave this empty)"), gettext("(you need not choose)")
            form = form_for(Asking(shipped(), "file", STANDS), page)
            rows = render_template_string(FIELDS, form=form).split("<fieldset")[1:]
        for row in rows:
            said, chosen = row.partition("</legend>")[0], " checked" in row.partition("</f")[0]
            assert empty not in said, said
            assert not (chosen and free in said), said
            seen, stands = seen + (free in said), stands + chosen
    assert (seen > 3, stands > 2) == (True, True)


def test_every_form_that_can_be_wrong_shows_its_problems_first() -> None:
    """Whoever writes a main form lists what is wrong above it, where the focus goes."""
    with_fields = [
        path
        for path in (TEMPLATES / "intake").rglob("*.html")
        if "f.field(" in path.read_text() and "f.start(form" in path.read_text()
    ]
    assert len(with_fields) > 8
    for path in with_fields:
        assert "f.problems(" in path.read_text().partition("f.start(form")[0], path.name


LINKED = ("en", "vi", "ja-easy", "my")
STATUSES = {"bad": 400, "forbidden": 403, "missing": 404, "large": 413, "broken": 500, "busy": 503}
GIVEN = {"issue": "violence", "page": "danger"}


def _linked(page: Page) -> set[str]:
    """Where the links of a page lead, one language of each kind."""
    tags = {BY_SLUG[slug].tag for slug in LINKED}
    found = [a for a in page.all("a") if a.get("hreflang") is None or a.get("hreflang") in tags]
    to = {a.get("href") or "" for a in found}
    return {path.partition("#")[0] for path in to if path.startswith("/")}


def _sent_to(app: Flask, lang: str) -> list[str]:
    """The address of every form."""
    sent = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint != "static":
            plain = {name: GIVEN.get(name, str(uuid4())) for name in rule.arguments}
            with app.test_request_context("/"):
                sent.append(url_for(rule.endpoint, **{**plain, "lang": lang}).partition("?")[0])
    return sent


@pytest.mark.parametrize("what", STATUSES)
def test_every_link_on_the_error_of_every_form_leads_somewhere(
    app: Flask, session: Session, loaded: Session, what: str
) -> None:
    found_operator(session, app.config["KEY_RING"])
    visitor, links = browser(app, session), {}
    for path in _sent_to(app, "en"):
        with app.test_request_context(path, method="POST"):
            html = error_page(STATUSES[what], what).get_data(as_text=True)
        for link in _linked(parsed(STATUSES[what], html)):
            links.setdefault(link, path)
    assert len(links) > (5 if STATUSES[what] == 404 else 30)
    for link, path in links.items():
        assert visitor.get(link, follow_redirects=True).status_code == 200, (path, link)


def test_every_link_on_the_error_of_a_worker_who_is_here_leads_somewhere(
    app: Flask, session: Session, loaded: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    filed, visitor = file_case(session, app.config["SITE"]), browser(app, session)
    asked = read_page(visitor.get("/en/return"))
    visitor.post("/en/return", data={**asked.fields(), "code": filed.code})
    first, errors = read_page(visitor.get("/en/file")), 0
    visitor.post("/en/file", data={**first.fields(), "what-happened": "Words."})
    for path in _sent_to(app, "en"):
        answer = visitor.post(path, data={"token": "x"}) if "leave" not in path else None
        if answer is None or answer.status_code < 400 or answer.status_code == 422:
            continue
        errors += 1
        for link in _linked(read_page(answer)):
            if not link.startswith("/reply/"):  # a link that opens nothing says so in each language
                assert visitor.get(link, follow_redirects=True).status_code == 200, (path, link)
    assert errors > 5
