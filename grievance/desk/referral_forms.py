"""The forms of a hand-over: the delivery, the answers, a yes by telephone, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from grievance import clock
from grievance.accounts.models import Event
from grievance.cases.operations import laying
from grievance.cases.operations.referring import About
from grievance.cases.verbs import Verb
from grievance.desk import referral_words as said
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk, named, referral_of, site
from grievance.desk.uploading import OneFile, WithFile
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.referrals import asking, queries
from grievance.referrals.answered import Answered
from grievance.referrals.drafting import needs_immigration_warning
from grievance.referrals.models import ON_DESK, Packet, Referral
from grievance.referrals.operations.steps import Delivery, Said
from grievance.referrals.states import SAYABLE
from grievance.referrals.templates import book
from grievance.web.forms import Choice, Hidden, Line, Select, Tick, Words
from grievance.web.read_back import Day


class ReferralForm(ActForm):
    """A verb on one hand-over; `field` is the one that says it all, where one does."""

    referral: Referral
    field = ""

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        row = referral_of(desk, named("referral_id"))
        wanted = row.packet_id
        self.about(row, queries.packet(db.session(), desk.case.id, wanted) if wanted else None)

    def about(self, referral: Referral, packet: Packet | None) -> None:
        """Stand on the page of this hand-over, with what can be chosen there."""
        self.referral = referral

    def begin(self, packet: Packet, today: date) -> None:
        """Put in what a fresh form starts with."""

    def value(self, desk: Desk) -> About[Any]:
        return About(self.referral, self[self.field].data)

    @property
    def codes(self) -> dict[str, Any]:
        return {"referral": str(self.referral.id)}


class ConsentForm(ReferralForm):
    """The worker's yes or no by telephone. What was shown to staff is carried along."""

    digest = Hidden()
    recipient = Hidden()
    shown_purpose = Hidden()
    shown_form = Hidden()
    shown_end = Hidden()
    shown_parts = Hidden()
    shown_office = Hidden()
    answer = Choice(lazy("The worker says"), needed=lazy("Choose yes or no."))
    read_back = Tick(
        lazy("I read out to whom, what, in which form and until when, and heard the answer myself"),
        needed=lazy("Read it back to the worker first."),
    )
    immigration = Tick(
        lazy("I read out the warning about immigration, and the worker agreed to it")
    )
    words = Words(
        lazy("What you read out and what they answered"),
        needed=lazy("Write what was read out and what the worker answered."),
        limit=2000,
    )
    warns = False

    def about(self, referral: Referral, packet: Packet | None) -> None:
        super().about(referral, packet)
        self.answer.choices = choices_of((("yes", _("Yes")), ("no", _("No"))))
        if packet:
            self.warns = needs_immigration_warning(packet.immigration, packet.parts)

    def begin(self, packet: Packet, today: date) -> None:
        referral = self.referral
        self.digest.data = packet.digest.hex() if packet.digest else ""
        self.recipient.data = packet.mechanism
        self.shown_purpose.data, self.shown_form.data = referral.purpose, packet.form
        self.shown_end.data = referral.ends_on.isoformat() if referral.ends_on else ""
        self.shown_parts.data = " ".join(packet.parts)
        office = laying.office_of(db.session(), site(), packet)
        self.shown_office.data = str(office.id) if office else ""

    def value(self, desk: Desk) -> About[Said]:
        """The answer to exactly what stood on the page."""
        yes = self.answer.data == "yes"
        answer = Said(
            answer=str(self.answer.data),
            digest=_hex(self.digest.data),
            recipient=self.recipient.data or "",
            purpose=self.shown_purpose.data or "",
            form=self.shown_form.data or "",
            ends_on=_day(self.shown_end.data),
            parts=tuple((self.shown_parts.data or "").split()) if yes else (),
            given_by="staff_recorded",
            known_to="staff",
            immigration_warned=bool(self.immigration.data),
            recorder_id=desk.actor.person,
            words=self.words.data or "",
            office=_id(self.shown_office.data),
        )
        return About(self.referral, answer)

    @property
    def shown(self) -> list[Any]:
        return [one for one in super().shown if one.short_name != "immigration" or self.warns]


def _id(typed: str | None) -> UUID | None:
    """The office that was shown; one that is nobody's for what is none."""
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return UUID(int=0)


def _hex(typed: str | None) -> bytes:
    try:
        return bytes.fromhex(typed or "")
    except ValueError:
        return b""


def _day(typed: str | None) -> date:
    try:
        return date.fromisoformat(typed or "")
    except ValueError:
        return date.min


class DeliverForm(ReferralForm):
    """How it went out; for a body with an account first of all on its own desk here, and what only
    people who were named may read there alone."""

    has_desk = False
    by = Choice(lazy("Who hands it over"), needed=lazy("Choose who hands it over."))
    channel = Select(lazy("How"), needed=lazy("Choose how it was handed over."))
    on_day = Day(lazy("On which day"), past=True, needed=lazy("Write the day."))
    tracking = Line(
        lazy("Tracking number or note"), hint=lazy("Kept sealed. The worker may read it.")
    )
    next_chase = Day(
        lazy("When to ask them again"), hint=lazy("Empty: after the usual time of this body.")
    )

    def about(self, referral: Referral, packet: Packet | None) -> None:
        super().about(referral, packet)
        self.has_desk = bool(laying.office_of(db.session(), site(), packet))
        usual = book().templates[packet.template].channels if packet else ()
        order = dict.fromkeys(((ON_DESK,) if self.has_desk else ()) + (*usual, *said.CHANNELS))
        if not self.has_desk:
            del order[ON_DESK]
        by = list(said.BY)
        if packet and packet.readers:
            self.has_desk, by, order = True, ["staff"], {ON_DESK: None}
        self.by.choices = choices_of((code, _(said.BY[code])) for code in by)
        self.channel.choices = choices_of((code, _(said.CHANNELS[code])) for code in order)

    def begin(self, packet: Packet, today: date) -> None:
        self.by.data = "staff"
        self.channel.data = ON_DESK if self.has_desk else None
        self.on_day.process_data(today)

    def value(self, desk: Desk) -> About[Delivery]:
        """How it went out."""
        delivery = Delivery(
            str(self.by.data),
            str(self.channel.data),
            self.on_day.data,
            self.tracking.data or "",
            self.next_chase.data,
        )
        return About(self.referral, delivery)


class AnswerForm(WithFile, ReferralForm):
    """What the body said, and the letter it came in."""

    kind = Choice(lazy("What they say"), needed=lazy("Choose what they say."))
    on_day = Day(lazy("On which day"), past=True, needed=lazy("Write the day."))
    number = Line(lazy("Their reference number"), hint=lazy("Kept sealed. The worker may read it."))
    told = Words(
        lazy("What they said"), hint=lazy("Kept sealed. The worker may read it."), limit=4000
    )
    file = OneFile(lazy("Their letter"))
    next_chase = Day(
        lazy("When to ask them again"), hint=lazy("Empty: after the usual time of this body.")
    )

    def about(self, referral: Referral, packet: Packet | None) -> None:
        super().about(referral, packet)
        self.kind.choices = choices_of(
            (code, _(label))
            for code, label in said.ANSWERS.items()
            if code != "question" and referral.state in SAYABLE[code]
        )

    def begin(self, packet: Packet, today: date) -> None:
        self.on_day.process_data(today)

    @property
    def codes(self) -> dict[str, Any]:
        return {**super().codes, "kind": self.kind.data}

    def repeats(self, events: list[Event], actor: str, verb: Verb) -> bool:
        """A body that does not take it ends the hand-over: that is another verb."""
        ended = self.kind.data == "declined"
        return super().repeats(events, actor, Verb.REFERRAL_OVER if ended else verb)

    def value(self, desk: Desk) -> About[Answered]:
        """What the body said, with the file that came with it made part of the case."""
        file = self.attach(desk.act(self.seen))
        answered = Answered(
            str(self.kind.data),
            self.on_day.data,
            self.number.data or "",
            self.told.data or "",
            file.id if file else None,
            self.next_chase.data,
        )
        return About(self.referral, answered)


class ChaseForm(ReferralForm):
    """The next day on which the body is asked."""

    field = "next_chase"
    next_chase = Day(lazy("When to ask them again"), needed=lazy("Write the day."))

    def begin(self, packet: Packet, today: date) -> None:
        at = asking.At(db.session(), today, clock.now())
        self.next_chase.process_data(asking.after_word(at, packet, self.referral, today))


class RecallForm(ReferralForm):
    """How the worker asked us to take it back."""

    field = "reason"
    reason = Line(
        lazy("How did the worker ask for it?"),
        hint=lazy("For example: by telephone today. It is kept sealed."),
        needed=lazy("Write how the worker asked for it."),
    )


class TellForm(ReferralForm):
    """When the body was told that the worker took it back."""

    field = "on_day"
    on_day = Day(
        lazy("On which day"),
        hint=lazy("Tell them by the way on which it went out, and ask them to destroy it."),
        past=True,
        needed=lazy("Write the day."),
    )

    def begin(self, packet: Packet, today: date) -> None:
        self.on_day.process_data(today)
