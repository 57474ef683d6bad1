"""From the form of a packet to the document: the case's own words, and what staff add to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import url_for

from grievance.accounts import queries as accounts
from grievance.cases import files, messages, records
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile
from grievance.cases.opening import Shut, open_packet
from grievance.cases.operations.referring import HandingOver, local_today
from grievance.cases.states import Verb
from grievance.clock import now
from grievance.desk.advice import Door, advice_of
from grievance.desk.handover_forms import FIELD, READING, WISH_FIELDS, PacketForm, packet_form
from grievance.desk.loading import Desk, site
from grievance.directory import disclosure
from grievance.directory import queries as directory
from grievance.directory.book import Entry
from grievance.extensions import db
from grievance.i18n import BY_SLUG, current
from grievance.i18n import gettext as _
from grievance.referrals import queries
from grievance.referrals.document import Document, name_of, same_speech
from grievance.referrals.models import Packet
from grievance.referrals.operations import sealing
from grievance.referrals.operations.sealing import FlatFile, OpenPacket
from grievance.referrals.packets import (
    WARNINGS,
    Drafting,
    default_parts,
    draft,
    needs_immigration_warning,
)
from grievance.referrals.queries import HandOver
from grievance.referrals.states import TABLE
from grievance.referrals.templates import Template, book, template_for

_FIELD_OF = {item: f"{Verb.REFER}-{name}" for name, item in WISH_FIELDS.items()}
HOLDS_FOR = timedelta(days=180)  # what the form first offers; the worker agrees to a day


@dataclass(frozen=True)
class Packeting:
    """A body, and what of this case may go to it."""

    desk: Desk
    entry: Entry

    @cached_property
    def template(self) -> Template:
        """The document that this body gets."""
        return template_for(self.entry.facts)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Story and identity by question, with the way to reach the worker as last changed."""
        opened = self.desk.opened
        identity = dict(records.read(db.session(), opened, "identity"))
        contact = identity.pop("contact", None) or {}
        told = {**records.read(db.session(), opened, "answers"), **identity}
        if contact:
            told |= {
                "contact-email": contact.get("value", "") if contact["way"] == "email" else "",
                "contact-phone": contact.get("value", "") if contact["way"] == "phone" else "",
                "contact-when": contact.get("safe_when", ""),
                "contact-never": contact.get("never_say", ""),
            }
        return told

    @cached_property
    def clean_files(self) -> list[tuple[CaseFile, Stored]]:
        """Files whose hidden data was taken out: no other goes out."""
        found = files.listed(db.session(), self.desk.opened)
        return [(row, stored) for row, stored in found if row.state == "cleaned"]

    @cached_property
    def present(self) -> HandOver | None:
        """The hand-over to this body that has not gone out: asking anew takes its place."""
        return next(
            (
                one
                for one in queries.of_case(db.session(), self.desk.case.id)
                if one.referral.mechanism == self.entry.id
                and one.referral.state in TABLE["supersede"][0]
            ),
            None,
        )

    def blank(self, today: date) -> PacketForm:
        """The form as it is first offered: nothing that can harm is ticked. Where the worker was
        asked before, it holds what they were asked about."""
        form = packet_form(self.template.code)()
        self._offer(form)
        form.form.data = self.template.form
        form.language.data = self._best_language
        form.parts.data = list(default_parts(self.template, self.template.form, self.answers))
        form.ends_on.process_data(today + HOLDS_FOR)
        if self.present and self.present.packet:
            self._as_asked(form, self.present, self.present.packet, today)
        return form

    def _as_asked(self, form: PacketForm, hand: HandOver, packet: Packet, today: date) -> None:
        form.form.data, form.language.data = packet.form, packet.language
        form.parts.data, form.purpose.data = list(packet.parts), hand.referral.purpose
        if hand.referral.ends_on and hand.referral.ends_on > today:
            form.ends_on.process_data(hand.referral.ends_on)
        try:
            opened = open_packet(db.session(), self.desk.opened, packet)
        except Shut:
            return
        self._as_written(form, opened)

    def _as_written(self, form: PacketForm, opened: OpenPacket) -> None:
        every = [one for part in opened.document.sections for one in part.paragraphs]
        told = {one.item: one.text for one in every}
        readings = {one.item: one.reading for one in every}
        if opened.document.form == "pseudonym":
            form.pseudonym.data = told.get("name", "")
        for name in form.written_for:
            form[FIELD + name].data = told.get(name, "")
            form[READING + name].data = readings.get(name, "")
        for name, item in WISH_FIELDS.items():
            said = next((one for one in every if one.item == item and one.original), None)
            if said and name in form:
                form[name].data = said.text
        copied = sealing.sources(db.session(), opened)
        form.copies.data = [str(row.id) for row, _stored in self.clean_files if row.id in copied]

    def given(self, sent: Any) -> PacketForm:
        """The form as it was sent."""
        form = packet_form(self.template.code)(sent)
        self._offer(form)
        return form

    def _offer(self, form: PacketForm) -> None:
        form.mechanism = self.entry.id
        form.set_choices(self.template, [(row, one.name) for row, one in self.clean_files])
        form.ask_for_wishes(self.answers)

    def document(self, form: PacketForm) -> Document:
        """What would go out, as the form stands."""
        language = str(form.language.data)
        operator = accounts.profile(db.session())
        drafting = Drafting(
            mechanism=self.entry.id,
            name=self.entry.name(BY_SLUG[language]),
            operator=operator.name if operator else "",
            language=language,
            beside=self.desk.case.language,
            form=str(form.form.data),
            parts=self._parts(form),
            pseudonym=form.pseudonym.data or "",
            fields=form.texts,
            readings=form.readings,
            translations={**self._translated(language), **form.wishes},
            files=[name for name, _row, _stored in self._chosen(form)],
            day=local_today(db.session(), now()),
            purpose=str(form.purpose.data) if form.purpose.data in book().purposes else "",
            ends_on=form.ends_on.data,
            contacts=operator.contacts if operator else (),
            anonymous=self.entry.facts.anonymous,
        )
        return draft(self.template, self.answers, drafting)

    @property
    def _best_language(self) -> str:
        """Of the languages that this body takes, the one in which most of the worker's words
        are; the template's first where several are alike."""
        own = self.desk.case.language
        return max(
            self.template.languages,
            key=lambda one: (same_speech(own, one), len(self._translated(one))),
        )

    def _parts(self, form: PacketForm) -> tuple[str, ...]:
        """Without what the chosen form leaves out: the worker is asked about what really goes."""
        known = book().parts
        return tuple(
            part
            for part in form.parts.data or ()
            if form.form.data == "named" or not known[part].identifying
        )

    def _translated(self, language: str) -> dict[str, str]:
        found = messages.translations(db.session(), self.desk.opened, list(self.answers))
        return {
            passage: text
            for passage, rows in found.items()
            for row, text in rows
            if row.language == language
        }

    def _chosen(self, form: PacketForm) -> list[tuple[str, CaseFile, Stored]]:
        """The ticked files, numbered: a file's own name can say who it was."""
        if "files" not in (form.parts.data or ()):
            return []
        wanted = set(form.copies.data or ())
        chosen = [(row, one) for row, one in self.clean_files if str(row.id) in wanted]
        return [
            (f"{number}.{stored.name.rpartition('.')[2]}", row, stored)
            for number, (row, stored) in enumerate(chosen, 1)
        ]

    def copies(self, form: PacketForm) -> list[FlatFile]:
        """The copies that go with it; OSError while the store of files does not answer."""
        return [
            FlatFile(name, stored.mime, files.content(site().blobs, stored, original=False), row.id)
            for name, row, stored in self._chosen(form)
        ]

    def wanted(self, form: PacketForm) -> HandingOver:
        """All that the worker is asked about."""
        return HandingOver(
            document=self.document(form),
            files=self.copies(form),
            purpose=str(form.purpose.data),
            ends_on=form.ends_on.data,
        )

    def warnings(self, document: Document) -> list[tuple[str, str]]:
        """What whoever checks the document must look at: code and sentence."""
        slug = current().slug
        put = {
            "language": ", ".join(name_of(one, slug) for one in document.strange),
        }
        found = [(code, _(WARNINGS[code]) % put) for code in document.warnings]
        if needs_immigration_warning(self.entry.facts.immigration, document.parts):
            asked = _("The worker is asked a second time, with the warning about immigration.")
            found.append(("immigration", asked))
        return found

    def to_translate(self, document: Document) -> list[tuple[str, str]]:
        """Each passage that its reader does not read, and the place where its translation is
        written: a wish for safety on this page, the story on the page of the case."""
        return untranslated(document, self.desk.case.reference)

    @property
    def learns(self) -> list[str]:
        """Who else will know of it."""
        return who_learns(self.entry)

    @property
    def together(self) -> str:
        """What may run beside it, bars or pauses it."""
        return self.template.together.say(current().slug)


def who_learns(entry: Entry) -> list[str]:
    """Whether this body tells the employer, immigration and the police, in sentences."""
    facts = entry.facts
    told = (
        disclosure.EMPLOYER.get(facts.notifies_employer, disclosure.EMPLOYER_UNKNOWN),
        disclosure.IMMIGRATION.get(facts.tells_immigration, disclosure.IMMIGRATION_UNKNOWN),
        disclosure.POLICE.get(facts.police, disclosure.POLICE_UNKNOWN),
    )
    return [_(one.staff) for one in told if one.staff]


def untranslated(document: Document, reference: str, form: str = "") -> list[tuple[str, str]]:
    """Each passage that its reader does not read, and where its translation is written: the story
    on the page of the case, a wish for safety on the `form` of the packet."""
    labels, slug = book().labels, current().slug
    case, fields = url_for("desk.case", reference=reference), _FIELD_OF
    return [
        (labels[item].say(slug), f"{form}#{fields[item]}" if item in fields else f"{case}#{item}")
        for item in document.untranslated
    ]


def missing(document: Document) -> list[str]:
    """What the body needs and nobody answered or ticked, in words."""
    labels, slug = book().labels, current().slug
    return [labels[item].say(slug) for _section, item in document.missing]


def doors(desk: Desk) -> Sequence[Door]:
    """What routing suggested for the case, in order."""
    advice = advice_of(records.suggestion(db.session(), desk.opened), directory.book(db.session()))
    return advice.doors if advice else ()
