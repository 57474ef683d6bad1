"""Taking a person's name and contact out of text that others will read.

It removes what literally occurs, in whatever case and, in Latin letters, with or without accents.
It cannot know a nickname, a description or a face: the document says so to whoever checks it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from grievance.model import digits_of

MARK = "[…]"
_NUMBER = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015]{5,}\d")
_SHORTEST = 2
_TAIL = 8  # digits that two ways of writing one telephone number have in common


def _fold(letter: str) -> str:
    """A letter as it is compared: without case, Latin ones without accents."""
    parts = unicodedata.normalize("NFKD", letter)
    if unicodedata.name(parts[0], "").startswith("LATIN"):
        parts = "".join(part for part in parts if not unicodedata.combining(part))
    return parts.casefold().replace("đ", "d")


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as compared, and for each of its letters the place in `text` it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for part in _fold(letter):
            letters.append(part)
            places.append(place)
    return "".join(letters), places


def tokens(names: Iterable[str]) -> list[str]:
    """What is searched for: each name whole and its words, longest first; single letters never."""
    found: set[str] = set()
    for name in names:
        whole = unicodedata.normalize("NFC", name).strip()
        found |= {part for part in (whole, *whole.split()) if len(part) >= _SHORTEST}
    return sorted(found, key=lambda token: (-len(token), token))


def too_short(names: Iterable[str]) -> bool:
    """Whether part of a name is a single letter, which is not searched for."""
    return any(len(part) < _SHORTEST for name in names for part in name.split())


def without(text: str, names: Iterable[str], put: str = MARK) -> str:
    """`text` with `put` wherever one of the names, or a word of one, stands.

    A word in an alphabet with spaces is only taken whole: `An` does not break `Another`.
    """
    text = unicodedata.normalize("NFC", text)
    for token in tokens(names):
        text = _replaced(text, token, put)
    return text


def _replaced(text: str, token: str, put: str) -> str:
    folded, places = _folded(text)
    wanted = re.escape("".join(_fold(letter) for letter in token))
    spaced = token[0].isalpha() and unicodedata.name(token[0], "").split()[0] in (
        "LATIN", "CYRILLIC",
    )  # fmt: skip
    pattern = rf"(?<![^\W_]){wanted}(?![^\W_])" if spaced else wanted
    pieces, end = [], 0
    for match in re.finditer(pattern, folded):
        begin = places[match.start()]
        if begin < end:
            continue
        pieces += [text[end:begin], put]
        end = places[match.end() - 1] + 1
    return "".join([*pieces, text[end:]])


def without_contact(text: str, contacts: Iterable[str]) -> str:
    """`text` without these addresses and numbers, however the number is grouped."""
    for contact in contacts:
        if "@" in contact:
            text = re.sub(re.escape(contact), MARK, text, flags=re.IGNORECASE)
            continue
        tail = digits_of(contact)[-_TAIL:]
        if len(tail) == _TAIL:
            text = _NUMBER.sub(
                lambda found, tail=tail: (  # type: ignore[misc]
                    MARK if digits_of(found[0]).endswith(tail) else found[0]
                ),
                text,
            )
    return text
