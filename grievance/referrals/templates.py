"""Packet templates as data: the parts a person ticks, the sections of a document, the doors.

Read once from `data/packets.yaml` and checked whole: `SheetError` names file and line of a fault.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from grievance.directory import entries, facts
from grievance.directory.book import OWN_LAWYER
from grievance.directory.disclosure import EMPLOYER_KEPT_OUT, EMPLOYER_READS
from grievance.i18n import catalogue
from grievance.questions.bank import shipped
from grievance.questions.question import PARTS
from grievance.referrals.models import FORMS, PURPOSES
from grievance.sheets import Row, read

FILE = Path(__file__).parent / "data" / "packets.yaml"
HEADS = ("to", "from", *FORMS)
PRINTED = (
    "tab", "original", "made", "to_office", "to_person", "to_registration", "to_address",
    "to_email", "to_phone", "to_language", "contact", "number", "purpose", "until", "date",
    "signature", "wrote_person", "wrote_sender",
)  # fmt: skip
GENERIC = "generic"
# What bodies get; a document in the worker's own language is for the worker to read.
SENT_IN = ("ja", "en")
PART, PAPER = "part", "paper"  # contexts in the catalogue: what is ticked, and all the rest


@dataclass(frozen=True)
class Words:
    """One English text, and where it is said: the same word may be another one elsewhere."""

    text: str
    context: str = PAPER

    def say(self, slug: str) -> str:
        """In this language, else by its fallbacks, English last."""
        found = catalogue(slug).pgettext(self.context, self.text)
        return found if found != self.text else catalogue(slug).gettext(self.text)


@dataclass(frozen=True)
class Part:
    """What a person ticks or leaves out. `sensitive` is never there unless ticked by name,
    `identifying` never under a pseudonym or without identity, `never_to_employer` never for a body
    that tells the employer."""

    code: str
    label: Words
    questions: tuple[str, ...]
    fields: tuple[str, ...]
    sensitive: bool
    identifying: bool
    files: bool
    never_to_employer: bool

    @property
    def items(self) -> tuple[str, ...]:
        """Everything that ticking it lets in."""
        return self.questions + self.fields

    def goes(self, form: str) -> bool:
        """Whether it may go out when the worker appears in this form."""
        return form == "named" or not self.identifying


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
    """The document of one kind of door. `signed` bodies expect a date and a signature by hand;
    `named` is for a lawyer, whoever that is; `keeps_from_employer` is known only of the document of
    one body."""

    code: str
    title: Words
    languages: tuple[str, ...]
    mechanisms: tuple[str, ...]
    kinds: tuple[str, ...]
    form: str
    home_state: bool
    signed: bool
    named: bool
    channels: tuple[str, ...]
    acknowledge_days: int
    chase_days: int
    sections: tuple[Shape, ...]
    required: tuple[str, ...]
    statements: tuple[Words, ...]
    hints: Mapping[str, Words]
    bring: tuple[Words, ...]
    say: Words
    further: Further | None = None
    keeps_from_employer: bool = False

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
        """What the worker takes along."""
        return tuple(one.say(slug) for one in self.bring)


@dataclass(frozen=True)
class Book:
    """All that the data says; `paper` are the words that every paper is printed with, `head` those
    above it, `purposes` what a body is asked for, `reduced` what a code says, by question and code,
    while the part of the rest of it is not ticked."""

    parts: Mapping[str, Part]
    labels: Mapping[str, Words]
    head: Mapping[str, Words]
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
    return load(FILE)


def template_for(body: entries.Mechanism) -> Template:
    """The document that a body gets: its own template, else that of its kind, else the generic
    one. Where the employer reads what the body gets, it has no place for what is guarded from the
    employer: nothing offers, ticks or writes that there."""
    found = _of_door(body.id, body.kind)
    if body.notifies_employer in EMPLOYER_READS:
        kept = [_unguarded(shape) for shape in found.sections]
        return replace(found, sections=tuple(one for one in kept if one))
    return replace(found, keeps_from_employer=body.notifies_employer in EMPLOYER_KEPT_OUT)


def _of_door(mechanism: str, kind: str) -> Template:
    every = book().templates
    for template in every.values():
        if mechanism in template.mechanisms:
            return template
    for template in every.values():
        if kind in template.kinds:
            return template
    return every[GENERIC]


def _unguarded(shape: Shape) -> Shape | None:
    """The section without what is guarded from the employer; nothing where that was all of it."""
    guarded = {q for part in book().parts.values() if part.never_to_employer for q in part.items}
    items = tuple(item for item in shape.items if item not in guarded)
    return replace(shape, items=items) if items or not shape.items else None


def load(file: Path) -> Book:
    """The templates in this file. `SheetError`: an unknown question, body, section or code, a
    sentence that is missing, an id twice, a body with two templates, an item that no section has.
    """
    sheet = read(file)
    top = sheet.top()
    parts = {code: _part(row) for code, row in _by_code(top, "parts").items()}
    for code in PARTS:
        if code not in parts:
            top.fault("parts", f"parts: {code} is missing")
    fields = [name for part in parts.values() for name in part.fields]
    headed = {q.id: Words(q.headed) for q in shipped().questions.values() if q.headed}
    labels = headed | _texts(top, "labels", fields)
    sections = {name: _shape(name, row, parts, labels) for name, row in top.named("sections")}
    for item in labels:
        if not any(item in shape.items for shape in sections.values()):
            top.fault("sections", f"sections: {item} stands in none")
    statements = _texts(top, "statements")
    made = Book(
        parts=parts,
        labels=labels,
        head=_texts(top, "head", HEADS),
        paper=_texts(top, "paper", PRINTED),
        purposes=_texts(top, "purposes", PURPOSES),
        sections=sections,
        templates=_templates(_by_code(top, "templates"), sections, statements),
        reduced=dict(_reduced(row, parts) for row in top.rows("reduced")),
    )
    if GENERIC not in made.templates:
        top.fault("templates", f"templates: {GENERIC} is missing")
    top.done()
    sheet.end()
    return made


def _by_code(top: Row, key: str) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in top.rows(key):
        code = row.text("code")
        if code in found:
            row.fault("code", f"{key}: {code} twice")
        found[code] = row
    return found


def _words(row: Row, key: str, context: str = PAPER) -> Words:
    return Words(row.text(key), context)


def _texts(top: Row, key: str, wanted: Collection[str] = ()) -> dict[str, Words]:
    """The texts of a mapping; each `wanted` one must be there."""
    found = {name: Words(text) for name, text in top.texts(key, wanted or None).items()}
    for name in wanted:
        if name not in found:
            top.fault(key, f"{key}: {name} is missing")
    return found


def _part(row: Row) -> Part:
    """One part, with the questions that say so of themselves."""
    code = row.code("code", PARTS)
    asked = [q.id for q in shipped().questions.values() if q.packet == code and q.headed]
    made = Part(
        code,
        _words(row, "label", PART),
        tuple(asked),
        row.codes("fields"),
        row.flag("sensitive"),
        row.flag("identifying"),
        row.flag("files"),
        row.flag("never_to_employer"),
    )
    row.done()
    return made


def _shape(name: str, row: Row, parts: Mapping[str, Part], known: Collection[str]) -> Shape:
    """One section: whole parts, then single items."""
    whole = [parts[code].items for code in row.codes("parts", parts) if code in parts]
    items = (*chain.from_iterable(whole), *row.codes("items", known))
    made = Shape(name, _words(row, "title"), items)
    row.done()
    return made


def _reduced(row: Row, parts: Collection[str]) -> tuple[tuple[str, str], tuple[str, Words]]:
    question, code = row.code("question", shipped().questions), row.text("code")
    made = (question, code), (row.code("until", parts), _words(row, "text"))
    row.done()
    return made


def _templates(
    rows: Mapping[str, Row], sections: Mapping[str, Shape], statements: Mapping[str, Words]
) -> dict[str, Template]:
    """Each template by its code; a body or kind has one."""
    made = {code: _template(row, sections, statements) for code, row in rows.items()}
    taken: set[str] = set()
    for code, one in made.items():
        for key in ("mechanisms", "kinds"):
            for door in getattr(one, key):
                if door in taken:
                    rows[code].fault(key, f"{key}: {door} twice")
                taken.add(door)
    return made


def _template(row: Row, sections: Mapping[str, Shape], statements: Mapping[str, Words]) -> Template:
    shapes = tuple(sections[one] for one in row.codes("sections", sections) if one in sections)
    inside = {item for shape in shapes for item in shape.items}
    made = Template(
        code=row.text("code"),
        title=_words(row, "title"),
        languages=row.codes("languages", SENT_IN),
        mechanisms=row.codes("mechanisms", (*facts.shipped().mechanisms, OWN_LAWYER)),
        kinds=row.codes("kinds", entries.KINDS),
        form=row.code("form", FORMS) if row.get("form") else "named",
        home_state=row.flag("home_state"),
        signed=row.flag("signed"),
        named=row.flag("named"),
        channels=row.codes("channels", entries.CHANNEL_TYPES),
        acknowledge_days=row.number("acknowledge_days"),
        chase_days=row.number("chase_days"),
        sections=shapes,
        required=row.codes("required", inside),
        statements=tuple(
            statements[one] for one in row.codes("statements", statements) if one in statements
        ),
        hints={
            name: Words(text)
            for name, text in row.texts("hints", [shape.code for shape in shapes]).items()
        },
        bring=tuple(Words(text) for text in row.codes("bring")),
        say=_words(row, "say"),
        further=_further(row.row("further")) if row.get("further") else None,
    )
    for key in ("languages", "channels", "sections", "bring"):
        if not row.get(key):
            row.fault(key, f"{key}: is missing")
    row.done()
    return made


def _further(row: Row) -> Further:
    wanted = row.texts("wanted_by", shipped().questions)
    if len(wanted) != 1:
        row.fault("wanted_by", "wanted_by: expected one question and its answer")
    pair = next(iter(wanted.items()), ("", ""))
    made = Further(row.text("section"), pair, _words(row, "title"), _words(row, "say"))
    row.done()
    return made
