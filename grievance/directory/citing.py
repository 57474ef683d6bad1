"""What laws and rules are called in the reader's language: facts cite them in short English.

A citation is `name numbers` ("LSA 24, 143(3)"), several are parted by "; ". In numbers a hyphen
belongs to the number (32-3 is an article of its own), an en dash means "to".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_skeleton

from grievance.i18n import BY_SLUG, Language, current, fallbacks
from grievance.model import complete, some_of
from grievance.sheets import read

FILE = Path(__file__).parent / "data" / "citations.yaml"
ARTICLE, PRINCIPLE = "article", "principle"
_NUMBER = r"\d+(?:-\d+)*(?:\(\w+\))*"
_SPAN = rf"{_NUMBER}(?:–{_NUMBER})?"
_WORDS = {"section": "section", "ch.": "chapter"}
_REST = re.compile(
    rf"(?: (?P<edition>(?:as revised )?\(?(?:19|20)\d\d(?:-\d\d){{0,2}}\)?))?"
    rf"(?: (?P<word>arts?\.?|sec\.|section|ch\.))?"
    rf"(?: (?P<numbers>{_SPAN}(?:, {_SPAN})*|[IVX]+))?"
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}


@dataclass(frozen=True)
class Citation:
    """One law or rule: how it is named here and there."""

    names: dict[str, str]  # language slug -> name
    unit: str


@dataclass(frozen=True)
class Cited:
    """What a page shows of a citation, and the language of its words."""

    text: str
    language: Language


def cite(citations: str | Iterable[str], language: Language | None = None) -> Cited:
    """The citations in the reader's language; one that is not in the table as it stands."""
    texts = [citations] if isinstance(citations, str) else list(citations)
    clauses = [clause for text in texts for clause in text.split("; ") if clause]
    tongue = next(one for one in fallbacks(language or current()) if one.slug in _NUMBERED)
    said = dict.fromkeys(_say(clause, tongue) for clause in clauses)
    return Cited(("、" if tongue.slug == "ja" else "; ").join(said), tongue)


def unnamed(citations: str) -> list[str]:
    """The clauses that no row of the table names."""
    return [clause for clause in citations.split("; ") if clause and _parts(clause) is None]


@cache
def table() -> dict[str, Citation]:
    """How the facts cite -> what is meant, read once."""
    return load(FILE)


def load(file: Path) -> dict[str, Citation]:
    """The citations in this file. `SheetError` names every fault of it."""
    sheet = read(file)
    top, found = sheet.top(), {}
    for row in top.rows("citations"):
        cited = row.codes("names")
        unit = row.code("unit", (ARTICLE, PRINCIPLE)) if row.get("unit") else ARTICLE
        if not cited:
            row.fault("names", "names: is missing")
        names = {"en": next(iter(cited), ""), "ja": row.text("ja"), "vi": row.text("vi")}
        for name in cited:
            if name in found:
                row.fault("names", f"names: {name} stands twice")
            found[name] = Citation(names, unit)
        row.done()
    top.done()
    sheet.end()
    return found


def _parts(clause: str) -> tuple[Citation, re.Match[str]] | None:
    names = table()
    for name in sorted((one for one in names if clause.startswith(one)), key=len, reverse=True):
        rest = _REST.fullmatch(clause.removeprefix(name))
        if rest:
            return names[name], rest
    return None


def _say(clause: str, language: Language) -> str:
    parts = _parts(clause)
    if parts is None:
        return clause
    citation, rest = parts
    name = citation.names[language.slug] + _edition(rest["edition"] or "", language)
    if not rest["numbers"]:
        return name
    unit = _WORDS.get(rest["word"] or "", citation.unit)
    return _NUMBERED[language.slug](name, unit, rest["numbers"])


def _edition(written: str, language: Language) -> str:
    """The year, month or day of a guideline that is revised often; "" when none is named."""
    digits = written.removeprefix("as revised ").strip("()")
    if not digits:
        return ""
    numbers = [int(part) for part in digits.split("-")]
    day, locale = date(*(numbers + [1, 1])[:3]), language.locale
    if len(numbers) == 3:
        text = format_date(day, "long", locale=locale)
    else:
        text = format_skeleton("y" if len(numbers) == 1 else "yMMMM", day, locale=locale)
    return f"（{text}）" if language.slug == "ja" else f" ({text})"


def _english(name: str, unit: str, numbers: str) -> str:
    many = "," in numbers or "–" in numbers
    return f"{name} {_ENGLISH[unit][many]} {numbers}"


def _vietnamese(name: str, unit: str, numbers: str) -> str:
    said = re.sub(r"\((\d+)\)", r" khoản \1", numbers)
    said = re.sub(r"\(([ivx]+)\)", lambda found: f" mục {_roman(found[1])}", said)
    return f"{name}, {_VIETNAMESE[unit]} {said.replace('–', ' đến ')}"


def _japanese(name: str, unit: str, numbers: str) -> str:
    before, after = _JAPANESE[unit]
    parts = []
    for number in numbers.split(", "):
        parts.append("〜".join(_japanese_number(one, before, after) for one in number.split("–")))
    return f"{name}{'・'.join(parts)}"


def _japanese_number(number: str, before: str, after: str) -> str:
    main, *branches = re.sub(r"\(.*", "", number).split("-")
    said = before + str(_roman(main)) + after + "".join(f"の{branch}" for branch in branches)
    said += "".join(f"{one}項" for one in re.findall(r"\((\d+)\)", number))
    return said + "".join(f"{_roman(one)}号" for one in re.findall(r"\(([ivx]+)\)", number))


def _roman(number: str) -> str:
    return str(_ROMAN.get(number.upper(), number))


_ENGLISH = {"article": ("art.", "arts"), "principle": ("principle", "principles"),
            "chapter": ("chapter", "chapters"), "section": ("section", "sections")}  # fmt: skip
_VIETNAMESE = {"article": "Điều", "principle": "nguyên tắc", "chapter": "chương", "section": "mục"}
complete(_VIETNAMESE, _ENGLISH)
_JAPANESE = {"article": ("", "条"), "principle": ("原則", ""), "chapter": ("第", "章"),
             "section": ("第", "節")}  # fmt: skip
complete(_JAPANESE, _ENGLISH)
_NUMBERED = {"en": _english, "ja": _japanese, "vi": _vietnamese}
some_of(_NUMBERED, BY_SLUG)
