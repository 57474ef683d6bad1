"""Hand-overs as the worker reads them: who else knows, and what would go, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from grievance.cases.opening import OpenCase, Shut, open_packet
from grievance.cases.packets import read_again
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.directory.book import Book, Entry
from grievance.directory.disclosure import (
    EMPLOYER,
    EMPLOYER_UNKNOWN,
    IMMIGRATION,
    IMMIGRATION_UNKNOWN,
    POLICE,
    POLICE_UNKNOWN,
)
from grievance.i18n import BY_SLUG, N_, Language, current
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals import models, queries, states
from grievance.referrals.abroad import outside
from grievance.referrals.document import Document, Paragraph, Section
from grievance.referrals.drafting import LINKED, needs_immigration_warning
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations import sealing
from grievance.referrals.queries import ReferralRow
from grievance.referrals.templates import book

TAKEN_BACK_UNSENT = N_("You took it back before anything went out. They know nothing of it.")
# Who knows, under four headings: none of them may say more than is so.
HEADINGS = {
    "asked": N_("We ask you first. They know nothing yet."),
    "agreed": N_("You said yes. We have not given it to them."),
    "given": N_("It was given to them. They know."),
    "ended": N_("You said no, or took your yes back."),
}
# How a hand-over stands: the heading it is under, and what is said of it.
STANDS = {
    "proposed": ("asked", N_("We are preparing it. Nothing has gone out.")),
    "asked": ("asked", N_("We wait for your yes or no. Nothing has gone out.")),
    "refused": ("ended", N_("You said no. Nothing went out.")),
    "consented": ("agreed", N_("You said yes. It has not gone out yet.")),
    "delivered": ("given", N_("It went out. They have not answered yet.")),
    "acknowledged": ("given", N_("They said that they have it.")),
    "accepted": ("given", N_("They work on it.")),
    "declined": ("given", N_("They do not take it on.")),
    "silent": ("given", N_("They did not answer in time.")),
    "outcome": ("given", N_("They told us a result.")),
    "recalled": (
        "ended",
        N_("You took it back. What they have read they know. We give them nothing more."),
    ),
}
complete(STANDS, states.STATES)
CHANGED = {
    "asked": N_("We changed this since we asked you first. Read it again, then say yes or no."),
    "yes": N_(
        "We changed this after you said yes. That yes does not count any more, and nothing went"
        " out. Read it again, then say yes or no."
    ),
}
YOUR_LAWYER = N_("Your lawyer, %(name)s")
LAWYER = N_("A lawyer whom you named")
TAKEN_THERE = N_("You take it there yourself.")
PURPOSES = {
    "advice": N_("To ask them for advice"),
    "complaint": N_("To complain there for you"),
    "mediation": N_("So that they talk with both sides and look for a solution"),
    "inspection": N_("So that they go and look at the workplace"),
    "protection": N_("So that they protect you"),
    "support": N_("So that they support you"),
}
complete(PURPOSES, models.PURPOSES)
FORMS = {
    "named": N_("With your name"),
    "pseudonym": N_("Under another name, not yours"),
    "no_identity": N_("Without saying who you are"),
}
complete(FORMS, models.FORMS)
BY = {
    "post": N_("by letter"),
    "in_person": N_("by hand"),
    "email": N_("by e-mail"),
    "web": N_("over their website"),
    "phone": N_("by telephone"),
    "app": N_("over their app"),
    "chat": N_("by chat"),
    "whatsapp": N_("by WhatsApp"),
    "desk": N_("on the desk that they have here"),
}
complete(BY, models.WAYS)
ANSWERS = {
    "acknowledged": N_("They have it"),
    "accepted": N_("They work on it"),
    "declined": N_("They do not take it on"),
    "outcome": N_("The result"),
    "progress": N_("They told us how it goes"),
    "question": N_("They asked us something"),
}
complete(ANSWERS, states.SAID)


@dataclass(frozen=True)
class Row:
    """One hand-over in the list: to whom, how it stands, since when, and when we look again."""

    referral: Referral
    name: str
    own_name: str
    stands: str
    since: date
    gone: str
    look: date | None
    late: bool  # the day for looking again is over

    @property
    def under(self) -> str:
        """The heading it stands under."""
        return "agreed" if _taken(self.referral) else STANDS[self.referral.state][0]

    @property
    def asks(self) -> bool:
        """Whether a yes or no is waited for."""
        return self.referral.state == "asked"


def rows(session: Session, opened: OpenCase) -> list[Row]:
    """Every hand-over of the case, oldest first: the same that the staff see."""
    bodies, zone = directory.book(session), operator_hours(session).zone
    return [
        row_of(hand.referral, _to(session, opened, hand, bodies), zone)
        for hand in queries.of_case(session, opened.case.id)
    ]


@dataclass(frozen=True)
class To:
    """Whom a hand-over is for; `lawyer` is the name of one whom the worker named."""

    entry: Entry | None
    lawyer: str = field(default="", repr=False)


def _to(session: Session, opened: OpenCase, hand: ReferralRow, bodies: Book) -> To:
    entry, paper = bodies.body(hand.referral.mechanism), hand.packet
    if entry is None or entry.listed or paper is None or paper.state == "draft":
        return To(entry)
    with suppress(Shut):
        return To(entry, open_packet(session, opened, paper).document.addressee.person)
    return To(entry)


def row_of(referral: Referral, to: To, zone: str) -> Row:
    """One hand-over in words, in the language being spoken."""
    entry = to.entry
    name = entry.name() if entry else referral.mechanism
    own_name = entry.facts.name_ja if entry else ""
    if entry and not entry.listed:
        name = _(YOUR_LAWYER) % {"name": f"\u2068{to.lawyer}\u2069"} if to.lawyer else _(LAWYER)
    return Row(
        referral,
        name,
        own_name if own_name != name else "",
        _stands(referral),
        local_day(referral.last_news, zone),
        _(BY[referral.channel]) if referral.channel and referral.delivered_on else "",
        referral.next_chase,
        referral.next_chase is not None and referral.next_chase < local_day(now(), zone),
    )


def known(listed: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The hand-overs under their headings; a heading without one is left out."""
    groups = ((_(told), [r for r in listed if r.under == code]) for code, told in HEADINGS.items())
    return [(heading, found) for heading, found in groups if found]


def _stands(referral: Referral) -> str:
    if referral.state == "recalled" and not referral.delivered_on:
        return _(TAKEN_BACK_UNSENT)
    return _(TAKEN_THERE if _taken(referral) else STANDS[referral.state][1])


def _taken(referral: Referral) -> bool:
    return referral.state == "delivered" and referral.delivered_by == "worker_takes_it"


@dataclass(frozen=True)
class Taking:
    """What the worker takes along and says there, in their language; `shown` is the same sentence
    in Japanese, empty where it would stand there twice."""

    bring: tuple[str, ...]
    say: str
    shown: str


def taking_of(hand: ReferralRow, document: Document | None) -> Taking | None:
    """What a worker needs who takes the paper there; None where they do not."""
    if hand.packet is None or not _taken(hand.referral):
        return None
    template, slug = book().templates[hand.packet.template], current().slug
    words = template.said([section.code for section in document.sections] if document else ())
    say, japanese = words.say(slug), words.say("ja")
    return Taking(template.to_bring(slug), say, japanese if japanese != say else "")


def changed(session: Session, referral: Referral) -> str:
    """What to say to somebody who is asked anew, because the paper is another one now."""
    before = sealing.changed(session, referral) if referral.state == "asked" else ""
    return _(CHANGED[before]) if before else ""


@dataclass(frozen=True)
class Others:
    """Who else learns of it, in sentences, by what the directory says of the body."""

    employer: str
    immigration: str
    police: str
    abroad: str


def others_of(entry: Entry | None, packet: Packet) -> Others:
    """What the directory says now; of immigration what it said of a body that tells it when the
    paper was made, so that the sentence never contradicts the warning."""
    facts = entry.facts if entry else None
    linked = facts is None or packet.immigration in LINKED
    told = packet.immigration if facts is None or linked else facts.tells_immigration
    abroad = outside(packet.mechanism)
    return Others(
        _(EMPLOYER.get(facts.notifies_employer if facts else "", EMPLOYER_UNKNOWN).worker),
        _(IMMIGRATION.get(told, IMMIGRATION_UNKNOWN).worker),
        _(POLICE.get(facts.police if facts else "", POLICE_UNKNOWN).worker),
        abroad.worker if abroad else "",
    )


def parts_of(packet: Packet) -> list[str]:
    """The names of the parts in a packet, in the language being spoken."""
    return [book().parts[code].label.say(current().slug) for code in packet.parts]


def must_warn(packet: Packet) -> bool:
    """Whether a yes needs the warning about immigration ticked."""
    return needs_immigration_warning(packet.immigration, packet.parts)


@dataclass(frozen=True)
class Line:
    """A paragraph that goes, beside it its label and text in the reader's language if we have
    them; `language` and `own` are those of its text and of the person's own words. Where only a
    translation goes, `words` are those it was made of."""

    paragraph: Paragraph
    language: Language
    own: Language
    label: str = ""
    text: str = field(default="", repr=False)
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Block:
    """A section that goes, beside it heading and hint in the reader's language."""

    section: Section
    heading: str
    hint: str
    lines: list[Line]


@dataclass(frozen=True)
class Paper:
    """The frozen document word by word, with a reading copy beside it where the reader's language
    is another one."""

    document: Document = field(repr=False)
    language: Language
    beside: Language  # the worker's when it was frozen: some headings go in it too
    title: str
    head: list[tuple[str, str]] = field(repr=False)
    blocks: list[Block] = field(repr=False)


def paper_of(
    session: Session, document: Document, said: Mapping[str, Any], entry: Entry | None
) -> Paper:
    """The paper for the reader of this page. `said` are the answers of the case.

    The reading copy shows a text only where drafting anew gives the very text that was frozen; it
    never stands for anything else. Words of the person are theirs already.
    """
    slug = current().slug
    again, copy = read_again(session, document, said, entry)
    heads = copy.head if copy and len(copy.head) == len(document.head) else ()
    blocks = [_block(section, again, copy, slug) for section in document.sections]
    return Paper(
        document,
        BY_SLUG[document.language],
        BY_SLUG[document.beside],
        copy.title if copy else "",
        list(zip(document.head, heads or [""] * len(document.head), strict=True)),
        blocks,
    )


def _block(section: Section, again: Document | None, copy: Document | None, slug: str) -> Block:
    heading = book().sections[section.code].heading.say(slug) if copy else ""
    template = book().templates[copy.template] if copy else None
    words = template.hints.get(section.code) if template and section.hint else None
    hint = words.say(slug) if words else ""
    then, now = _texts(again, section.code), _texts(copy, section.code)
    return Block(
        section,
        heading if heading != section.heading else "",
        hint if hint != section.hint else "",
        [_line(one, then.get(one.item), now.get(one.item)) for one in section.paragraphs],
    )


def _texts(document: Document | None, code: str) -> dict[str, Paragraph]:
    sections = document.sections if document else ()
    return {one.item: one for part in sections if part.code == code for one in part.paragraphs}


def _line(one: Paragraph, then: Paragraph | None, now: Paragraph | None) -> Line:
    told = then if then and not one.original and then.language != one.language else None
    own = told.language if told else one.original_language or one.language
    label = now.label if now and now.label != one.label else ""
    faithful = then is not None and now is not None and then.text == one.text
    text = now.text if faithful and now and now.text != one.text else ""
    words = told.text if told else ""
    return Line(one, BY_SLUG[one.language], BY_SLUG[own], label, text, words)
