"""Texts made to be slow, beside a plain one of the same size."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import quote_plus

from bench.house import House
from bench.load import Request
from bench.table import Floor, Line
from tests.cast import file_case

SIZE = 250 * 1024  # bytes as typed: within the cap of a story
SHORT = 384 * 1024  # bytes as sent, in escapes: over the cap of an address or number
TIMES = 5
SHAPES = {
    "marks of two classes": "\u0300\u0316",
    "sound marks of half width": "\u0316\uff9e",
    "flags": "\U0001f1ef",
    "joiners": "\u200d",
    "families": "\U0001f468\u200d",
    "jamo": "\u1100\u1161\u11a8",
    "a ligature of eighteen": "\ufdfa",
    "prepended signs": "\u0600",
    "Devanagari joined": "\u0915\u094d",
    "Burmese": "\u1000\u103b\u103d\u1014\u103a\u102f",
    "hidden breaks": "\u1780\u200b",
    "full width": "\uff21",
    "line breaks": "\r\n",
    "quotes": '"',
    "digits": "1",
    "letter and break by turns": "a\r\n",
    "keycaps": "1\ufe0f\u20e3",
    "addresses": "a@b.c ",
    "thirty marks to a letter": "a" + "\u0301\u0316" * 15,
}
VISIT = {"visit": "bench-texts"}


def measure(house: House) -> list[Line]:
    """The slowest shape ÷ plain letters, by page, at the whole request. Where nothing works on the
    words, taking in the request is the work: there, plain is as long as the slow one is sent."""
    visit = _visit(house)
    pages: dict[str, tuple[int, Callable[[str], int], Callable[[str], Request]]] = {
        "sign-in": (SHORT, _sent, lambda text: house.form("/staff/sign-in", VISIT, email=text)),
        "number": (SHORT, _sent, lambda text: house.form("/en/return", VISIT, code=text)),
        "message": (SIZE, _typed, lambda text: house.form("/en/case/message", visit, message=text)),
    }
    lines = []
    for name, (size, weigh, form) in pages.items():
        found = {
            shape: _best(house, form(piece * (size // weigh(piece))))
            for shape, piece in SHAPES.items()
        }
        worst = max(found, key=lambda shape: found[shape])
        again = SHAPES[worst] * (size // weigh(SHAPES[worst]))
        # the slowest of many is in part the unluckiest: both once more, with equal chances
        slow, plain = (_best(house, form(text), 3 * TIMES) for text in (again, "a" * size))
        plainly = Floor(plain * 1000, "plain letters")
        lines.append(Line(f"{name}: slowest text ({worst})", slow * 1000, "ms", "<= 3", plainly))
    return lines


def _sent(piece: str) -> int:
    return len(quote_plus(piece))


def _typed(piece: str) -> int:
    return len(piece.encode())


def _best(house: House, asked: Request, times: int = TIMES) -> float:
    """Seconds of the quickest of several: what the work itself needs."""
    answers = [house.browser.send(asked) for _ in range(times)]
    assert all(answer.status in (200, 303, 422) for answer in answers), answers[0].status
    return min(answer.seconds for answer in answers)


def _visit(house: House) -> dict[str, str]:
    """The cookie of somebody who came back with their number."""
    code = file_case(house.session, house.app.config["SITE"]).code
    answer = house.browser.send(house.form("/en/return", VISIT, code=code))
    jar = SimpleCookie(answer.headers["Set-Cookie"])
    return {name: morsel.value for name, morsel in jar.items() if name == "receipt"}
