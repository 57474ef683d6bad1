"""A hand-over as staff read it: the document, the consent, what the body said, what to do now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from grievance.accounts import queries as accounts
from grievance.cases import files
from grievance.cases.opening import Shut, open_packet
from grievance.cases.operations.moving import allowed, verbs_for
from grievance.cases.states import TABLE, Verb
from grievance.clock import local_day
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.desk import handover_words as words
from grievance.desk.advice import Door
from grievance.desk.forms import ActForm
from grievance.desk.handover_forms import HandOverForm
from grievance.desk.loading import Desk, open_file
from grievance.desk.packet_reading import doors, missing, untranslated, who_learns
from grievance.desk.verbs import form_of
from grievance.desk.words import FILE_STATE, size
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_, current, date_text, time_text
from grievance.i18n import gettext as _
from grievance.referrals import pdf, queries
from grievance.referrals.models import Consent, Packet, PacketFile, Referral
from grievance.referrals.operations import recalling, sealing
from grievance.referrals.operations.sealing import OpenPacket
from grievance.referrals.states import ANSWERS, LABELS, LIVE
from grievance.referrals.states import TABLE as STEPS
from grievance.referrals.templates import Template, book
from grievance.vault.labels import Label

ENDED = ("declined", "silent", "refused", "recalled", "outcome")
# the verb of the case, and the steps of a hand-over that it may take
ACTS = (
    (Verb.RECORD_CONSENT, ("yes",)),
    (Verb.DELIVER, ("deliver",)),
    (Verb.REFERRAL_NEWS, ANSWERS),
    (Verb.REFERRAL_OVER, ("silent",)),
    (Verb.CHASE, ("silent",)),
    (Verb.RECALL_FOR_WORKER, ("recall",)),
    (Verb.TELL_BODY, ("tell",)),
)
LABELS_OF = {Verb.REFERRAL_OVER: N_("They did not answer in time")}


@dataclass(frozen=True)
class HandOverLine:
    """One hand-over in the list of a case."""

    referral: Referral
    body: str
    state: str
    news: str
    chase: str

    @property
    def live(self) -> bool:
        """Whether something can still come of it."""
        return self.referral.state in LIVE


def of_case(desk: Desk) -> list[HandOverLine]:
    """The hand-overs of a case, oldest first."""
    zone = ZoneInfo(operator_hours(db.session()).zone)
    known = directory.book(db.session())
    return [
        HandOverLine(
            one.referral,
            known.name(one.referral.mechanism),
            _(LABELS[one.referral.state]),
            time_text(one.referral.last_news, zone),
            words.day(one.referral.next_chase),
        )
        for one in queries.of_case(db.session(), desk.case.id)
    ]


def next_door(desk: Desk) -> Door | None:
    """The first suggested door that was not tried yet and that the directory still holds; one
    with a caution only where there is no other."""
    tried = {one.referral.mechanism for one in queries.of_case(db.session(), desk.case.id)}
    left = [one for one in doors(desk) if one.listed and one.mechanism not in tried]
    return next((one for one in left if not one.cautions), left[0] if left else None)


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

    kind: str
    day: str
    number: str = field(repr=False)
    told: str = field(repr=False)
    file: Letter | None


@dataclass(frozen=True)
class Doing:
    """A verb that can be done to the hand-over now."""

    verb: Verb
    label: str
    form: ActForm
    open: bool


class HandOverPage:
    """Everything that the page of one hand-over shows; `wrong` is a form that was refused."""

    def __init__(
        self,
        desk: Desk,
        referral: Referral,
        at: datetime,
        wrong: tuple[Verb, HandOverForm] | None = None,
    ) -> None:
        self.desk, self.case, self.referral, self.at = desk, desk.case, referral, at
        self.wrong = wrong
        self.hours: Hours = operator_hours(db.session())

    @cached_property
    def packet(self) -> Packet | None:
        """The packet that is asked about or went out."""
        wanted = self.referral.packet_id
        return queries.packet(db.session(), self.case.id, wanted) if wanted else None

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

    @cached_property
    def consent(self) -> Consent | None:
        """The worker's yes or no."""
        wanted = self.referral.consent_id
        return db.session.get(Consent, wanted) if wanted else None

    @property
    def words_of_consent(self) -> str:
        """What was read back by telephone and answered."""
        given = self.consent
        if given is None or given.words is None:
            return ""
        return str(self.desk.opened.open_json(Label.CONSENT_WORDS, given.id, given.words))

    @property
    def recorder(self) -> str:
        """Who recorded it, if it was not the worker."""
        who = self.consent.recorder_id if self.consent else None
        return accounts.names(db.session(), [who]).get(who, "") if who else ""

    @property
    def note(self) -> str:
        """The tracking note of the delivery."""
        kept = self.referral.note
        if kept is None:
            return ""
        return str(self.desk.opened.open_json(Label.REFERRAL_NOTE, self.referral.id, kept))

    @property
    def answers(self) -> list[Answer]:
        """What the body said, oldest first."""
        found = []
        for row in queries.answers_of(db.session(), self.referral.id):
            told = self.desk.opened.open_json(Label.REFERRAL_ANSWER, row.id, row.content)
            day = words.day(row.on)
            letter = self._letter(row.file_id) if row.file_id else None
            said = _(words.ANSWERS[row.kind])
            found.append(Answer(said, day, told["reference"], told["note"], letter))
        return found

    def _letter(self, file_id: UUID) -> Letter:
        row = open_file(self.desk, file_id)
        stored = files.read_meta(self.desk.opened, row)
        return Letter(
            row.id,
            stored.name,
            size(stored.size),
            _(FILE_STATE[row.state]),
            bool(stored.clean_blob),
        )

    @property
    def missing(self) -> list[str]:
        """What the body needs and the document does not hold."""
        return missing(self.opened.document) if self.opened else []

    @property
    def learns(self) -> list[str]:
        """Who else will know of it."""
        entry = directory.book(db.session()).entries.get(self.referral.mechanism)
        return who_learns(entry) if entry else []

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of it, in words."""
        one, told = self.referral, []
        if self.packet:
            told += [
                (_("Appears"), _(words.FORMS[self.packet.form])),
                (_("What goes out"), ", ".join(words.part_names(self.packet.parts))),
            ]
        if one.purpose:
            told.append((_("For what"), _(words.PURPOSES[one.purpose])))
        if one.ends_on:
            told.append((_("Until when the consent holds"), words.day(one.ends_on)))
        if one.delivered_by and one.channel:
            way = f"{_(words.BY[one.delivered_by])} · {_(words.CHANNELS[one.channel])}"
            told.append((_("Handed over"), f"{words.day(one.delivered_on)} · {way}"))
        if one.next_chase:
            told.append((_("Ask them again"), words.day(one.next_chase)))
        return told

    @property
    def changeable(self) -> bool:
        """Whether another packet can still take the place of this one."""
        known = self.referral.mechanism in directory.book(db.session()).entries
        can = allowed(self.case, Verb.REFER, self.desk.actor)
        return known and can and self.referral.state in ("refused", *STEPS["supersede"][0])

    @property
    def to_translate(self) -> list[tuple[str, str]]:
        """While it has not gone out: what its reader does not read, and where to translate it."""
        if self.opened is None or self.referral.state not in STEPS["supersede"][0]:
            return []
        reference, body = self.case.reference, self.referral.mechanism
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

    @property
    def next_door(self) -> Door | None:
        """After a no, a silence, a recall or a result that left us with it: whom to turn to."""
        ended = self.referral.state in ENDED
        if self.referral.state == "outcome" and self.case.state != "accepted":
            ended = False
        return next_door(self.desk) if ended else None

    @property
    def today(self) -> date:
        """The day it is where the operator is."""
        return local_day(self.at, self.hours.zone)

    @cached_property
    def doings(self) -> list[Doing]:
        """What can be done to it now, what matters most first."""
        can, state = set(verbs_for(self.case, self.desk.actor)), self.referral.state
        ready = [
            verb
            for verb, steps in ACTS
            if verb in can and any(state in STEPS[step][0] for step in steps)
            if verb != Verb.TELL_BODY or recalling.untold(self.referral)
        ]
        return [self._doing(verb, first=verb == ready[0]) for verb in ready]

    def _doing(self, verb: Verb, *, first: bool) -> Doing:
        refused = self.wrong is not None and self.wrong[0] == verb
        form = self.wrong[1] if self.wrong and refused else self._blank(verb)
        form.on(self.case, str(verb))
        return Doing(verb, _(LABELS_OF.get(verb, TABLE[verb].label)), form, refused or first)

    def _blank(self, verb: Verb) -> HandOverForm:
        form: HandOverForm = form_of(verb)()
        form.about(self.referral, self.packet)
        if self.packet:
            form.begin(self.packet, self.today)
        return form

    def day_of(self, moment: datetime) -> str:
        """The day of what a worker did: its hour is not known exactly."""
        return date_text(local_day(moment, self.hours.zone))

    def time(self, moment: datetime) -> str:
        """A moment in the operator's zone."""
        return time_text(moment, ZoneInfo(self.hours.zone))
