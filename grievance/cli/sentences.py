"""Finds the sentences of our data files for the catalogues: those of questions, ready texts and
documents of bodies, each with the line on which it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grievance.referrals.templates import PAPER, PART
from grievance.sheets import Key, Sheet

SENTENCES = frozenset(
    {"ask", "help", "why", "needed", "label", "title", "text", "say", "together", "headed"}
)
# Lists and mappings of nothing but sentences: at the top of a file, and further down.
MANY = frozenset({"labels", "head", "paper", "purposes", "statements"})
INSIDE = frozenset({"hints", "bring"})
# What the top of a file says of the context of all below it.
CONTEXTS = {"parts": PART} | dict.fromkeys(
    ("labels", "reduced", "head", "paper", "purposes", "sections", "statements", "templates"), PAPER
)

Found = tuple[int, str | None, str]


def sentences(sheet: Sheet) -> Iterator[Found]:
    """(line, context, sentence) of every sentence in one file, in order."""
    yield from _below(sheet, (), sheet.value, said=False)


def _below(sheet: Sheet, path: tuple[Key, ...], value: Any, *, said: bool) -> Iterator[Found]:
    if isinstance(value, str) and said and value:
        yield sheet.line(path), PAPER if "headed" in path else CONTEXTS.get(str(path[0])), value
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _below(sheet, (*path, place), item, said=said)
    if isinstance(value, dict):
        for key, item in value.items():
            one = key in SENTENCES and isinstance(item, str)
            many = said or key in (INSIDE if path else MANY)
            yield from _below(sheet, (*path, key), item, said=one or many)
