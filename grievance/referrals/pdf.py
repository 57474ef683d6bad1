"""The PDF of a document: tagged (PDF/UA-1), with title and languages, Noto fonts subset into it.

Made in memory in the request. A character that no font of ours has would become an empty box, so
such a document has no PDF: `can_print` says so, and the print page is offered instead.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

from grievance.i18n import BY_SLUG
from grievance.referrals.document import Document, Paragraph

FONTS = Path(__file__).parent / "fonts"
SOURCE = Path(__file__).parent / "data" / "packet.typ"
FAMILIES = (
    "Noto Sans", "Noto Sans CJK JP", "Noto Sans Thai", "Noto Sans Myanmar", "Noto Sans Khmer",
    "Noto Sans Devanagari", "Noto Sans Sinhala", "Noto Sans Bengali", "Noto Sans Lao",
    "Noto Nastaliq Urdu",
)  # fmt: skip


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
        and unicodedata.category(letter) not in ("Cc", "Cf")
        and not 0xFE00 <= ord(letter) <= 0xFE0F
    }


def can_print(document: Document) -> bool:
    """Whether every character of the document has a font."""
    return not any(missing_letters(text) for text in document.texts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def pdf(document: Document) -> bytes:
    """The PDF; `Unprintable` instead of an empty box."""
    if not can_print(document):
        raise Unprintable
    made: bytes = typst.compile(
        SOURCE.read_bytes(),
        font_paths=_fonts(),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"packet": json.dumps(_values(document), ensure_ascii=False)},
    )
    return made


def _values(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "title_beside": document.title_beside,
        "language": _language(document.language),
        "beside": _language(document.beside),
        "fonts": FAMILIES,
        "head": document.head,
        "sections": [
            {
                "heading": section.heading,
                "beside": section.beside,
                "hint": section.hint,
                "paragraphs": [_paragraph(one) for one in section.paragraphs],
            }
            for section in document.sections
        ],
    }


def _paragraph(one: Paragraph) -> dict[str, Any]:
    return {
        "label": one.label,
        "text": one.text,
        "language": _language(one.language),
        "original": one.original,
        "original_language": _language(one.original_language or one.language),
    }


def _language(slug: str) -> dict[str, str]:
    language = BY_SLUG[slug]
    return {"lang": language.tag.partition("-")[0], "dir": language.direction}
