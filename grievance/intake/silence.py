"""A body that says nothing: what its worker reads, and who else can help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from grievance.cases import records
from grievance.cases.act import Act
from grievance.clock import local_day
from grievance.directory import queries as directory
from grievance.referrals import queries
from grievance.referrals.models import Referral

SHOWN = 3
HARMLESS = "speaks-your-language"  # routing notes it beside its cautions


@dataclass(frozen=True)
class Silence:
    """Bodies that never answered, each with the day on which it got the paper and the day by which
    it had not answered; and other doors, by code and name, that routing named without a caution."""

    bodies: Sequence[tuple[str, date, date]]
    doors: Sequence[tuple[str, str]]


def silence_of(act: Act) -> Silence | None:
    """Which bodies did not answer in time; None where none is silent, and for a helper."""
    rows = [one.referral for one in queries.of_case(act.session, act.case.id)]
    silent = [one for one in rows if _silent(one, act.today)]
    if not silent or act.actor.role != "worker":
        return None
    book, tried = directory.book(act.session), {one.mechanism for one in rows}
    kept = records.suggestion(act.session, act.opened).get("doors", ())
    doors = [
        (one["mechanism"], book.name(one["mechanism"]))
        for one in kept
        if one["mechanism"] in book.entries
        and one["mechanism"] not in tried
        and all(caution["code"] == HARMLESS for caution in one["cautions"])
    ]
    bodies = [
        (book.name(one.mechanism), one.delivered_on, _day(one, act.hours.zone))
        for one in silent
        if one.delivered_on
    ]
    return Silence(bodies, doors[:SHOWN])


def _day(referral: Referral, zone: str) -> date:
    """The day that we had set; once somebody noted the silence, that of the note."""
    if referral.state == "silent" or referral.next_chase is None:
        return local_day(referral.last_news, zone)
    return referral.next_chase


def _silent(referral: Referral, today: date) -> bool:
    """It went out, they did not say a word, and the day for it is over. What a worker takes there
    themselves is theirs to know."""
    if referral.delivered_by == "worker_takes_it" or referral.delivered_on is None:
        return False
    waits = referral.state == "delivered" and queries.let_pass(referral, today)
    return waits or referral.state == "silent"
