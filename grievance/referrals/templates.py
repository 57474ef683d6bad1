"""Packet templates as data: the parts a person ticks, the sections of a document, the doors.

Read once and checked whole; `ValueError` names what is wrong. Texts are data in English, Japanese
and (where a worker reads them) Vietnamese; another language is looked up in the catalogue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from grievance.i18n import BY_SLUG, catalogue, fallbacks

DATA = Path(__file__).parent / "data"
GENERIC = "generic"


@dataclass(frozen=True)
class Words:
    """One text in the languages we have it in; English is always there."""

    texts: Mapping[str, str]

    def say(self, slug: str) -> str:
        """In this language, else by its catalogue, else by its fallbacks, English last."""
        if slug in self.texts:
            return self.texts[slug]
        english = self.texts["en"]
        found = catalogue(slug).gettext(english)
        if found != english:
            return found
        chain = (self.texts.get(language.slug) for language in fallbacks(BY_SLUG[slug]))
        return next((text for text in chain if text), english)


@dataclass(frozen=True)
class Part:
    """What a person ticks or leaves out. `sensitive` is never there unless ticked by name,
    `identifying` never under a pseudonym or without identity."""

    code: str
    label: Words
    questions: tuple[str, ...]
    fields: tuple[str, ...]
    sensitive: bool
    identifying: bool
    files: bool

    @property
    def items(self) -> tuple[str, ...]:
        """Everything that ticking it lets in."""
        return self.questions + self.fields


@dataclass(frozen=True)
class Shape:
    """One section of a document: its heading and the answers that fill it, in order."""

    code: str
    heading: Words
    items: tuple[str, ...]


@dataclass(frozen=True)
class Further:
    """What a paper also asks where one of its sections is filled: then its title, and the sentence
    to say there, are others. The section is missing only for whoever gave the wanted answer."""

    section: str
    wanted_by: tuple[str, str]
    title: Words
    say: Words


@dataclass(frozen=True)
class Template:
    """The document of one kind of door. `signed` bodies expect a date and a signature by hand."""

    code: str
    title: Words
    languages: tuple[str, ...]
    mechanisms: tuple[str, ...]
    kinds: tuple[str, ...]
    form: str
    home_state: bool
    signed: bool
    channels: tuple[str, ...]
    acknowledge_days: int
    chase_days: int
    sections: tuple[Shape, ...]
    required: tuple[str, ...]
    statements: tuple[Words, ...]
    hints: Mapping[str, Words]
    bring: Mapping[str, tuple[str, ...]]
    say: Words
    together: Words
    further: Further | None = None

    def titled(self, filled: Collection[str]) -> Words:
        """Its title, by the codes of the sections that are filled."""
        more = self.further
        return more.title if more and more.section in filled else self.title

    def said(self, filled: Collection[str]) -> Words:
        """What the worker says there, by the codes of the sections that are filled."""
        more = self.further
        return more.say if more and more.section in filled else self.say

    def needs(self, item: str, shape: Shape, answers: Mapping[str, Any]) -> bool:
        """Whether the body asks for this item of somebody with these answers."""
        more = self.further
        if more and more.section == shape.code:
            question, answer = more.wanted_by
            return bool(answers.get(question) == answer)
        return item in self.required

    def to_bring(self, slug: str) -> tuple[str, ...]:
        """What the worker takes along, in their language or in English."""
        chain = (language.slug for language in fallbacks(BY_SLUG[slug]))
        return next(self.bring[one] for one in chain if one in self.bring)


@dataclass(frozen=True)
class Book:
    """All that the data says; `paper` are the words that every paper is printed with, `purposes`
    what a body is asked for, `reduced` what a code says, by question and code, while the part of
    the rest of it is not ticked."""

    parts: Mapping[str, Part]
    labels: Mapping[str, Words]
    paper: Mapping[str, Words]
    purposes: Mapping[str, Words]
    sections: Mapping[str, Shape]
    templates: Mapping[str, Template]
    reduced: Mapping[tuple[str, str], tuple[str, Words]]

    def part_of(self, item: str) -> str:
        """The part that lets this question or field in."""
        return next(part.code for part in self.parts.values() if item in part.items)


@cache
def book() -> Book:
    """The shipped templates, read once."""
    data = yaml.safe_load((DATA / "packets.yaml").read_text(encoding="utf-8"))
    sections = {
        name: Shape(name, _words(row), tuple(row["items"]))
        for name, row in data["sections"].items()
    }
    statements = {name: _words(row) for name, row in data["statements"].items()}
    made = Book(
        parts={row["code"]: _part(row) for row in data["parts"]},
        labels={name: _words(row) for name, row in data["labels"].items()},
        paper={name: _words(row) for name, row in data["paper"].items()},
        purposes={code: _words(row) for code, row in data["purposes"].items()},
        sections=sections,
        templates={row["code"]: _template(row, sections, statements) for row in data["templates"]},
        reduced={
            (row["question"], row["code"]): (row["until"], _words(row)) for row in data["reduced"]
        },
    )
    _check(made)
    return made


def template_for(mechanism: str, kind: str) -> Template:
    """The template of a body: its own, else that of its kind, else the generic one."""
    every = book().templates
    for template in every.values():
        if mechanism in template.mechanisms:
            return template
    for template in every.values():
        if kind in template.kinds:
            return template
    return every[GENERIC]


def _words(row: Mapping[str, Any]) -> Words:
    return Words({key: row[key] for key in row if key in BY_SLUG})


def _part(row: Mapping[str, Any]) -> Part:
    return Part(
        row["code"], _words(row), tuple(row.get("questions", ())), tuple(row.get("fields", ())),
        bool(row.get("sensitive")), bool(row.get("identifying")), bool(row.get("files")),
    )  # fmt: skip


def _template(
    row: Mapping[str, Any], sections: Mapping[str, Shape], statements: Mapping[str, Words]
) -> Template:
    return Template(
        code=row["code"],
        title=_words(row),
        languages=tuple(row["languages"]),
        mechanisms=tuple(row.get("mechanisms", ())),
        kinds=tuple(row.get("kinds", ())),
        form=row.get("form", "named"),
        home_state=bool(row.get("home_state")),
        signed=bool(row.get("signed")),
        channels=tuple(row["channels"]),
        acknowledge_days=row["acknowledge_days"],
        chase_days=row["chase_days"],
        sections=tuple(sections[name] for name in row["sections"]),
        required=tuple(row["required"]),
        statements=tuple(statements[name] for name in row["statements"]),
        hints={name: _words(text) for name, text in row.get("hints", {}).items()},
        bring={slug: tuple(items) for slug, items in row["bring"].items()},
        say=_words(row["say"]),
        together=_words(row["together"]),
        further=_further(row["further"]) if "further" in row else None,
    )


def _further(row: Mapping[str, Any]) -> Further:
    ((question, answer),) = row["wanted_by"].items()
    return Further(row["section"], (question, answer), _words(row["title"]), _words(row["say"]))


def _check(made: Book) -> None:
    owned = [item for part in made.parts.values() for item in part.items]
    faults = [f"{item} in two parts" for item in set(owned) if owned.count(item) > 1]
    used = {item for shape in made.sections.values() for item in shape.items}
    faults += [f"{item} has no part" for item in used - set(owned)]
    faults += [f"{item} has no label" for item in set(owned) - set(made.labels)]
    faults += [f"{part} is no part" for part, _ in made.reduced.values() if part not in made.parts]
    for template in made.templates.values():
        inside = {item for shape in template.sections for item in shape.items}
        faults += [f"{template.code}: {i} in no section" for i in set(template.required) - inside]
    if faults:
        raise ValueError("; ".join(sorted(faults)))
