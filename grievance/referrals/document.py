"""The document of a packet: plain structure that the page, the PDF and the sealed copy share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Paragraph:
    """One answer. `text` is in `language`; `original` holds the person's own words when `text` is
    a translation of them. `item` is the question or field it came from."""

    item: str
    label: str
    text: str = field(repr=False)
    language: str
    original: str = field(default="", repr=False)
    original_language: str = ""


@dataclass(frozen=True)
class Section:
    """One section; `beside` is its heading in the worker's language where their words stand."""

    code: str
    heading: str
    paragraphs: tuple[Paragraph, ...]
    beside: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Document:
    """What would go to a body. `missing` are (section, item) that it needs and does not have,
    `warnings` codes of what whoever checks it must look at."""

    template: str
    mechanism: str
    title: str
    language: str
    beside: str
    form: str
    parts: tuple[str, ...]
    head: tuple[str, ...] = field(repr=False)
    sections: tuple[Section, ...] = field(repr=False)
    title_beside: str = ""
    missing: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON values, for sealing."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Document:
        """Read back what `plain` gave."""
        sections = tuple(
            Section(**{**row, "paragraphs": tuple(Paragraph(**one) for one in row["paragraphs"])})
            for row in values["sections"]
        )
        lists = {name: tuple(values[name]) for name in ("parts", "head", "warnings")}
        missing = tuple((section, item) for section, item in values["missing"])
        return cls(**{**values, **lists, "sections": sections, "missing": missing})

    def texts(self) -> list[str]:
        """Every text that is printed."""
        found = [self.title, self.title_beside, *self.head]
        for section in self.sections:
            found += [section.heading, section.beside, section.hint]
            for one in section.paragraphs:
                found += [one.label, one.text, one.original]
        return found
