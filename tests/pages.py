"""Reading a page as a person's browser does, and checking what every page must have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib
import regex
from werkzeug.test import TestResponse

from grievance.cli.translations import PARTIAL
from grievance.i18n import LANGUAGES

NAMESPACE = re.compile(r"\{.*\}")
# Languages whose script tells a sentence of another language, and what is of no language.
OWN_NAMES = {one.own_name for one in LANGUAGES}
BY_TAG = {one.tag: one for one in LANGUAGES}
SCRIPTS = {one.tag: one for one in PARTIAL if one.script in (
    "Mymr", "Deva", "Arab", "Thai", "Khmr", "Sinh", "Beng", "Laoo", "Cyrl")}  # fmt: skip
OTHERS = regex.compile(r"[\p{Latin}\p{Han}\p{Hiragana}\p{Katakana}]{2}")
SENTENCE = regex.compile(r"(?:\b\p{Latin}[\p{Latin}'’]+ +){3}|[\p{Hiragana}\p{Katakana}]{3}")
NAMES = (
    "Grievance",
    "Hidamari",
    "example",
    "x.exe",
    "card",
    "LINE",
    "WhatsApp",
    "PDF",
    "SIM",
    "Words.",
)
PREFECTURE = regex.compile(r"\p{Latin}+ \(\p{Han}+\)")  # as on its signs, in every language


@dataclass(frozen=True)
class Page:
    """A parsed answer."""

    status: int
    html: str
    root: Element

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of a tag whose attributes are as given (`class_` for class, `_` for -)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.root.iter(tag)
            if all(
                value in (element.get(name) or "").split()
                if name == "class"
                else element.get(name) == value
                for name, value in wanted.items()
            )
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × {tag} {attributes}"
        return found[0]

    @property
    def name(self) -> str:
        """The page's name for checks: data-page."""
        return self.one("body").get("data-page") or ""

    @property
    def text(self) -> str:
        """What a person reads."""
        return " ".join("".join(self.one("body").itertext()).split())

    @property
    def main(self) -> str:
        """What a person reads in the main part."""
        return " ".join("".join(self.one("main").itertext()).split())

    @property
    def errors(self) -> dict[str, str]:
        """Sentences beside fields, by field."""
        return {
            element.get("data-error") or "": " ".join("".join(element.itertext()).split())
            for element in self.root.iter()
            if element.get("data-error")
        }

    def fields(self, form: Element | None = None) -> dict[str, str]:
        """Names and values of the main form as a browser would send them untouched."""
        form = form if form is not None else self.one("form", data_main="")
        sent: dict[str, str] = {}
        for control in form.iter():
            name = control.get("name")
            if not name or control.get("type") in ("submit", "file"):
                continue
            if control.get("type") in ("checkbox", "radio"):
                if control.get("checked") is not None:
                    sent[name] = control.get("value") or "on"
            elif control.tag == "textarea":
                sent[name] = "".join(control.itertext())
            elif control.tag == "select":
                chosen = [o for o in control.iter("option") if o.get("selected") is not None]
                options = chosen or list(control.iter("option"))
                sent[name] = (options[0].get("value") or "") if options else ""
            elif control.tag == "input":
                sent[name] = control.get("value") or ""
        return sent


def parsed(status: int, html: str) -> Page:
    """A page as parsed, unchecked."""
    root = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parse(html)
    return Page(status, html, root)


def read_page(response: TestResponse) -> Page:
    """Parse an answer and check language, direction, title, ids, labels, forms and policy."""
    page = parsed(response.status_code, response.get_data(as_text=True))
    root = page.root
    top = root if root.tag == "html" else root.find("html")
    assert top is not None
    assert top.get("lang"), "no language"
    assert top.get("dir") in ("ltr", "rtl"), "no direction"
    titles = page.all("title")
    assert titles, "no title"
    assert (titles[0].text or "").strip(), "empty title"
    assert page.name, "no data-page"
    assert len(page.all("h1")) == 1, f"{len(page.all('h1'))} × h1"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    strange = strange_texts(page)
    assert not strange, f"not in {top.get('lang')}, and not marked: {strange}"
    _check_labels(page)
    _check_policy(page, response)
    return page


def strange_texts(page: Page) -> list[str]:
    """What a page of a language of first screens says in another one without marking it: a
    voice would read it wrongly, and from right to left it would come out of order. What a person
    wrote (`dir=auto`) and the own names of languages stand as they are."""
    html = page.one("html")
    language = SCRIPTS.get(html.get("lang") or "")
    if language is None:
        return []
    own = regex.compile(rf"\p{{{language.script}}}")
    found = []
    for text, tag, direction in _texts(page.one("body"), language.tag, language.direction):
        spoken = BY_TAG.get(tag)
        if direction == "auto" or text in OWN_NAMES:
            continue
        if tag != language.tag:
            if spoken is not None and direction != spoken.direction:
                found.append(f"{tag} from the wrong side: {text}")
        elif SENTENCE.search(text) or not own.search(text) and _is_said(text):
            found.append(text)
    return found


def _is_said(text: str) -> bool:
    named = PREFECTURE.fullmatch(text) or any(name in text for name in NAMES)
    return bool(OTHERS.search(text)) and not named


def _texts(element: Element, tag: str, direction: str) -> Iterator[tuple[str, str, str]]:
    """Every text below an element that a person reads, with its language and direction."""
    tag, direction = element.get("lang") or tag, element.get("dir") or direction
    if element.tag in ("script", "style", "textarea", "bdi") or element.get("aria-hidden"):
        return
    if element.text and element.text.strip():
        yield " ".join(element.text.split()), tag, direction
    for part in element:
        yield from _texts(part, tag, direction)
        if part.tail and part.tail.strip():
            yield " ".join(part.tail.split()), tag, direction


def _check_labels(page: Page) -> None:
    parents = {child: parent for parent in page.root.iter() for child in parent}
    labelled = {label.get("for") for label in page.all("label")}
    for control in page.root.iter():
        if control.tag not in ("input", "select", "textarea") or control.get("type") in (
            "hidden",
            "submit",
        ):
            continue
        above, inside = parents.get(control), False
        while above is not None:
            inside = inside or above.tag == "label"
            above = parents.get(above)
        named = control.get("id") in labelled or control.get("aria-label") or inside
        assert named, f"no label: {control.get('name')}"
    for control in page.root.iter():
        if control.get("data-kind"):
            assert control.get("data-required") in ("yes", "no"), control.get("name")


def _check_policy(page: Page, response: TestResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for script in page.all("script"):
        assert script.get("src"), "inline script"
    for element in page.root.iter():
        handlers = [name for name in element.attrib if name.startswith("on")]
        assert not handlers, f"{element.tag} {handlers}"
        assert element.get("style") is None, f"inline style on {element.tag}"
    assert not page.all("style"), "style element"
    if "static" not in (response.request.path if response.request else ""):
        assert response.headers["Cache-Control"] == "no-store"
