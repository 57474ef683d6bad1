"""The panels of a hand-over's page: the paper, the worker's yes or no, what the body said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from flask import url_for

from grievance.accounts import queries as accounts
from grievance.cases import exchange, files
from grievance.cases.answers import Heard, heard
from grievance.cases.opening import Shut, open_packet
from grievance.clock import local_day, real_now
from grievance.desk import events
from grievance.desk import referral_words as words
from grievance.desk.addressee_form import TO
from grievance.desk.loading import Desk, open_file
from grievance.desk.packet_reading import missing, untranslated
from grievance.desk.words import FILE_STATE
from grievance.extensions import db
from grievance.i18n import current, date_text
from grievance.i18n import gettext as _
from grievance.referrals import pdf, queries
from grievance.referrals.answered import THEIRS, Stance
from grievance.referrals.models import Consent, Packet, PacketFile, Referral
from grievance.referrals.operations import linking, sealing
from grievance.referrals.operations.proof import Proof
from grievance.referrals.operations.readers import Reader, readers_of
from grievance.referrals.operations.sealing import OpenPacket
from grievance.referrals.states import TABLE as STEPS
from grievance.referrals.templates import Template, book
from grievance.vault.labels import Label

INSTANT = timedelta(seconds=1)  # a day that ends at midnight is the day before


@dataclass(frozen=True)
class Letter:
    """A file that came with an answer: its clean form can be had at once."""

    id: UUID
    name: str = field(repr=False)
    size: str
    state: str
    clean: bool


@dataclass(frozen=True)
class Answer:
    """What the body said once, opened."""

    id: UUID
    kind: str
    day: str
    number: str = field(repr=False)
    told: str = field(repr=False)
    file: Letter | None
    by_link: bool = False
    by: str = ""  # who of the body wrote it, on its desk here
    unread: bool = False
    shut: bool = False
    stance: Stance | None = None
    proof: Sequence[Letter] = ()

    @property
    def position(self) -> str:
        """Where a company stands, in words."""
        return _(THEIRS[self.stance.position]) if self.stance else ""

    @property
    def stands(self) -> list[str]:
        """Where a company stands, what it proposes, and by when: nothing for any other body."""
        if self.stance is None:
            return []
        by = _("By %(day)s") % {"day": date_text(self.stance.by)} if self.stance.by else ""
        return [self.position, self.stance.remedy, by]


@dataclass(frozen=True)
class Paper:
    """The packet that is asked about or went out, as far as this operator can open it."""

    desk: Desk
    referral: Referral

    @cached_property
    def packet(self) -> Packet | None:
        """The row; None while nothing was prepared."""
        wanted = self.referral.packet_id
        return queries.packet(db.session(), self.desk.case.id, wanted) if wanted else None

    @cached_property
    def opened(self) -> OpenPacket | None:
        """The same, opened; None where this operator holds no key to it."""
        if self.packet is None:
            return None
        try:
            return open_packet(db.session(), self.desk.opened, self.packet)
        except Shut:
            return None

    @property
    def addressee(self) -> list[tuple[str, str]]:
        """Whom of the body it is for, in words: nothing where nobody said so."""
        if self.opened is None:
            return []
        told = self.opened.document.addressee.told(current().slug)
        return [(_(label), told[name]) for name, label in TO.items() if told[name]]

    @property
    def readers(self) -> list[Reader]:
        """Who of a company alone reads it on its desk here, as the worker was told."""
        return readers_of(self.opened) if self.opened else []

    @property
    def may_leave(self) -> bool:
        """Whether it can be printed and saved: never once the worker did not want it to go."""
        taken_back = self.referral.state == "recalled" and self.referral.delivered_on is None
        return self.referral.state != "refused" and not taken_back

    @property
    def printable(self) -> bool:
        """Whether there can be a PDF: every letter has a font."""
        return self.opened is not None and pdf.can_print(self.opened.document)

    @property
    def template(self) -> Template | None:
        """The template it was made by."""
        return book().templates[self.packet.template] if self.packet else None

    @property
    def copies(self) -> list[tuple[PacketFile, str]]:
        """The copies that go with it, by number."""
        found = sealing.files_of(db.session(), self.packet) if self.packet else []
        return [(row, str(row.place + 1)) for row in found]

    @property
    def missing(self) -> list[tuple[str, str]]:
        """What the body needs and the document does not hold, and where it can be written down."""
        return missing(self.desk, self.opened.document) if self.opened else []

    @property
    def to_translate(self) -> list[tuple[str, str]]:
        """While it has not gone out: what its reader does not read, and where to translate it."""
        if self.opened is None or self.referral.state not in STEPS["supersede"][0]:
            return []
        reference, body = self.desk.case.reference, self.referral.mechanism
        form = url_for("desk.packet", reference=reference, mechanism_id=body)
        return untranslated(self.opened.document, reference, form)

    @property
    def to_bring(self) -> tuple[str, ...]:
        """What the worker takes along when they take it there, in the reader's language."""
        return self.template.to_bring(current().slug) if self.template else ()

    @property
    def to_say(self) -> tuple[str, str]:
        """What to say there: in the reader's language, and in Japanese."""
        if self.template is None:
            return "", ""
        filled = [one.code for one in self.opened.document.sections] if self.opened else []
        words = self.template.said(filled)
        return words.say(current().slug), words.say("ja")


@dataclass(frozen=True)
class Consented:
    """The worker's yes or no, who recorded it, and what was read back by telephone."""

    desk: Desk
    referral: Referral

    @cached_property
    def given(self) -> Consent | None:
        """The yes or no; None while they have not answered."""
        wanted = self.referral.consent_id
        return db.session.get(Consent, wanted) if wanted else None

    @property
    def words(self) -> str:
        """What was read back by telephone and answered."""
        given = self.given
        if given is None or given.words is None:
            return ""
        return str(self.desk.opened.open_json(Label.CONSENT_WORDS, given.id, given.words))

    @property
    def recorder(self) -> str:
        """Who recorded it, if it was not the worker."""
        who = self.given.recorder_id if self.given else None
        return accounts.names(db.session(), [who]).get(who, "") if who else ""


def answers_of(desk: Desk, referral: Referral) -> list[Answer]:
    """What the body said, oldest first."""
    found = heard(db.session(), desk.opened, referral)
    people = [one.wrote.person_id for one in found if one.wrote and one.wrote.person_id]
    names = accounts.names(db.session(), people) if people else {}
    return [
        Answer(
            one.row.id,
            _(words.ANSWERS[one.row.kind]),
            words.day(one.row.on),
            one.reference,
            one.words,
            _letter(desk, one.row.file_id) if one.row.file_id else None,
            by_link=one.wrote is not None and one.wrote.link_id is not None,
            by=_writer(one, names),
            unread=one.unread,
            shut=not one.opened,
            stance=one.stance,
            proof=[_sent(sent) for sent in one.proof],
        )
        for one in found
    ]


def _writer(one: Heard, names: Mapping[UUID, str]) -> str:
    person = one.wrote.person_id if one.wrote else None
    return names.get(person, _("Somebody who left")) if person else ""


@dataclass(frozen=True)
class Step:
    """What one side did, as staff read it: with the names of people."""

    verb: str
    sentence: str
    when: str


def exchange_of(desk: Desk, referral: Referral, zone: str) -> list[Step]:
    """What went to and fro, oldest first: what stands on the body's own page, too, and what ended
    it."""
    session = db.session()
    found = exchange.of_referral(session, desk.case.id, referral.id)
    known = accounts.names(session, sorted(events.people_in(found), key=str))
    bodies = {str(referral.id): referral.mechanism}
    lines = events.lines(found, known, zone, bodies=bodies)
    return [
        Step(one.verb, line.sentence, line.when) for one, line in zip(found, lines, strict=True)
    ]


@dataclass(frozen=True)
class LinkLine:
    """A reply link as it stands: whether it can be used, until when, and why not."""

    made: str
    until: str
    closed: str
    live: bool
    over: bool


def links_of(referral: Referral, zone: str) -> list[LinkLine]:
    """Every link that was made for a hand-over, the newest first."""
    at = real_now()
    return [
        LinkLine(
            date_text(local_day(one.made_at, zone)),
            date_text(local_day(one.ends_at - INSTANT, zone)),
            _(words.CLOSED_BY[one.closed_by]) if one.closed_by else "",
            linking.lives(one, at),
            one.closed_at is None and not linking.lives(one, at),
        )
        for one in linking.of_referral(db.session(), referral.id)
    ]


def _sent(one: Proof) -> Letter:
    return Letter(one.row.id, one.name, files.size_text(one.size), "", True)


def _letter(desk: Desk, file_id: UUID) -> Letter:
    row = open_file(desk, file_id)
    stored = files.read_meta(desk.opened, row)
    state = _(FILE_STATE[row.state])
    return Letter(row.id, stored.name, files.size_text(stored.size), state, bool(stored.clean_blob))
