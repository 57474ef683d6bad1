"""The worker writes down a month of pay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from grievance.accounts.models import Event
from grievance.cases import records, wages
from grievance.cases.act import Act
from grievance.cases.facts import grounds_of
from grievance.cases.operations import telling
from grievance.cases.tallies import moved
from grievance.cases.verbs import Verb
from grievance.cases.wages import Month
from grievance.deadlines import keeping
from grievance.vault import values


@dataclass(frozen=True)
class Kept:
    """One month as it is to stand, and for all of them the currency and when pay comes."""

    first: date
    month: Month
    currency: str
    rule: str = ""
    lag: str = ""


def keep_wages(act: Act, kept: Kept) -> None:
    """Seal the months with this one as a new version beside the earlier ones; a month of which
    nothing is known is taken out. The law's days are counted anew. Says nothing twice. Sums stay
    in the currency that the first of them were written in. Who has the case is told, at most once
    an hour.
    """
    act.check(Verb.KEEP_WAGES)
    session, case = act.session, act.case
    before = wages.read(session, act.opened)
    currency = before.currency if before.months else kept.currency
    told = replace(before, currency=currency, rule=kept.rule, lag=kept.lag)
    after = told.keeping(kept.first, kept.month)
    if after == before or not (after.months or before.months):
        return
    row = records.write(session, act.opened, wages.PART, after.plain(), act.at)
    moved(act, before.owed, after.owed)
    keeping.recount(session, case.id, grounds_of(session, act.opened), act.now)
    case.worker_acted_at = act.at
    if case.assignee_id and not _told(act):
        telling.staff_of_answer(session, act.site, case, act.now)
    act.move(Verb.KEEP_WAGES, value=values.digest(row.content).hex())


def _told(act: Act) -> bool:
    """Whether a month of this hour was told of already."""
    mine = (Event.stream_id == act.case.id, Event.verb == Verb.KEEP_WAGES, Event.at == act.at)
    return act.session.scalar(select(Event.id).where(*mine).limit(1)) is not None
