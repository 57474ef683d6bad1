"""The document of a packet: plain structure that the page, the PDF and the sealed copy share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from grievance.i18n import BY_SLUG, Language, formal_date, name_in
from grievance.referrals.templates import book
from grievance.web.telephones import shown

LANGUAGE = "language"  # the part that lets the worker's language show
TABLE = "pay-months"  # the field whose first lines are rows of a table; nobody writes it by hand
THREAD = "thread"  # the field that holds messages, one paragraph each; nobody writes it by hand
CELL = " | "  # between the cells of such a line


def same_speech(one: str, other: str) -> bool:
    """Whether two slugs are one language: easy Japanese is Japanese."""
    return BY_SLUG[one].locale.language == BY_SLUG[other].locale.language


def name_of(spoken: str, slug: str) -> str:
    """What the language `spoken` is called in the language `slug`."""
    return name_in(BY_SLUG[spoken], BY_SLUG[slug])


def _day(written: str, slug: str) -> str:
    return formal_date(date.fromisoformat(written), BY_SLUG[slug]) if written else ""


@dataclass(frozen=True)
class Paragraph:
    """One answer. `text` is in `language`; `original` holds the person's own words when `text` is
    a translation of them. `item` is the question or field it came from. What staff wrote may have
    a `reading`: the same in the worker's language, for their page only; it is never printed."""

    item: str
    label: str
    text: str = field(repr=False)
    language: str
    original: str = field(default="", repr=False)
    original_language: str = ""
    reading: str = field(default="", repr=False)
    reading_language: str = ""

    @property
    def rows(self) -> list[list[str]]:
        """Its lines that are rows of a table, the heads first; none where it has no table."""
        lines = self.text.split("\n") if self.item == TABLE else []
        return [line.split(CELL) for line in lines if CELL in line]

    @property
    def below(self) -> str:
        """What stands under its table; all of it where there is none."""
        if not self.rows:
            return self.text
        return "\n".join(line for line in self.text.split("\n") if CELL not in line)

    @property
    def read_in(self) -> Language:
        """The language of its reading copy."""
        return BY_SLUG[self.reading_language]

    def strange_to(self, slug: str) -> bool:
        """Whether staff wrote it, in another language than its reader's."""
        written = any(self.item in part.fields for part in book().parts.values())
        return written and not same_speech(self.language, slug)


@dataclass(frozen=True)
class Section:
    """One section; `beside` is its heading in the worker's language where their words stand."""

    code: str
    heading: str
    paragraphs: tuple[Paragraph, ...]
    beside: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Addressee:
    """Who of the body it is for: the office, a person there (of a lawyer the number of their
    registration, too), how to reach them, and in which language, a slug. Each may be empty; it can
    name an employer, so it never stands in clear."""

    office: str = field(default="", repr=False)
    person: str = field(default="", repr=False)
    registration: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    language: str = field(default="", repr=False)

    def told(self, slug: str) -> dict[str, str]:
        """What it says in a language, by the word of the paper it stands after."""
        spoken = name_of(self.language, slug) if self.language else ""
        said = {**asdict(self), "phone": shown(self.phone), "language": spoken}
        return {f"to_{name}": text for name, text in said.items()}


@dataclass(frozen=True)
class Document:
    """What would go to a body. `missing` are (section, item) that it needs and does not have,
    `warnings` codes of what whoever checks it must look at. `day` is the local day on which it was
    made, `ends_on` the day until which the consent holds, as in ISO 8601; `purpose` a code,
    `contacts` how to reach the operator, `number` what an answer quotes, `addressee` who of the
    body it is for. Older ones have none."""

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
    day: str = ""
    purpose: str = ""
    ends_on: str = ""
    contacts: tuple[str, ...] = field(default=(), repr=False)
    number: str = ""
    addressee: Addressee = Addressee()

    @property
    def lines(self) -> list[str]:
        """What whoever answers it must know, in its own language."""
        return self.lines_in(self.language)

    def lines_in(self, slug: str) -> list[str]:
        """For whom there, where to answer, under which number, for what and until when, as far as
        it says so."""
        purpose = book().purposes.get(self.purpose)
        told = {
            **{key: ("said", text) for key, text in self.addressee.told(slug).items()},
            "contact": ("contact", " · ".join(self.contacts)),
            "number": ("number", self.number),
            "purpose": ("purpose", purpose.say(slug) if purpose else ""),
            "until": ("day", _day(self.ends_on, slug)),
        }
        return [book().paper[key].say(slug) % {n: said} for key, (n, said) in told.items() if said]

    @property
    def dated(self) -> str:
        """The line that says on which day it was made; nothing for one without a day."""
        said = _day(self.day, self.language)
        return book().paper["made"].say(self.language) % {"day": said} if said else ""

    @property
    def sign(self) -> list[str]:
        """What is signed by hand, also in the worker's language; nothing without a name, or for a
        template that is no longer known."""
        template = book().templates.get(self.template)
        if self.form != "named" or template is None or not template.signed:
            return []
        slugs = dict.fromkeys((self.language, self.beside))
        words = (book().paper["date"], book().paper["signature"])
        return [" / ".join(dict.fromkeys(one.say(slug) for slug in slugs)) for one in words]

    def mark(self, spoken: str) -> str:
        """Which language words are in, where it is not the document's."""
        if same_speech(spoken, self.language):
            return ""
        dot = "・" if self.language == "ja" else ", "  # no brackets inside brackets
        name = re.sub(r" ?[(（](.*)[)）]", rf"{dot}\1", name_of(spoken, self.language))
        return book().paper["original"].say(self.language) % {"language": name}

    @property
    def strange(self) -> list[str]:
        """The languages in which words of the person stand that its reader does not read."""
        every = [one.language for section in self.sections for one in section.paragraphs]
        return [one for one in dict.fromkeys(every) if not same_speech(one, self.language)]

    @property
    def untranslated(self) -> list[str]:
        """The questions whose answers stand in another language than its own."""
        return [
            one.item
            for section in self.sections
            for one in section.paragraphs
            if not same_speech(one.language, self.language)
        ]

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
        lists["contacts"] = tuple(values.get("contacts", ()))
        addressee = Addressee(**values.get("addressee", {}))
        missing = tuple((section, item) for section, item in values["missing"])
        made = {"sections": sections, "missing": missing, "addressee": addressee}
        return cls(**{**values, **lists, **made})

    def texts(self) -> list[str]:
        """Every text that is printed."""
        found = [self.title, self.title_beside, self.dated, *self.lines, *self.head]
        for section in self.sections:
            found += [section.heading, section.beside, section.hint]
            for one in section.paragraphs:
                found += [one.label, one.text, one.original]
        return found
