"""The form of a packet: what is to go out, for what, until when, and the texts it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import UUID

from flask import abort

from grievance.accounts.companies import RespondentFact
from grievance.cases.models import CaseFile
from grievance.cases.operations import laying
from grievance.cases.operations.referring import Proposal
from grievance.cases.packets import Outgoing, Ticked
from grievance.desk import referral_words as said
from grievance.desk.addressee_form import BEFORE, AddresseeForm
from grievance.desk.forms import choices_of
from grievance.desk.loading import Desk, named
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import current, lazy
from grievance.i18n import gettext as _
from grievance.referrals.document import TABLE, THREAD
from grievance.referrals.templates import Template, book
from grievance.web.forms import Choice, Choices, Line, Select, Words
from grievance.web.read_back import Day

LANGUAGES = {"ja": "日本語", "en": "English"}
ISOLATE, POP = "\u2068", "\u2069"  # around words that run in their own direction
FIELD = "field_"  # before the name of a text written for the packet
READING = "reading_"  # before the name of the same in the worker's language
WISH_FIELDS = {"wish_when": "contact-when", "wish_never": "contact-never"}


class PacketForm(AddresseeForm):
    """What is to go out, for what, until when. `packet_form` adds the texts that a template asks
    for."""

    form = Choice(lazy("How the worker appears"), needed=lazy("Choose how the worker appears."))
    pseudonym = Line(lazy("The other name"), hint=lazy("Only when you chose another name."))
    language = Select(lazy("Language of the document"), needed=lazy("Choose a language."))
    parts = Choices(lazy("What goes out"), needed=lazy("Tick what goes out."))
    copies = Choices(lazy("Copies that go with it"))
    readers = Choices(
        lazy("Who of the company may read it on its desk here"),
        hint=lazy(
            "Nobody is ticked. Tick nobody whom the complaint is about, nor who answers for them. "
            "The worker reads these names before saying yes; nobody else there can open it."
        ),
    )
    purpose = Select(lazy("For what"), needed=lazy("Choose for what."))
    ends_on = Day(
        lazy("Until when the consent holds"), needed=lazy("Write until when the consent holds.")
    )
    wish_when = Words(lazy("When it is safe, in the language of the document"), limit=300)
    wish_never = Words(
        lazy("What must never be said or written, in the language of the document"), limit=300
    )
    template: Template
    outgoing: Outgoing

    @classmethod
    def of(cls, desk: Desk) -> type[PacketForm]:
        outgoing = outgoing_of(desk, named("mechanism_id"))
        return type("AskForm", (packet_form(outgoing.template.code),), {"outgoing": outgoing})

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        outgoing = self.outgoing
        self.offer_ways(outgoing.entry)
        self.offer_readers(laying.choosable(db.session(), outgoing.entry.id))
        self.set_choices(outgoing.template, [(row, one.name) for row, one in outgoing.files])
        self.ask_for_wishes(outgoing.answers)

    def value(self, desk: Desk) -> Proposal:
        wanted = self.outgoing.wanted(self.ticked, desk.act(self.seen))
        return replace(wanted, readers=[UUID(one) for one in self.chosen_readers])

    def offer_readers(self, people: Sequence[RespondentFact]) -> None:
        """Ask who of a company with an account reads it, with what each must never read."""
        if not people:
            del self.readers
            return
        self.readers.choices = choices_of((str(one.id), _told_of(one)) for one in people)

    @property
    def chosen_readers(self) -> list[str]:
        """Who was ticked; nobody where nobody can be."""
        return list(self.readers.data or ()) if "readers" in self else []

    def ask_for_wishes(self, answers: Mapping[str, Any]) -> None:
        """Ask for the translation of those wishes for safety that the worker has, beside what they
        wrote."""
        for name, item in WISH_FIELDS.items():
            if not answers.get(item):
                del self[name]
                continue
            told = f"{ISOLATE}{answers[item]}{POP}"
            getattr(self, name).hint = _("The worker wrote: %(text)s") % {"text": told}

    @property
    def wishes(self) -> dict[str, str]:
        """The wishes for safety in the language of the document, by question."""
        typed = {item: self[name].data or "" for name, item in WISH_FIELDS.items() if name in self}
        return {item: text for item, text in typed.items() if text}

    def set_choices(self, template: Template, files: Sequence[tuple[CaseFile, str]]) -> None:
        """Put in what can be chosen for this body and this case."""
        self.template = template
        self.ask_for_a_lawyer(template.named)
        self.form.choices = choices_of((code, _(label)) for code, label in said.FORMS.items())
        self.language.choices = choices_of(LANGUAGES.items())
        self.parts.choices = choices_of(said.parts(template))
        self.copies.choices = choices_of((str(row.id), name) for row, name in files)
        purposes = [(code, _(sentence)) for code, sentence in said.PURPOSES.items()]
        self.purpose.choices = choices_of([("", _("Choose")), *purposes])
        for name in self.written_for:
            label = book().labels[name].say(current().slug)
            self[FIELD + name].label.text = label
            same = _("%(text)s: the same in the worker's language, for them to read")
            self[READING + name].label.text = same % {"text": label}

    @property
    def written_for(self) -> list[str]:
        """The texts that this template asks staff to write."""
        every = (one.short_name for one in self.text_fields)
        return [name.removeprefix(FIELD) for name in every if name.startswith(FIELD)]

    @property
    def text_fields(self) -> list[Any]:
        """The fields of these texts, each before that of its reading copy."""
        return [one for one in self.shown if _is_text(one.short_name)]

    @property
    def plain_fields(self) -> list[Any]:
        """The others that a person sees, but for whom it is for."""
        apart = (FIELD, READING, BEFORE)
        return [one for one in self.shown if not one.short_name.startswith(apart)]

    @property
    def texts(self) -> dict[str, str]:
        """What was written for this packet, by field."""
        return self._typed(FIELD)

    @property
    def readings(self) -> dict[str, str]:
        """The same in the worker's language, by field, where somebody wrote it."""
        return self._typed(READING)

    def _typed(self, before: str) -> dict[str, str]:
        typed = {name: self[before + name].data or "" for name in self.written_for}
        return {name: text for name, text in typed.items() if text}

    @property
    def ticked(self) -> Ticked:
        """What was chosen, for whoever decides what may enter."""
        return Ticked(
            form=str(self.form.data),
            language=str(self.language.data),
            parts=self.parts.data or (),
            purpose=str(self.purpose.data),
            ends_on=self.ends_on.data,
            pseudonym=self.pseudonym.data or "",
            fields=self.texts,
            readings=self.readings,
            wishes=self.wishes,
            copies=[UUID(one) for one in self.copies.data or ()],
            addressee=self.addressee,
        )

    @property
    def codes(self) -> dict[str, Any]:
        return {"mechanism": self.outgoing.entry.id}


def outgoing_of(desk: Desk, mechanism: str) -> Outgoing:
    """What of this case may go to a body of the directory; 404 for one that it does not hold."""
    entry = directory.book(db.session()).body(mechanism)
    if entry is None:
        abort(404)
    return Outgoing(db.session(), desk.opened, entry)


def _told_of(one: RespondentFact) -> str:
    said = f"{ISOLATE}{one.name}{POP} · {ISOLATE}{one.task}{POP}"
    never = _("must never read: %(what)s") % {"what": f"{ISOLATE}{one.never}{POP}"}
    return f"{said} · {never}"


def _is_text(name: str) -> bool:
    return name.startswith((FIELD, READING))


@cache
def packet_form(template: str) -> type[PacketForm]:
    """The form of a template: with a text for each thing no question of the worker answers."""
    inside = {item for shape in book().templates[template].sections for item in shape.items}
    every = [name for part in book().parts.values() for name in part.fields if name in inside]
    wanted = [name for name in every if name not in (TABLE, THREAD)]
    fields = {
        before + name: Words(name, limit=4000) for name in wanted for before in (FIELD, READING)
    }
    return type("TemplateForm", (PacketForm,), fields)
