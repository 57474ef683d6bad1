"""Drafting a packet: from answers to the document that a body would get. Pure.

Only ticked parts are in it. Under a pseudonym or without identity the identifying parts stay out
and names are taken out of free text; nothing stands in or beside it in the worker's language, which
tells where they come from, unless that is ticked. Words that nobody translated yet are still shown
to whoever prepares it, and `check_read` refuses to ask about them or to let them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from grievance import i18n
from grievance.i18n import N_
from grievance.questions.bank import shipped
from grievance.questions.question import Answer, Answers, Question, listed
from grievance.questions.summary import text_of
from grievance.referrals import redaction
from grievance.referrals.document import (
    LANGUAGE,
    THREAD,
    Addressee,
    Document,
    Paragraph,
    Section,
    same_speech,
)
from grievance.referrals.models import FORMS
from grievance.referrals.templates import SENT_IN, Shape, Template, book
from grievance.refusals import Refused

# Immigration is told, or is the body itself.
LINKED = ("possible", "is_authority")
NAMES = ("name", "name-own")
CONTACTS = ("contact-email", "contact-phone")
_WITHHELD = ("helper-name",)

WARNINGS = {
    "text_may_identify": N_(
        "Read the free text once more: names were taken out, but what is told can still show who"
        " it was."
    ),
    "short_name": N_("A name of one letter was not searched for. Look for it yourself."),
    "files_may_identify": N_("Look through every copy: a face, a name or a number may be on it."),
    "name_needed": N_("This body does little without a name."),
    "common_name": N_(
        "Part of a name is also an ordinary word and was not searched for everywhere. Look for it"
        " yourself."
    ),
    "untranslated": N_(
        "These words of the worker are in %(language)s, which the reader of this document does not"
        " read. Until they are translated, the worker is not asked:"
    ),
    "sensitive": N_("It holds things that can harm the person if they reach immigration."),
}


@dataclass(frozen=True, kw_only=True)
class Drafting:
    """How a packet is drafted: for which body (`name` as the document shows it), in which language
    (`ja` or `en`), beside which language of the worker, in which form and with which parts.

    `fields` are texts written for this packet, `translations` answers in the document's language
    by question, `readings` what stands in `fields` in the worker's language, `names` further names
    to take out, `files` the names of enclosed copies, `day` the local day on which it is made;
    `purpose`, `ends_on` and how to reach the operator (`contacts`) are said to whoever answers;
    `addressee` is who of the body it is for, `thread` the messages, each with its heading.
    """

    mechanism: str
    name: str
    operator: str
    language: str
    beside: str
    form: str
    parts: tuple[str, ...]
    pseudonym: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    translations: Mapping[str, str] = field(default_factory=dict, repr=False)
    names: Sequence[str] = field(default=(), repr=False)
    files: Sequence[str] = field(default=(), repr=False)
    readings: Mapping[str, str] = field(default_factory=dict, repr=False)
    day: date | None = None
    purpose: str = ""
    ends_on: date | None = None
    contacts: Sequence[str] = field(default=(), repr=False)
    addressee: Addressee = Addressee()
    thread: Sequence[Paragraph] = field(default=(), repr=False)
    anonymous: str = ""  # the directory's code: whether this body takes reports without a name


def told(item: str, answers: Answers) -> Answer:
    """What an answer tells a receiver; nothing for none, or for a code that says nothing."""
    question = shipped().questions.get(item)
    given = answers.get(item, "")
    return question.told(given) if question else given


def needs_immigration_warning(immigration: str, parts: Sequence[str]) -> bool:
    """Whether the worker must have agreed to the warning about immigration.

    For every body that tells or may tell immigration; where nobody knows, when a sensitive part
    (status, nationality, whereabouts, home, personal) is in the packet.
    """
    if immigration in LINKED:
        return True
    known = book().parts
    return immigration == "unknown" and any(known[part].sensitive for part in parts)


def draft(template: Template, answers: Answers, drafting: Drafting) -> Document:
    """The document. `answers` are story and identity by question id.

    Drafted in the worker's own language (`beside`) it is the copy the worker reads; only one in
    Japanese or English can be kept as a packet.

    Refused: an unknown part, form or language; a pseudonym that is missing; anything at all for an
    authority of the home country of a person who fears that government.
    """
    _check(template, answers, drafting)
    writer = _Writer(template, answers, drafting)
    sections = tuple(writer.sections())
    beside = drafting.language if writer.hides_language else drafting.beside
    title = template.titled([section.code for section in sections])
    return Document(
        template=template.code,
        mechanism=drafting.mechanism,
        title=title.say(drafting.language),
        title_beside="" if beside == drafting.language else title.say(beside),
        language=drafting.language,
        beside=beside,
        form=drafting.form,
        parts=tuple(part for part in book().parts if part in drafting.parts),
        head=tuple(writer.head()),
        sections=sections,
        missing=tuple(writer.missing()),
        warnings=tuple(writer.warnings(sections)),
        day=drafting.day.isoformat() if drafting.day else "",
        purpose=drafting.purpose,
        ends_on=drafting.ends_on.isoformat() if drafting.ends_on else "",
        contacts=tuple(drafting.contacts),
        addressee=drafting.addressee,
    )


def check_read(document: Document) -> None:
    """Refused while words of the person stand in it in a language that its reader does not read:
    a wish for safety that nobody understands protects nobody, and an untranslated word shows
    where somebody comes from."""
    if document.untranslated:
        raise Refused("untranslated")


def _check(template: Template, answers: Answers, drafting: Drafting) -> None:
    if drafting.form not in FORMS:
        raise Refused("form_code")
    if drafting.language not in (*SENT_IN, drafting.beside):
        raise Refused("language")
    if set(drafting.parts) - set(book().parts):
        raise Refused("part")
    if drafting.form == "pseudonym" and not drafting.pseudonym.strip():
        raise Refused("pseudonym")
    if template.home_state and "refugee" in listed(answers.get("true-for-me", "")):
        raise Refused("refugee")


@dataclass(frozen=True)
class _Writer:
    """Writes the sections of one document."""

    template: Template
    answers: Answers
    drafting: Drafting

    def head(self) -> Iterator[str]:
        """To whom, through whom, how the person appears, and what is asked of whoever reads it."""
        language, form = self.drafting.language, self.drafting.form
        yield book().head["to"].say(language) % {"body": self.drafting.name}
        yield book().head["from"].say(language) % {"operator": self.drafting.operator}
        if form != "named" or any(self._in(name) and self._given(name) for name in NAMES):
            yield book().head[form].say(language) % {"pseudonym": self.drafting.pseudonym}
        yield from (words.say(language) for words in self.template.statements)

    @property
    def hides_language(self) -> bool:
        """Whether nothing may show which language the person speaks."""
        return self.drafting.form != "named" and LANGUAGE not in self.drafting.parts

    def sections(self) -> Iterator[Section]:
        for shape in self.template.sections:
            paragraphs = tuple(self._paragraphs(shape))
            if not paragraphs:
                continue
            hint = self.template.hints.get(shape.code)
            quoted = not self.hides_language and any(
                one.original or not same_speech(one.language, self.drafting.language)
                for one in paragraphs
            )
            yield Section(
                shape.code,
                shape.heading.say(self.drafting.language),
                paragraphs,
                shape.heading.say(self.drafting.beside) if quoted else "",
                hint.say(self.drafting.language) if hint else "",
            )

    def missing(self) -> Iterator[tuple[str, str]]:
        """Required items that nobody answered or that were not ticked."""
        for shape in self.template.sections:
            for item in shape.items:
                needed = self.template.needs(item, shape, self.answers)
                if needed and not (self._in(item) and self._given(item)):
                    yield shape.code, item

    def warnings(self, sections: Sequence[Section]) -> Iterator[str]:
        hidden = self.drafting.form != "named"
        if hidden and any(one.item in self._free for s in sections for one in s.paragraphs):
            yield "text_may_identify"
        names = (*self._own_names, *self._other_names)
        if hidden and redaction.too_short(names):
            yield "short_name"
        if hidden and redaction.ordinary(names):
            yield "common_name"
        if hidden and self.drafting.files:
            yield "files_may_identify"
        if hidden and self.drafting.anonymous in ("not_accepted", "consult_only"):
            yield "name_needed"
        if any(
            not same_speech(one.language, self.drafting.language)
            for s in sections
            for one in s.paragraphs
        ):
            yield "untranslated"
        if any(book().parts[part].sensitive for part in self.drafting.parts):
            yield "sensitive"

    @property
    def _own_names(self) -> list[str]:
        return [str(self.answers[name]) for name in NAMES if self.answers.get(name)]

    @property
    def _other_names(self) -> list[str]:
        helper = self.answers.get("helper-name")
        return [*([str(helper)] if helper else ()), *self.drafting.names]

    @property
    def _free(self) -> set[str]:
        written = {q.id for q in shipped().questions.values() if q.kind in ("text", "textarea")}
        return written | {item for part in book().parts.values() for item in part.fields}

    def _in(self, item: str) -> bool:
        part = book().parts[book().part_of(item)]
        goes = part.code in self.drafting.parts and part.goes(self.drafting.form)
        return goes and (self.drafting.form == "named" or item not in _WITHHELD)

    def _given(self, item: str) -> Answer:
        return told(item, self.answers) or self.drafting.fields.get(item, "")

    def _paragraphs(self, shape: Shape) -> Iterator[Paragraph]:
        if shape.code == "files" and "files" in self.drafting.parts and self.drafting.files:
            names = "\n".join(self._clean(name) for name in self.drafting.files)
            yield Paragraph("files", "", names, self.drafting.language)
        if "name" in shape.items and self.drafting.form == "pseudonym":
            label = book().labels["name"].say(self.drafting.language)
            yield Paragraph("name", label, self.drafting.pseudonym, self.drafting.language)
        for item in shape.items:
            if item == THREAD and self._in(item):
                yield from map(self._message, self.drafting.thread)
            elif self._in(item) and self._given(item):
                yield self._paragraph(item)

    def _paragraph(self, item: str) -> Paragraph:
        language, words = self.drafting.language, book().labels[item]
        question = shipped().questions.get(item)
        if question is None:
            text = self._clean(self.drafting.fields[item])
            reading = self.drafting.readings.get(item, "")
            read_in = self.drafting.beside if reading else ""
            return Paragraph(item, words.say(language), text, language, "", "", reading, read_in)
        with i18n.speaking(language):
            label = words.say(language) if language in SENT_IN else i18n.gettext(question.ask)
            said = "\n".join(self._said(question, code) for code in listed(self._given(item)))
        if question.kind not in ("text", "textarea") or _same_everywhere(item, said):
            return Paragraph(item, label, said, language)
        own = str(self.answers.get("language", "")) or self.drafting.beside
        said, translated = self._clean(said), self._clean(self.drafting.translations.get(item, ""))
        if not translated:
            return Paragraph(item, label, said, own)
        if self.hides_language:
            return Paragraph(item, label, translated, language)
        return Paragraph(item, label, translated, language, said, own)

    def _message(self, one: Paragraph) -> Paragraph:
        original = "" if self.hides_language else self._clean(one.original)
        spoken = one.original_language if original else ""
        return replace(one, text=self._clean(one.text), original=original, original_language=spoken)

    def _said(self, question: Question, code: str) -> str:
        part, words = book().reduced.get((question.id, code), ("", None))
        if words and part not in self.drafting.parts:
            return words.say(self.drafting.language)
        if question.kind == "language" and code in i18n.BY_SLUG:
            return i18n.name_in(i18n.BY_SLUG[code], i18n.BY_SLUG[self.drafting.language])
        return text_of(shipped(), question, code, {})

    def _clean(self, text: str) -> str:
        if self.drafting.form == "named" or not text:
            return text
        put = self.drafting.pseudonym or redaction.MARK
        contacts = [str(self.answers[name]) for name in CONTACTS if self.answers.get(name)]
        text = redaction.without(text, self._own_names, put, self._other_names)
        return redaction.without_contact(text, contacts)


def _same_everywhere(item: str, said: str) -> bool:
    """A name of a person, place or company, or only figures: what is not translated."""
    names = (*NAMES, "helper-name", "company", "company-own", "company-place", "buyer")
    return item in names or not any(letter.isalpha() for letter in said)
