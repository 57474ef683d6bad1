"""Finding bodies and issues in the directory: words in the reader's language, and filters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields

from grievance.directory.book import Book, Entry, Way
from grievance.directory.entries import KINDS
from grievance.directory.open_now import LIVE
from grievance.i18n import Language, current, fallbacks
from grievance.model import matching

NAMELESS = ("accepted", "accepted_limited", "consult_only")
_FIELDS = ("name", "can_do", "cannot_do", "how_to_start")
_FREE = re.compile(r"(it is |the call is |the talk is )?(usually )?free\b", re.IGNORECASE)
# A code starts with the country a body works in ("vn-dolab-embassy"); these do not.
_PLACES = {
    "jacer": "JP", "ngo-smj": "JP", "ngo-local-generic": "JP", "union-individual": "JP",
    "rengo-hotline": "JP", "event-code-greenexpo2027": "JP", "event-code-expo2025": "JP",
    "company-hotline-template": "JP", "jica-objection": "JP", "jbic-objection": "JP",
    "iom-japan": "JP", "own-lawyer": "JP", "jsu-itf": "JP", "rsc-bangladesh": "BD",
    "accord-pakistan": "PK",
}  # fmt: skip
_NOT_COUNTRIES = ("EU", "UN")


@dataclass(frozen=True)
class Filters:
    """What a reader asked for; empty means everything."""

    words: str = ""
    kind: str = ""
    country: str = ""
    issue: str = ""
    language: str = ""
    free: bool = False
    nameless: bool = False

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return any(getattr(self, one.name) for one in fields(self))


def find(book: Book, wanted: Filters, language: Language | None = None) -> list[Entry]:
    """The bodies that fit, in the directory's own order.

    Every word must occur somewhere in the name or the sentences, in the reader's language, in
    Japanese or in English; case, width and accents do not matter.
    """
    tongue = language or current()
    words = folded(wanted.words).split()
    return [
        entry
        for entry in book.entries.values()
        if entry.facts.status != "closed" and _fits(entry, wanted) and _holds(words, entry, tongue)
    ]


def by_kind(found: list[Entry]) -> dict[str, list[Entry]]:
    """The bodies grouped by kind: those a person can simply ask first, the far ones last."""
    groups = {kind: [e for e in found if e.facts.kind == kind] for kind in KINDS}
    return {kind: entries for kind, entries in groups.items() if entries}


def countries(book: Book) -> list[str]:
    """The countries whose bodies the directory holds, as ISO 3166-1 codes; Japan first."""
    found = {place for entry in book.entries.values() if (place := place_of(entry.id))}
    return sorted(found, key=lambda code: (code != "JP", code))


def place_of(mechanism: str) -> str:
    """The country a body works in, or an empty text for one that works in several."""
    if mechanism in _PLACES:
        return _PLACES[mechanism]
    head, dash, _ = mechanism.partition("-")
    is_country = bool(dash) and len(head) == 2 and head.upper() not in _NOT_COUNTRIES
    return head.upper() if is_country else ""


def spoken_on(entry: Entry, way: Way) -> tuple[str, ...]:
    """The languages of one way. A way that names none serves all that the body speaks; a page on
    the web speaks only what it names."""
    return way.facts.languages or (() if way.facts.type == "web" else entry.facts.languages)


def languages_of(entry: Entry, ways: Sequence[Way] | None = None) -> set[str]:
    """The languages somebody is spoken or written to in by the ways that are shown (or by `ways`
    of them): a language belongs to a number. Of a body whose numbers are not shown, none; of one
    that has no number at all, what it says of itself."""
    ways = entry.public_ways if ways is None else ways
    lines = [way for way in ways if way.facts.type != "web"]
    if not lines:
        if any(channel.type in LIVE and not channel.public for channel in entry.facts.channels):
            return set()
        return set(entry.facts.languages).union(*(way.facts.languages for way in ways))
    return {slug for way in lines for slug in spoken_on(entry, way)}


def understood(language: Language) -> frozenset[str]:
    """What a reader of `language` understands when it is spoken: easy Japanese is Japanese, and
    both ways of writing Chinese are one language by ear."""
    own = {tongue.slug for tongue in fallbacks(language) if tongue.slug != "en"} or {"en"}
    return frozenset(own | {"zh-hans", "zh-hant"} if own & {"zh-hans", "zh-hant"} else own)


def speaks(entry: Entry, language: Language) -> bool:
    """Whether a reader of `language` is understood there."""
    return bool(languages_of(entry) & understood(language))


def is_free(entry: Entry) -> bool:
    """Whether its first words about money say that it is free."""
    return _FREE.match(entry.facts.texts.get("cost", "")) is not None


def folded(text: str) -> str:
    """`text` for comparing: case, width and Latin accents away, so that "viet" finds "việt"."""
    parts = unicodedata.normalize("NFD", matching(text).replace("đ", "d"))
    plain = "".join(letter for letter in parts if not "\u0300" <= letter <= "\u036f")
    return unicodedata.normalize("NFC", plain)


def _fits(entry: Entry, wanted: Filters) -> bool:
    facts = entry.facts
    return (
        (not wanted.kind or facts.kind == wanted.kind)
        and (not wanted.country or place_of(entry.id) == wanted.country)
        and (not wanted.issue or wanted.issue in facts.issues)
        and (not wanted.language or wanted.language in languages_of(entry))
        and (not wanted.free or is_free(entry))
        and (not wanted.nameless or facts.anonymous in NAMELESS)
    )


def _holds(words: list[str], entry: Entry, language: Language) -> bool:
    if not words:
        return True
    said = [str(entry.say(name, language) or "") for name in _FIELDS]
    english = [entry.facts.texts.get(name, "") for name in _FIELDS]
    extra = [entry.facts.name_ja, entry.facts.operator, *_brands(entry)]
    hay = folded(" ".join([*said, *english, *extra]))
    return all(word in hay for word in words)


def _brands(entry: Entry) -> list[str]:
    record = entry.record or {}
    return [str(record.get("name", "")), *map(str, record.get("brands", ()))]
