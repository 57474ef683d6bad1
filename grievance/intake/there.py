"""What happens at a body with a hand-over, as its worker reads it: step by step, and by when."""

from __future__ import annotations

from dataclasses import dataclass

from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.deadlines.stages import Told, expects, procedure_of, told_of
from grievance.directory.book import Entry
from grievance.extensions import db
from grievance.referrals.models import Referral
from grievance.referrals.states import LIVE

ASKED_TO_ACT = ("complaint", "mediation", "inspection", "protection")


@dataclass(frozen=True)
class There:
    """The stages, the one at which our paper stands (empty where we cannot know it), and by when
    their next word can be expected."""

    told: Told
    here: str
    expects: str


def there_of(referral: Referral, entry: Entry | None) -> There | None:
    """None where it is over, or nobody knows what happens at this body.

    A paper that asked for advice began nothing, and of one that the worker takes there we do not
    know when it came.
    """
    told = told_of(entry.facts) if entry and referral.state in LIVE else None
    if entry is None or told is None:
        return None
    sent = referral.delivered_on
    if sent is None or referral.delivered_by == "worker_takes_it":
        return There(told, "", "")
    today = local_day(now(), operator_hours(db.session()).zone)
    answered = referral.state in ("acknowledged", "accepted")
    begun = not answered and referral.purpose in ASKED_TO_ACT
    here = procedure_of(entry.facts).sent if begun else ""
    return There(told, here, expects(entry.facts, sent, today, answered=answered))
