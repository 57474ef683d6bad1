"""Texts that people edit at run time: one mapping per revision, with a language beside each text.

    {"cannot_do": {"en": {"text", "of", "by"}, "vi": {"text", "of", "by"}}}

`by` is shipped, machine, person or reviewed; `of` is the mark of the English a text was made from.
A text whose mark is not that of today's English is stale: it is still shown, marked so, and a text
that safety hangs on (what a body cannot do, who learns the name) then shows the English beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from babel.messages.pofile import read_po

from grievance.i18n import ENGLISH, LANGUAGES, TRANSLATIONS, Language, current, fallbacks

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]
SAFETY = ("cannot_do", "who_learns")


@dataclass(frozen=True)
class Word:
    """A translators' text and the mark of the English it was made from."""

    text: str
    of: str


Words = Mapping[str, Mapping[str, Word]]  # context -> slug -> word


@dataclass(frozen=True)
class Said:
    """A text as a page shows it: in which language, and what stands beside it."""

    text: str
    language: Language
    stale: bool = False
    english: str = ""  # beside a stale text that safety hangs on

    @property
    def lines(self) -> list[str]:
        """The lines of a list text."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    def __str__(self) -> str:
        """The text."""
        return self.text


def mark(english: str) -> str:
    """The mark of an English text: it changes when the text does."""
    return sha256(english.encode()).hexdigest()[:16]


def compose(english: Mapping[str, str], prefix: str, words: Words) -> dict[str, dict[str, object]]:
    """The texts of a release: each English text with what the translators made of it.

    `prefix` and the name of a field are the translators' context of its text.
    """
    made: dict[str, dict[str, object]] = {}
    for field, text in english.items():
        made[field] = {"en": {"text": text, "of": mark(text), "by": "shipped"}}
        for slug, word in sorted(words.get(prefix + field, {}).items()):
            made[field][slug] = {"text": word.text, "of": word.of, "by": "shipped"}
    return made


def say(texts: Texts, field: str, language: Language | None = None) -> Said | None:
    """The text of `field` for a reader, in the nearest language there is; None when there is none.

    Easy Japanese falls back to Japanese, everything to English.
    """
    held = texts.get(field)
    if not held:
        return None
    english = held.get("en", {}).get("text", "")
    for tongue in fallbacks(language or current()):
        found = held.get(tongue.slug)
        if found is None:
            continue
        stale = tongue != ENGLISH and found["of"] != mark(english)
        return Said(found["text"], tongue, stale, english if stale and field in SAFETY else "")
    return None


def read_words(folder: Path = TRANSLATIONS) -> Words:
    """Every text in the translators' `directory.po` files, by context and language.

    A text its translator marked as fuzzy was made from older English, so it carries no mark.
    """
    found: dict[str, dict[str, Word]] = {}
    for language in LANGUAGES:
        path = folder / language.catalogue / "LC_MESSAGES" / "directory.po"
        if language == ENGLISH or not path.exists():
            continue
        with path.open("rb") as source:
            rows = read_po(source, locale=language.catalogue.partition("@")[0])
        for row in rows:
            if row.context and row.string:
                of = "" if row.fuzzy else mark(str(row.id))
                found.setdefault(row.context, {})[language.slug] = Word(str(row.string), of)
    return found
