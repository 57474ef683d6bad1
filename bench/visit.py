"""The first visit of a phone, by language: requests and bytes, as sent without compression."""

from __future__ import annotations

import re

from bench.house import House
from bench.load import Answer, Request
from bench.table import Line
from grievance import i18n

LINKED = re.compile(rb'<(?:link|script|img)\b[^>]*?\b(?:href|src)="(/[^"]+)"')
PAGES = ("", "help", "mechanisms", "issues", "file", "return", "about")
KEPT = "max-age"


def measure(house: House) -> list[Line]:
    """From `/` in each enabled language; then the largest public page."""
    lines = []
    for slug in house.app.config["LANGUAGES"]:
        first = _visit(house, "/", slug)
        again = [one for one in _visit(house, f"/{slug}/", slug) if not _is_kept(one)]
        lines += [
            Line(
                f"first visit, {slug}",
                _kilobytes(first),
                "kB",
                "< 30",
            ),
            Line(f"first visit, {slug}, requests", len(first), "", "<= 3"),
            Line(f"repeat visit, {slug}, requests", len(again), "", "<= 1"),
        ]
    largest, path = max(
        (_kilobytes(_visit(house, f"/{slug}/{page}", slug)), f"/{slug}/{page}")
        for slug in house.app.config["LANGUAGES"]
        for page in PAGES
    )
    return [*lines, Line(f"largest first page: {path}", largest, "kB")]


def _visit(house: House, path: str, slug: str) -> list[Answer]:
    """The page after redirects, then all it loads."""
    answers: list[Answer] = []
    while True:
        asked = Request(path, {}, language=i18n.BY_SLUG[slug].tag)
        answer = house.browser.send(asked)
        answers.append(answer)
        if answer.status not in (302, 303):
            break
        path = str(answer.headers["Location"])
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    linked = [found.decode().replace("&amp;", "&") for found in LINKED.findall(answer.body)]
    return [*answers, *(house.browser.send(Request(one, {})) for one in dict.fromkeys(linked))]


def _is_kept(answer: Answer) -> bool:
    return KEPT in str(answer.headers.get("Cache-Control", ""))


def _kilobytes(answers: list[Answer]) -> float:
    return sum(answer.size for answer in answers) / 1000
