"""What may enter a packet: which of a case's answers, translations and files a body may get.

Decided here alone, for the desk, the demonstration and the worker's page; none of them drafts a
document by itself. A part goes out when it was ticked and the form in which the worker appears lets
it (`Part.goes`). Which part a question belongs to, or why it never goes out, stands with the
question. `referrals.drafting` writes down what was let in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import queries as accounts
from grievance.cases import corrections, files, messages, passages, records, thread_paper, wages
from grievance.cases.act import Act
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile
from grievance.cases.opening import OpenCase
from grievance.cases.operations import addressing
from grievance.cases.operations.referring import Proposal
from grievance.cases.wage_table import paper_text
from grievance.directory.book import Entry
from grievance.i18n import BY_SLUG, Language, current, speaking
from grievance.questions.question import Answers
from grievance.referrals.document import (
    TABLE,
    THREAD,
    Addressee,
    Document,
    Paragraph,
    same_speech,
)
from grievance.referrals.drafting import Drafting, draft, told
from grievance.referrals.operations.sealing import FlatFile
from grievance.referrals.templates import Template, book, template_for
from grievance.refusals import Refused
from grievance.storage import Blobs

HOLDS_FOR = timedelta(days=180)  # what is first offered; the worker agrees to a day


def answers_of(session: Session, opened: OpenCase) -> dict[str, Any]:
    """Story and identity by question, with the way to reach the worker as last changed; none that
    a backup brought back after they changed it."""
    identity = dict(records.read(session, opened, "identity"))
    contact = identity.pop("contact", None) or {}
    if addressing.may_be_old(session, opened.case.id):
        contact = {}
    found = {**records.read(session, opened, "answers"), **identity}
    if contact:
        found |= {
            "contact-email": contact.get("value", "") if contact["way"] == "email" else "",
            "contact-phone": contact.get("value", "") if contact["way"] == "phone" else "",
            "contact-when": contact.get("safe_when", ""),
            "contact-never": contact.get("never_say", ""),
        }
    return found


def default_parts(template: Template, form: str, answers: Answers) -> tuple[str, ...]:
    """The parts first offered: those with an answer that this template has a place for. Never a
    sensitive one; never an identifying one unless the form is `named`; one that is guarded from the
    employer only for a body that is known to tell the employer nothing without a yes."""
    inside = {item for shape in template.sections for item in shape.items}
    return tuple(
        part.code
        for part in book().parts.values()
        if not part.sensitive
        and (template.keeps_from_employer or not part.never_to_employer)
        and part.goes(form)
        and (part.code == "explanation" or any(told(q, answers) for q in part.questions))
        and inside & set(part.items)
    )


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """What somebody chose for one packet: in which form and language, which parts and copies, for
    what and until when. `fields` are written for it, `readings` the same in the worker's language,
    `wishes` those for safety in the language of the document, `addressee` who of the body it is
    for."""

    form: str
    language: str
    parts: Collection[str]
    purpose: str
    ends_on: date | None  # None only while it is looked at
    pseudonym: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    readings: Mapping[str, str] = field(default_factory=dict, repr=False)
    wishes: Mapping[str, str] = field(default_factory=dict, repr=False)
    copies: Collection[UUID] = ()
    addressee: Addressee = Addressee()

    @property
    def going(self) -> tuple[str, ...]:
        """Without what the form leaves out: the worker is asked about what really goes."""
        known = book().parts
        return tuple(part for part in self.parts if known[part].goes(self.form))


@dataclass(frozen=True)
class Outgoing:
    """A body, and what of an opened case may go to it."""

    session: Session
    opened: OpenCase
    entry: Entry

    @cached_property
    def template(self) -> Template:
        """The document that this body gets."""
        return template_for(self.entry.facts)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What the person answered, by question."""
        return answers_of(self.session, self.opened)

    @cached_property
    def files(self) -> list[tuple[CaseFile, Stored]]:
        """Files whose hidden data was taken out: no other goes out."""
        found = files.listed(self.session, self.opened)
        return [(row, stored) for row, stored in found if row.state == "cleaned"]

    @property
    def language(self) -> str:
        """Of the languages that this body takes, the one in which most of the worker's words
        are; the template's first where several are alike."""
        own = self.opened.case.language
        return max(
            self.template.languages,
            key=lambda one: (same_speech(own, one), len(self._translated(one))),
        )

    def first_offered(self, form: str) -> tuple[str, ...]:
        """The parts first offered for this form."""
        return default_parts(self.template, form, self.answers)

    def document(self, ticked: Ticked, today: date) -> Document:
        """What would go out as it is ticked now. Refuses as `draft` does."""
        house, language = accounts.profile(self.session), ticked.language
        drafting = Drafting(
            mechanism=self.entry.id,
            name=_called(self.entry, ticked.addressee, BY_SLUG[language]),
            operator=house.name if house else "",
            language=language,
            beside=self.opened.case.language,
            form=ticked.form,
            parts=ticked.going,
            pseudonym=ticked.pseudonym,
            fields={**ticked.fields, **self._pay(language, today)},
            readings={**ticked.readings, **self._pay(self.opened.case.language, today)},
            translations={**self._translated(language), **ticked.wishes},
            files=[name for name, _row, _stored in self._chosen(ticked)],
            day=today,
            purpose=ticked.purpose if ticked.purpose in book().purposes else "",
            ends_on=ticked.ends_on,
            contacts=house.contacts if house else (),
            addressee=ticked.addressee,
            thread=self._thread(ticked),
            anonymous=self.entry.facts.anonymous,
        )
        return draft(self.template, self.answers, drafting)

    def wanted(self, ticked: Ticked, act: Act) -> Proposal:
        """All that the worker is asked about; OSError while the store of files does not answer."""
        assert ticked.ends_on is not None  # no form is done without
        return Proposal(
            document=self.document(ticked, act.today),
            files=self._copies(ticked, act.site.blobs),
            purpose=ticked.purpose,
            ends_on=ticked.ends_on,
        )

    def _pay(self, language: str, today: date) -> dict[str, str]:
        """The worker's months of pay in a language; nothing where none was written down."""
        diary = wages.read(self.session, self.opened)
        if not diary.months:
            return {}
        with speaking(language):
            return {TABLE: paper_text(wages.reckon(diary, self.answers, today), today)}

    def _thread(self, ticked: Ticked) -> tuple[Paragraph, ...]:
        if THREAD not in ticked.going:
            return ()
        return thread_paper.paragraphs(self.session, self.opened, ticked.language)

    def _copies(self, ticked: Ticked, blobs: Blobs) -> list[FlatFile]:
        return [
            FlatFile(name, stored.mime, files.content(blobs, stored, original=False), row.id)
            for name, row, stored in self._chosen(ticked)
        ]

    def _translated(self, language: str) -> dict[str, str]:
        found = messages.translations(self.session, self.opened, list(self.answers))
        fixed = corrections.of_words(self.session, self.opened)
        left = passages.stale(self.session, self.opened)  # other words than the worker's of today
        return {
            passage: fixed[row.id][-1].text if row.id in fixed else text
            for passage, rows in found.items()
            for row, text in rows
            if row.language == language and row.id not in left
        }

    def _chosen(self, ticked: Ticked) -> list[tuple[str, CaseFile, Stored]]:
        """The ticked files, numbered: a file's own name can say who it was."""
        if "files" not in ticked.parts:
            return []
        chosen = [(row, stored) for row, stored in self.files if row.id in ticked.copies]
        return [
            (f"{number}.{stored.name.rpartition('.')[2]}", row, stored)
            for number, (row, stored) in enumerate(chosen, 1)
        ]


def _called(entry: Entry, to: Addressee, language: Language | None = None) -> str:
    """To whom a paper says that it goes: a lawyer by their own name."""
    return entry.name(language) if entry.listed else to.person or entry.name(language)


def read_again(
    session: Session, document: Document, answers: Answers, entry: Entry | None
) -> tuple[Document | None, Document | None]:
    """The frozen document drafted anew in its own language and in the reader's, from today's
    answers and what staff wrote for it; none where both are the same or they no longer make such
    a document."""
    slug = current().slug
    if slug == document.language:
        return None, None
    every = [one for section in document.sections for one in section.paragraphs]
    # How to reach the worker stays as the frozen document says, though it ended or changed since.
    told = {item: said for item, said in answers.items() if not item.startswith("contact-")}
    named = next((one.text for one in every if one.item == "name"), "–")
    house = accounts.profile(session)
    drafting = Drafting(
        mechanism=document.mechanism,
        name=_called(entry, document.addressee) if entry else document.mechanism,
        operator=house.name if house else "",
        language=document.language,
        beside=slug,
        form=document.form,
        parts=document.parts,
        pseudonym=named if document.form == "pseudonym" else "",
        fields={one.item: one.text for one in every if one.item not in told},
    )
    template = book().templates[document.template]
    try:
        own = draft(template, told, drafting)
        return own, draft(template, told, replace(drafting, language=slug))
    except Refused:
        return None, None
