"""A body that says nothing: whom else to ask, as staff read it. Nothing goes there by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from grievance.cases.operations.moving import allowed
from grievance.cases.verbs import Verb
from grievance.deadlines.models import Deadline
from grievance.desk.advice import Door
from grievance.desk.loading import Desk
from grievance.desk.packet_reading import doors
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.referrals import queries

SHOWN = 3


@dataclass(frozen=True)
class Silence:
    """Bodies that let their day pass, each with that day, and the next doors; none of them where
    the worker cannot be asked now."""

    bodies: Sequence[tuple[str, str]]
    doors: Sequence[Door]


def next_doors(desk: Desk, limit: int = SHOWN) -> list[Door]:
    """The first suggested doors that were not tried yet and that the directory still holds; those
    with a caution last."""
    tried = {one.referral.mechanism for one in queries.of_case(db.session(), desk.case.id)}
    left = [one for one in doors(desk) if one.listed and one.mechanism not in tried]
    return sorted(left, key=lambda one: bool(one.cautions))[:limit]


def silence_of(desk: Desk, running: Sequence[Deadline], today: date) -> Silence | None:
    """Who did not answer by their day, once somebody was told that it is over; None where nobody
    is late. `running` are the clocks of the case."""
    if not [one for one in running if one.kind == "chase" and one.attempts]:
        return None
    known, rows = directory.book(db.session()), queries.of_case(db.session(), desk.case.id)
    late = [one.referral for one in rows if queries.let_pass(one.referral, today)]
    bodies = [
        (known.name(one.mechanism), date_text(one.next_chase)) for one in late if one.next_chase
    ]
    asks = allowed(desk.case, Verb.REFER, desk.actor)
    return Silence(bodies, next_doors(desk) if asks else []) if bodies else None
