"""A hand-over as staff read it: one line of a list, and its page, which asks its panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.cases.operations import laying
from grievance.cases.operations.laying import Office
from grievance.cases.operations.moving import allowed, verbs_for
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.desk import referral_words as words
from grievance.desk.advice import Door
from grievance.desk.corrected import Fix, fixes
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, site
from grievance.desk.next_door import next_doors
from grievance.desk.packet_reading import who_learns
from grievance.desk.referral_forms import ReferralForm
from grievance.desk.referral_panels import (
    Answer,
    Consented,
    LinkLine,
    Paper,
    Step,
    answers_of,
    exchange_of,
    links_of,
)
from grievance.desk.there import days_of
from grievance.desk.verbs import DESK, ON_REFERRAL, form_of
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import date_text, time_text
from grievance.i18n import gettext as _
from grievance.referrals import queries
from grievance.referrals.links import DeskItem
from grievance.referrals.models import Referral
from grievance.referrals.operations import recalling
from grievance.referrals.states import FAILED, LABELS, LIVE
from grievance.referrals.states import TABLE as STEPS
from grievance.vault.labels import Label

ENDED = (*FAILED, "recalled", "outcome")


@dataclass(frozen=True)
class ReferralLine:
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

    @property
    def failed(self) -> bool:
        """Whether another door is to be looked for."""
        return self.referral.state in FAILED


def of_case(desk: Desk) -> list[ReferralLine]:
    """The hand-overs of a case, oldest first."""
    zone = ZoneInfo(operator_hours(db.session()).zone)
    known = directory.book(db.session())
    return [
        ReferralLine(
            one.referral,
            known.name(one.referral.mechanism),
            _(LABELS[one.referral.state]),
            time_text(one.referral.last_news, zone),
            words.day(one.referral.next_chase),
        )
        for one in queries.of_case(db.session(), desk.case.id)
    ]


@dataclass(frozen=True)
class Doing:
    """A verb that can be done to the hand-over now."""

    verb: Verb
    label: str
    form: ActForm
    open: bool


class ReferralPage:
    """Everything that the page of one hand-over shows; `wrong` is a form that was refused."""

    def __init__(
        self,
        desk: Desk,
        referral: Referral,
        at: datetime,
        wrong: tuple[Verb, ReferralForm] | None = None,
    ) -> None:
        self.desk, self.case, self.referral, self.at = desk, desk.case, referral, at
        self.wrong = wrong
        self.hours: Hours = operator_hours(db.session())
        self.paper, self.consent = Paper(desk, referral), Consented(desk, referral)

    @cached_property
    def fixes(self) -> Mapping[UUID, list[Fix]]:
        """The corrections of what staff wrote, by what they stand beside."""
        return fixes(self.desk)

    @property
    def corrects(self) -> bool:
        """Whether this member may correct it."""
        return allowed(self.case, Verb.CORRECT, self.desk.actor)

    @property
    def note(self) -> str:
        """The tracking note of the delivery."""
        kept = self.referral.note
        if kept is None:
            return ""
        return str(self.desk.opened.open_json(Label.REFERRAL_NOTE, self.referral.id, kept))

    @cached_property
    def answers(self) -> list[Answer]:
        """What the body said, oldest first."""
        return answers_of(self.desk, self.referral)

    @property
    def learns(self) -> list[str]:
        """Who else will know of it."""
        entry = directory.book(db.session()).body(self.referral.mechanism)
        return who_learns(entry) if entry else []

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of it, in words."""
        one, told = self.referral, self.paper.addressee
        if self.paper.packet:
            told += [
                (_("Appears"), _(words.FORMS[self.paper.packet.form])),
                (_("What goes out"), ", ".join(words.part_names(self.paper.packet.parts))),
            ]
        if one.purpose:
            told.append((_("For what"), _(words.PURPOSES[one.purpose])))
        if one.ends_on:
            told.append((_("Until when the consent holds"), words.day(one.ends_on)))
        if one.delivered_by and one.channel:
            way = f"{_(words.BY[one.delivered_by])} · {_(words.CHANNELS[one.channel])}"
            told.append((_("Handed over"), f"{words.day(one.delivered_on)} · {way}"))
        return told + days_of(one, self.paper.packet)

    @property
    def changeable(self) -> bool:
        """Whether another packet can still take the place of this one."""
        known = directory.book(db.session()).body(self.referral.mechanism) is not None
        can = allowed(self.case, Verb.REFER, self.desk.actor)
        return known and can and self.referral.state in ("refused", *STEPS["supersede"][0])

    @property
    def next_door(self) -> Door | None:
        """After a no, a silence, a recall or a result that left us with it, and once its day has
        passed without a word: whom to turn to."""
        today = local_day(self.at, self.hours.zone)
        ended = self.referral.state in ENDED or queries.let_pass(self.referral, today)
        if self.referral.state == "outcome" and self.case.state != "accepted":
            ended = False
        return next(iter(next_doors(self.desk, 1)), None) if ended else None

    @cached_property
    def office(self) -> Office | None:
        """Who reads what the body gets on a desk here; None where nobody does."""
        return laying.office_of(db.session(), site(), self.paper.packet)

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
            for verb in ON_REFERRAL
            if verb in can and any(state in STEPS[step][0] for step in DESK[verb].steps)
            if self._called_for(verb)
        ]
        return [self._doing(verb, first=verb == ready[0]) for verb in ready]

    def _called_for(self, verb: Verb) -> bool:
        """Whether there is something to do it to, beside where the hand-over stands."""
        if verb == Verb.TELL_BODY:
            return recalling.untold(self.referral)
        if verb == Verb.READ_REPLY:
            return any(one.unread for one in self.answers)
        if verb == Verb.LAY_ON_DESK:
            return bool(self.office) and not laying.lies(self.desk.act(0), self.referral)
        if verb == Verb.MAKE_LINK:
            return not (self.paper.packet and self.paper.packet.readers)
        if verb in (Verb.RENEW_LINK, Verb.CLOSE_LINK):
            return any(one.live for one in self.links)
        return True

    @cached_property
    def links(self) -> list[LinkLine]:
        """The reply links that were made for it, the newest first."""
        return links_of(self.referral, self.hours.zone)

    @property
    def exchange(self) -> list[Step]:
        """What went to and fro between them and us, and who did it."""
        return exchange_of(self.desk, self.referral, self.hours.zone)

    @cached_property
    def laid(self) -> str:
        """Since when it lies on the desk that the body has here; empty where it does not."""
        item = db.session.get(DeskItem, self.referral.id)
        return self.time(item.laid_at) if item else ""

    def _doing(self, verb: Verb, *, first: bool) -> Doing:
        refused = self.wrong is not None and self.wrong[0] == verb
        form = self.wrong[1] if self.wrong and refused else self._blank(verb)
        form.on(self.case, str(verb))
        return Doing(verb, _(DESK[verb].label or TABLE[verb].label), form, refused or first)

    def _blank(self, verb: Verb) -> ReferralForm:
        form: ReferralForm = form_of(verb)()
        form.about(self.referral, self.paper.packet)
        if self.paper.packet:
            form.begin(self.paper.packet, self.today)
        return form

    def day_of(self, moment: datetime) -> str:
        """The day of what a worker did: its hour is not known exactly."""
        return date_text(local_day(moment, self.hours.zone))

    def time(self, moment: datetime) -> str:
        """A moment in the operator's zone."""
        return time_text(moment, ZoneInfo(self.hours.zone))
