"""The PDF of a document: tagged (PDF/UA-1), with languages, Noto fonts subset into it.

It prints the document's own words; only the frame around them is ours: a neutral title for the
viewer, which language words are in, where to sign. The day it was made is the document's own; the
file keeps no moment and no author.
Made in memory in the request. A character that no font of ours has would become an empty box, so
such a document has no PDF: `can_print` says so, and the print page is offered instead.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import category, east_asian_width, name

import typst
from fontTools.ttLib import TTFont

from grievance.i18n import BY_SLUG
from grievance.model import clusters
from grievance.referrals.document import Document, Paragraph
from grievance.referrals.templates import book

FONTS = Path(__file__).parent / "fonts"
SOURCE = Path(__file__).parent / "data" / "packet.typ"
FAMILIES = (
    "Noto Sans", "Noto Sans CJK JP", "Noto Sans Thai", "Noto Sans Myanmar", "Noto Sans Khmer",
    "Noto Sans Devanagari", "Noto Sans Sinhala", "Noto Sans Bengali", "Noto Sans Lao",
    "Noto Nastaliq Urdu",
)  # fmt: skip
TALL = ("Arab", "Khmr", "Mymr")  # scripts that reach far above and below the line
ADDRESS = 2  # the first lines of a document's head: to whom, through whom
LINE = 60  # half-width letters in a line beside its label
FLAG_A = 0x1F1E6  # the regional indicator A
_PICTURES = ("So", "Sk")  # emoji and their shades
_KEYCAP = "\u20e3"  # the frame around a digit
LONG = 4  # lines that an answer may have there


class Unprintable(Exception):
    """The document holds a character that no font of ours has."""


@cache
def letters() -> frozenset[int]:
    """Every code point that one of the fonts can show."""
    found: set[int] = set()
    for path in sorted(FONTS.glob("*.[ot]tf")):
        with TTFont(path, lazy=True) as font:
            found |= set(font["cmap"].getBestCmap())
    return frozenset(found)


def missing_letters(text: str) -> set[str]:
    """The characters of a text that no font has; joiners and variation marks show nothing."""
    return {
        letter
        for letter in text
        if ord(letter) not in letters()
        and category(letter) not in ("Cc", "Cf")
        and not 0xFE00 <= ord(letter) <= 0xFE0F
    }


def printable(text: str) -> str:
    """`text` with each picture that no font has by its name in brackets: a face is a word, too,
    and one of them must not cost the whole paper."""
    if not missing_letters(text):
        return text
    return "".join(_named(one) if missing_letters(one) else one for one in clusters(text))


def _named(cluster: str) -> str:
    """The name of an emoji, flags by their letters; any other letter as it is."""
    cluster = cluster.replace(_KEYCAP, "")
    missing = missing_letters(cluster)
    if not missing or not all(category(letter) in _PICTURES for letter in missing):
        return cluster
    flag = [chr(ord(one) - FLAG_A + ord("A")) for one in cluster if 0 <= ord(one) - FLAG_A < 26]
    names = [name(one, "").lower() for one in cluster if category(one) == "So"]
    names = names or [name(one, "").lower() for one in missing]
    said = "".join(flag) or ", ".join(filter(None, names))
    return f"[{said}]" if said else ""


def can_print(document: Document) -> bool:
    """Whether every character of the document has a font, or is a picture with a name."""
    return not any(missing_letters(printable(text)) for text in document.texts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def pdf(document: Document) -> bytes:
    """The PDF; `Unprintable` instead of an empty box."""
    if not can_print(document):
        raise Unprintable
    return compiled(SOURCE, _values(document))


def compiled(source: Path, values: dict[str, Any]) -> bytes:
    """The PDF of a source of ours that reads `sys.inputs.paper`; our fonts are among the values."""
    told = json.dumps(_printed({**values, "fonts": FAMILIES}), ensure_ascii=False)
    made: bytes = typst.compile(
        source.read_bytes(),
        font_paths=_fonts(),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"paper": told},
    )
    return made


def _printed(value: Any) -> Any:
    """A value of the paper with every text in it printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printed(one) for key, one in value.items()}
    return [_printed(one) for one in value] if isinstance(value, (list, tuple)) else value


def _values(document: Document) -> dict[str, Any]:
    words = book().paper
    return {
        "tab": words["tab"].say(document.language),
        "title": document.title,
        "beside": _beside(document, document.title, document.title_beside),
        "language": spoken(document.language),
        "address": [*document.head[:ADDRESS], *document.lines, *filter(None, [document.dated])],
        "statements": document.head[ADDRESS:],
        "sections": [
            {
                "heading": section.heading,
                "beside": _beside(document, section.heading, section.beside),
                "hint": section.hint,
                "paragraphs": [_paragraph(one, document) for one in section.paragraphs],
            }
            for section in document.sections
        ],
        "sign": document.sign,
    }


def _beside(document: Document, said: str, text: str) -> dict[str, Any]:
    """What stands under a heading for the worker: English where we have nothing in a script of
    theirs, nothing where it only says the heading again."""
    theirs = BY_SLUG[document.beside]
    english = theirs.script != "Latn" and text.isascii()
    language = spoken("en" if english else theirs.slug)
    return {"text": "" if text == said else text, "language": language}


def _paragraph(one: Paragraph, document: Document) -> dict[str, Any]:
    own = one.original_language or one.language
    return {
        "label": one.label,
        "mark": document.mark(one.language),
        "rows": one.rows,
        "text": one.below,
        "language": spoken(one.language),
        "original": one.original,
        "original_mark": document.mark(own),
        "original_language": spoken(own),
        "long": is_long(one.text, one.original),
    }


def is_long(*texts: str) -> bool:
    """Whether texts take too many lines to stand beside their label."""
    return sum(map(_lines, texts)) > LONG


def _lines(text: str) -> int:
    """About how many lines a text takes beside its label; Chinese and Japanese letters are wide."""
    wide = str.maketrans({letter: "  " for letter in set(text) if east_asian_width(letter) in "WF"})
    return sum(1 + len(line) // LINE for line in text.translate(wide).split("\n")) if text else 0


def spoken(slug: str) -> dict[str, Any]:
    """What a source of ours needs to know of a language."""
    language = BY_SLUG[slug]
    tall = language.script in TALL
    return {"lang": language.tag.partition("-")[0], "dir": language.direction, "tall": tall}
