"""The forms of a hand-over: the packet, the delivery, the answers, a yes by telephone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from grievance.accounts.models import Event
from grievance.cases.act import Act
from grievance.cases.models import CaseFile
from grievance.cases.states import Verb
from grievance.desk import handover_words as said
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.uploading import OneFile, WithFile
from grievance.i18n import current, lazy
from grievance.i18n import gettext as _
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations.handing import Answered, Delivery, Said
from grievance.referrals.packets import needs_immigration_warning
from grievance.referrals.states import TABLE
from grievance.referrals.templates import Template, book
from grievance.web.forms import Choice, Choices, Hidden, Line, Select, Tick, Words
from grievance.web.read_back import Day

LANGUAGES = {"ja": "日本語", "en": "English"}
ISOLATE, POP = "\u2068", "\u2069"  # around words that run in their own direction
FIELD = "field_"  # before the name of a text written for the packet
READING = "reading_"  # before the name of the same in the worker's language
WISH_FIELDS = {"wish_when": "contact-when", "wish_never": "contact-never"}


class PacketForm(ActForm):
    """What is to go out, for what, until when. `packet_form` adds the texts that a template asks
    for."""

    form = Choice(lazy("How the worker appears"), needed=lazy("Choose how the worker appears."))
    pseudonym = Line(lazy("The other name"), hint=lazy("Only when you chose another name."))
    language = Select(lazy("Language of the document"), needed=lazy("Choose a language."))
    parts = Choices(lazy("What goes out"), needed=lazy("Tick what goes out."))
    copies = Choices(lazy("Copies that go with it"))
    purpose = Select(lazy("For what"), needed=lazy("Choose for what."))
    ends_on = Day(
        lazy("Until when the consent holds"), needed=lazy("Write until when the consent holds.")
    )
    wish_when = Words(lazy("When it is safe, in the language of the document"), limit=300)
    wish_never = Words(
        lazy("What must never be said or written, in the language of the document"), limit=300
    )
    template: Template
    mechanism = ""

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
        """The others that a person sees."""
        return [one for one in self.shown if not _is_text(one.short_name)]

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
    def codes(self) -> dict[str, Any]:
        return {"mechanism": self.mechanism}


def _is_text(name: str) -> bool:
    return name.startswith((FIELD, READING))


@cache
def packet_form(template: str) -> type[PacketForm]:
    """The form of a template: with a text for each thing no question of the worker answers."""
    inside = {item for shape in book().templates[template].sections for item in shape.items}
    wanted = [f for part in book().parts.values() for f in part.fields if f in inside]
    fields = {
        before + name: Words(name, limit=4000) for name in wanted for before in (FIELD, READING)
    }
    return type("TemplateForm", (PacketForm,), fields)


class HandOverForm(ActForm):
    """A verb on one hand-over; `field` is the one that says it all, where one does."""

    referral: Referral
    field = ""

    def about(self, referral: Referral, packet: Packet | None) -> None:
        """Stand on the page of this hand-over, with what can be chosen there."""
        self.referral = referral

    def begin(self, packet: Packet, today: date) -> None:
        """Put in what a fresh form starts with."""

    def said(self, act: Act) -> Any:
        """What is said of the hand-over, as the verb takes it."""
        return self[self.field].data

    @property
    def codes(self) -> dict[str, Any]:
        return {"referral": str(self.referral.id)}


class ConsentForm(HandOverForm):
    """The worker's yes or no by telephone. What was shown to staff is carried along."""

    digest = Hidden()
    recipient = Hidden()
    shown_purpose = Hidden()
    shown_form = Hidden()
    shown_end = Hidden()
    shown_parts = Hidden()
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

    def said(self, act: Act) -> Said:
        """The answer to exactly what stood on the page."""
        yes = self.answer.data == "yes"
        return Said(
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
            recorder_id=act.actor.person,
            words=self.words.data or "",
        )

    @property
    def shown(self) -> list[Any]:
        return [one for one in super().shown if one.short_name != "immigration" or self.warns]


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


class DeliverForm(HandOverForm):
    """How it went out."""

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
        usual = book().templates[packet.template].channels if packet else ()
        order = dict.fromkeys((*usual, *said.CHANNELS))
        self.by.choices = choices_of((code, _(label)) for code, label in said.BY.items())
        self.channel.choices = choices_of((code, _(said.CHANNELS[code])) for code in order)

    def begin(self, packet: Packet, today: date) -> None:
        self.by.data = "staff"
        self.on_day.process_data(today)

    def said(self, act: Act) -> Delivery:
        """How it went out."""
        return Delivery(
            str(self.by.data),
            str(self.channel.data),
            self.on_day.data,
            self.tracking.data or "",
            self.next_chase.data,
        )


class AnswerForm(WithFile, HandOverForm):
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
            if referral.state in TABLE[code][0]
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

    def said(self, act: Act) -> Answered:
        """What the body said, with the file that came with it made part of the case."""
        file = self.attach(act)
        return Answered(
            str(self.kind.data),
            self.on_day.data,
            self.number.data or "",
            self.told.data or "",
            file.id if file else None,
            self.next_chase.data,
        )


class ChaseForm(HandOverForm):
    """The next day on which the body is asked."""

    field = "next_chase"
    next_chase = Day(lazy("When to ask them again"), needed=lazy("Write the day."))

    def begin(self, packet: Packet, today: date) -> None:
        days = book().templates[packet.template].chase_days
        self.next_chase.process_data(today + timedelta(days=days))


class RecallForm(HandOverForm):
    """How the worker asked us to take it back."""

    field = "reason"
    reason = Line(
        lazy("How did the worker ask for it?"),
        hint=lazy("For example: by telephone today. It is kept sealed."),
        needed=lazy("Write how the worker asked for it."),
    )


class TellForm(HandOverForm):
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
