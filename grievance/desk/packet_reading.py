"""A packet as staff prepare it: what they see and pick; `cases.packets` says what may enter."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask import url_for

from grievance.cases import records
from grievance.cases.opening import Shut, open_packet
from grievance.cases.operations.moving import allowed
from grievance.cases.operations.referring import local_today
from grievance.cases.packets import HOLDS_FOR, Outgoing
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.desk.advice import Door, advice_of
from grievance.desk.fact_form import known
from grievance.desk.loading import Desk
from grievance.desk.packet_form import FIELD, READING, WISH_FIELDS, PacketForm
from grievance.directory import disclosure
from grievance.directory import queries as directory
from grievance.directory.book import Entry
from grievance.extensions import db
from grievance.i18n import current
from grievance.i18n import gettext as _
from grievance.questions.bank import shipped
from grievance.questions.sections import pages_of
from grievance.referrals import queries
from grievance.referrals.abroad import outside
from grievance.referrals.document import Document, name_of
from grievance.referrals.drafting import WARNINGS, needs_immigration_warning
from grievance.referrals.models import Packet
from grievance.referrals.operations import sealing
from grievance.referrals.operations.sealing import OpenPacket
from grievance.referrals.queries import ReferralRow
from grievance.referrals.states import TABLE
from grievance.referrals.templates import Template, book

_FIELD_OF = {item: f"{Verb.REFER}-{name}" for name, item in WISH_FIELDS.items()}


@dataclass(frozen=True)
class PacketPage:
    """What the handler sees and picks of a packet for a body; `outgoing` decides what may enter."""

    desk: Desk
    outgoing: Outgoing

    @property
    def entry(self) -> Entry:
        """The body."""
        return self.outgoing.entry

    @property
    def template(self) -> Template:
        """The document that this body gets."""
        return self.outgoing.template

    @cached_property
    def earlier(self) -> list[ReferralRow]:
        """The hand-overs of this case to this body, the oldest first."""
        found = queries.of_case(db.session(), self.desk.case.id)
        return [one for one in found if one.referral.mechanism == self.entry.id]

    @property
    def present(self) -> ReferralRow | None:
        """The hand-over to this body that has not gone out: asking anew takes its place."""
        unsent = TABLE["supersede"][0]
        return next((one for one in self.earlier if one.referral.state in unsent), None)

    def blank(self, today: date) -> PacketForm:
        """The form as it is first offered: nothing that can harm is ticked. Where the worker was
        asked before, it holds what they were asked about."""
        form = PacketForm.of(self.desk)()
        form.offer(self.desk, {})
        form.form.data = self.template.form
        form.language.data = self.outgoing.language
        form.parts.data = list(self.outgoing.first_offered(self.template.form))
        form.ends_on.process_data(today + HOLDS_FOR)
        if self.present and self.present.packet:
            self._as_asked(form, self.present, self.present.packet, today)
        elif self.earlier and (packet := self.earlier[-1].packet):
            with suppress(Shut):
                before = open_packet(db.session(), self.desk.opened, packet)
                form.as_before(before.document.addressee)
        return form

    def _as_asked(self, form: PacketForm, hand: ReferralRow, packet: Packet, today: date) -> None:
        form.form.data, form.language.data = packet.form, packet.language
        form.parts.data, form.purpose.data = list(packet.parts), hand.referral.purpose
        if hand.referral.ends_on and hand.referral.ends_on > today:
            form.ends_on.process_data(hand.referral.ends_on)
        try:
            opened = open_packet(db.session(), self.desk.opened, packet)
        except Shut:
            return
        self._as_written(form, opened)
        if "readers" in form:
            form.readers.data = [str(one) for one in packet.readers]

    def _as_written(self, form: PacketForm, opened: OpenPacket) -> None:
        every = [one for part in opened.document.sections for one in part.paragraphs]
        told = {one.item: one.text for one in every}
        readings = {one.item: one.reading for one in every}
        form.as_before(opened.document.addressee)
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
        form.copies.data = [str(row.id) for row, _stored in self.outgoing.files if row.id in copied]

    def document(self, form: PacketForm) -> Document:
        """What would go out, as the form stands."""
        return self.outgoing.document(form.ticked, local_today(db.session(), now()))

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


def who_learns(entry: Entry) -> list[str]:
    """Whether this body tells the employer, immigration and the police, and whether another law
    holds there, in sentences."""
    facts = entry.facts
    told = (
        disclosure.EMPLOYER.get(facts.notifies_employer, disclosure.EMPLOYER_UNKNOWN),
        disclosure.IMMIGRATION.get(facts.tells_immigration, disclosure.IMMIGRATION_UNKNOWN),
        disclosure.POLICE.get(facts.police, disclosure.POLICE_UNKNOWN),
    )
    said = [_(one.staff) for one in told if one.staff]
    abroad = outside(entry.id)
    return [*said, abroad.staff] if abroad else said


def untranslated(document: Document, reference: str, form: str = "") -> list[tuple[str, str]]:
    """Each passage that its reader does not read, and where its translation is written: the story
    on the page of the case, a wish for safety on the `form` of the packet."""
    labels, slug = book().labels, current().slug
    case, fields = url_for("desk.case", reference=reference), _FIELD_OF
    return [
        (labels[item].say(slug), f"{form}#{fields[item]}" if item in fields else f"{case}#{item}")
        for item in document.untranslated
    ]


def missing(desk: Desk, document: Document) -> list[tuple[str, str]]:
    """What the body needs and nobody answered or ticked, in words; with the place where staff write
    it down, where it is a question of the filing that nobody answered."""
    labels, slug, told = book().labels, current().slug, known(desk)
    writes = document.missing and allowed(desk.case, Verb.STATE_FACTS, desk.actor)
    pages = pages_of(shipped(), told) if writes else {}
    found = []
    for _section, item in document.missing:
        page = pages.get(item, "") if not told.get(item) else ""
        found.append((labels[item].say(slug), _place(desk, page, item) if page else ""))
    return found


def _place(desk: Desk, page: str, question: str) -> str:
    field = f"{Verb.STATE_FACTS}-{question}"
    return url_for("desk.fact", reference=desk.case.reference, page=page, _anchor=field)


def doors(desk: Desk) -> Sequence[Door]:
    """What routing suggested for the case, in order."""
    advice = advice_of(records.suggestion(db.session(), desk.opened), directory.book(db.session()))
    return advice.doors if advice else ()
