"""Remedies as the worker reads them: what it is, how much, by when, and whether it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases.files import Stored
from grievance.cases.lifecycle import PROMISED
from grievance.cases.models import AWAITED, REMEDY_KINDS, REMEDY_STATES, Case, CaseFile, RemedyItem
from grievance.cases.money import said
from grievance.cases.opening import OpenCase
from grievance.cases.operations import remedying, sums
from grievance.cases.operations.referring import local_today
from grievance.clock import now
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.corrected import Fix, fixes_of
from grievance.model import complete, some_of

KINDS = {
    "money": N_("Money"),
    "fees": N_("Fees and costs paid back"),
    "documents": N_("Papers given back"),
    "apology": N_("An apology"),
    "job": N_("Your job back, or another job"),
    "transfer": N_("A change to another employer"),
    "safety": N_("Safety at work or at home"),
    "treatment": N_("Medical care and help to recover"),
    "rules": N_("A change of the rules"),
    "guarantee": N_("A promise that it does not happen again"),
    "other": N_("Something else"),
}
complete(KINDS, REMEDY_KINDS)
STANDS = {
    "claimed": N_("You asked for this."),
    "offered": N_("This is offered. Nothing is agreed unless you say yes."),
    "agreed": N_("This was promised to you."),
    "part": N_("A part of it has come."),
    "arrived": N_("All of it has come."),
    "not_kept": N_("It did not come, or it stopped."),
}
some_of(STANDS, REMEDY_STATES, without=("dropped",))
AMOUNTS = {
    "claimed": N_("You asked for"),
    "offered": N_("Offered"),
    "agreed": N_("Promised"),
    "received": N_("Has come"),
}
complete(AMOUNTS, sums.AMOUNTS)
MISSING = N_("Still missing of it")


@dataclass(frozen=True)
class Row:
    """One remedy in the list; `late` when its day is over and it is not all there."""

    item: RemedyItem
    kind: str
    stands: str
    late: bool
    words: str = field(repr=False)
    source: str = field(repr=False)
    amounts: Sequence[tuple[str, str]] = field(repr=False)
    proof: str = field(repr=False)
    currency: str  # of the sum that was agreed; empty where there is none
    fixes: Sequence[Fix] = ()  # the corrections of its words

    @property
    def may_come(self) -> bool:
        """Whether it is still awaited: not all there, and its day not over."""
        return self.item.state in AWAITED and not self.late


def rows(
    session: Session, opened: OpenCase, files: Sequence[tuple[CaseFile, Stored]] = ()
) -> list[Row]:
    """Every remedy that was not dropped, in the order they were written down; `files` are the
    case's own, for the names of proofs."""
    today = local_today(session, now())
    names = {row.id: stored.name for row, stored in files}
    shown = [one for one in remedying.items(session, opened.case.id) if one.state in STANDS]
    fixes = fixes_of(session, opened) if shown else {}
    made = ((_row(opened, item, today, names), fixes.get(item.id, ())) for item in shown)
    return [replace(row, fixes=of_it) for row, of_it in made]


def _not_agreed_yet(case: Case, item: RemedyItem) -> bool:
    """Staff wrote it down as a promise, and have not yet recorded that the worker said yes."""
    fresh = item.state == "agreed" and item.changed_at >= case.state_since
    return fresh and case.state not in (*PROMISED, "awaiting_worker")


def _row(opened: OpenCase, item: RemedyItem, today: date, names: Mapping[UUID, str]) -> Row:
    facts = sums.facts_of(opened, item)
    amounts = [
        (_(label), said(amount, facts.currency))
        for name, label in AMOUNTS.items()
        if (amount := getattr(facts, name)) is not None
    ]
    if facts.missing:
        amounts.append((_(MISSING), said(facts.missing, facts.currency)))
    stands = "offered" if _not_agreed_yet(opened.case, item) else item.state
    return Row(
        item,
        _(KINDS[item.kind]),
        _(STANDS[stands]),
        item.state in AWAITED and item.due_on is not None and item.due_on < today,
        facts.words,
        facts.source,
        amounts,
        names.get(item.file_id, "") if item.file_id else "",
        facts.currency if facts.agreed is not None else "",
    )
