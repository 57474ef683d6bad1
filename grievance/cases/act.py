"""An act: somebody does something to a case, now, on the page that they saw.

Every verb is `verb(act)` or `verb(act, value)`: it says its rule, refuses with a code, and never
commits. A job acts without keys, and no verb that reads content takes its act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grievance.accounts.audit import Detail
from grievance.cases import calls, messages
from grievance.cases.actors import Actor
from grievance.cases.messages import Written
from grievance.cases.models import Case, Message
from grievance.cases.opening import OpenCase
from grievance.cases.operations import moving, reminding
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.clock import end_of_day, local_day, to_the_hour
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.refusals import Refused
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Act:
    """Who acts on an opened case, when, and the version of the page they saw; None where there was
    none."""

    session: Session
    site: Site
    opened: OpenCase
    actor: Actor
    now: datetime
    version: int | None = None

    @property
    def case(self) -> Case:
        """The row, which the caller holds locked."""
        return self.opened.case

    @property
    def at(self) -> datetime:
        """The moment as it is written down: of what a worker does only the hour."""
        return to_the_hour(self.now) if self.actor.receipt else self.now

    @property
    def hours(self) -> Hours:
        """When the operator works."""
        return operator_hours(self.session)

    @property
    def today(self) -> date:
        """The day it is where the operator is."""
        return local_day(self.now, self.hours.zone)

    def check(self, verb: Verb) -> None:
        """Refuse before anything is written, as the state table says."""
        moving.check(self.case, verb, self.actor, self.version)

    def may(self, verb: Verb) -> bool:
        """Whether the state table lets who acts do this now."""
        return moving.allowed(self.case, verb, self.actor)

    def move(self, verb: Verb, *, detail: Detail | None = None, **codes: Any) -> None:
        """Do the state change of the verb and append its event with these codes."""
        if self.actor.role == "worker":
            calls.came(self.session, self.case.id, self.at)
        moving.lapse_ended(self)
        moving.move(self, verb, codes, detail)
        reminding.plan(self.session, self.site, self.opened, self.now)

    def start(self, clock: str) -> None:
        """Run a clock in the operator's hours from here, as long as its kind says."""
        clocks.start(self.session, self.case.id, clock, self.at, self.hours)

    def start_until(self, clock: str, day: date) -> None:
        """The same, to the end of a day where the operator is."""
        ends = end_of_day(day, self.hours.zone)
        clocks.start_until(self.session, self.case.id, clock, self.at, ends)

    def meet(self, *kinds: str) -> None:
        """End clocks: what they ask for is done."""
        clocks.meet(self.session, self.case.id, kinds, self.at)

    def write(self, thread: str, verb: Verb, written: Written) -> Message:
        """Add a message to a thread of the case."""
        by = messages.Line(thread, verb, self.actor, self.at)
        return messages.write(self.session, self.opened, written, by)

    def detail(self, words: str, why: str) -> Detail:
        """Words that go sealed with the event of this act; refuses `why` without any."""
        if not words.strip():
            raise Refused(why)
        event = uuid4()
        return Detail(event, self.opened.seal_text(Label.EVENT_DETAIL, event, words))

    def on(self, other: Case) -> JobAct:
        """The same person's part in another case, which the caller holds locked: without its
        keys."""
        return JobAct(self.session, other, self.actor, self.now)

    def sent(self, form_id: UUID) -> Message | None:
        """The message that this form wrote before."""
        return messages.sent_before(self.session, self.case.id, form_id)


@dataclass(frozen=True)
class JobAct:
    """Who acts on the row of a case alone, on what stands in the clear, without keys: a job, a
    restore, or who did something to another case."""

    session: Session
    case: Case
    actor: Actor
    now: datetime

    @property
    def at(self) -> datetime:
        """The moment as it is written down."""
        return self.now

    def check(self, verb: Verb) -> None:
        """Refuse before anything is written, as the state table says."""
        moving.check(self.case, verb, self.actor)

    def move(self, verb: Verb, **codes: Any) -> None:
        """Do the state change of the verb and append its event with these codes."""
        moving.move(self, verb, codes)
