"""The exchange as its body reads it: by days, and without the name of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from grievance.accounts.models import Event
from grievance.cases import exchange
from grievance.cases.act import Act
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals.models import Referral

SAID = {
    Verb.DELIVER: N_("We handed it over to you"),
    Verb.LAY_ON_DESK: N_("We laid it on your desk here"),
    Verb.MAKE_LINK: N_("We made a link for you"),
    Verb.RENEW_LINK: N_("We renewed your link"),
    Verb.CHASE: N_("We asked you again, or set the day on which we do"),
    Verb.READ_REPLY: N_("We read what you wrote"),
    Verb.BODY_OPENED: N_("You opened it"),
    Verb.BODY_WROTE: N_("You answered"),
    Verb.REFERRAL_NEWS: N_("You told us something another way"),
    Verb.REFERRAL_OVER: N_("You told us another way that you do not take it on"),
}
complete(SAID, exchange.SHARED)
ASKED = N_("You asked us something")
ASKED_ELSEWHERE = N_("You asked us something another way")
SILENT = N_("We had no answer from you in time")
APART = {
    (Verb.BODY_WROTE, "question"): ASKED,
    (Verb.REFERRAL_NEWS, "question"): ASKED_ELSEWHERE,
    (Verb.REFERRAL_OVER, "silent"): SILENT,
}


@dataclass(frozen=True)
class Step:
    """What one side did on a day."""

    day: date
    verb: str
    ours: bool
    said: str


def steps(act: Act, referral: Referral, door: UUID) -> list[Step]:
    """What went to and fro, oldest first; the same twice on a day is one line."""
    found = exchange.of_referral(act.session, act.case.id, referral.id)
    zone = operator_hours(act.session).zone
    known = exchange.through(found, door)
    return list(dict.fromkeys(_step(one, local_day(one.at, zone)) for one in known))


def _step(event: Event, day: date) -> Step:
    verb = Verb(event.verb)
    silent = event.codes.get("kind") == "silent"
    said = APART.get((verb, event.codes.get("kind", "")), SAID[verb])
    return Step(day, str(verb), verb in exchange.OURS or silent, _(said))
