"""How many, how long, and what came of it, over a period: counted from what stands in the clear and
from the tallies. Nothing sealed is read, and no number is of one person alone.

What each figure counts is written down for readers in `docs/numbers.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    cast,
    exists,
    extract,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from grievance.cases.models import Case, Feedback, Outcome, Recusal, RemedyItem, Tally
from grievance.cases.money import CURRENCIES
from grievance.cases.tallies import CASES, SUMS
from grievance.clock import add_months
from grievance.referrals.models import Referral
from grievance.referrals.states import ANSWERS

DAY = 24 * 60 * 60
HALF = 6  # months
LEAST = 5  # of anything, where fewer could be told from one another


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both of them counted, where the operator is."""

    first: date
    last: date
    zone: str

    @property
    def began(self) -> datetime:
        """Its first moment."""
        return _midnight(self.first, self.zone)

    @property
    def ended(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def months(self) -> int:
        """How many whole calendar months it is; 0 when it is none."""
        after = self.last + timedelta(days=1)
        whole = self.first.day == 1 and after.day == 1
        return 12 * (after.year - self.first.year) + after.month - self.first.month if whole else 0

    @property
    def before(self) -> Period:
        """The period before it: as many whole months, or else as many days."""
        days = timedelta(days=(self.last - self.first).days + 1)
        first = add_months(self.first, -self.months) if self.months else self.first - days
        return Period(first, self.first - timedelta(days=1), self.zone)

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """Whether a column's moment lies in it."""
        held: ColumnElement[bool] = (moment >= self.began) & (moment < self.ended)
        return held


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def half_year(day: date, zone: str) -> Period:
    """The half-year a day lies in: January to June, or July to December."""
    first = date(day.year, 1 if day.month <= HALF else 1 + HALF, 1)
    return Period(first, add_months(first, HALF) - timedelta(days=1), zone)


COLUMNS: Mapping[str, Any] = {
    "problem": Case.main_issue,
    "severity": Case.severity,
    "state": Case.state,
    "language": Case.language,
    "country": Case.country,
    "region": Case.region,
    "channel": Case.channel,
    "filed_for": Case.filed_for,
}
STEPS: Mapping[str, Any] = {
    "answer": Case.first_answer_at,
    "decision": Case.decided_at,
    "hand_over": Case.handed_over_at,
    "remedy": Case.remedy_kept_at,
    "closing": Case.closed_at,
}
TALLIED = ("nationality", "sector")
COUNTED = (
    *COLUMNS, "closed", "not_taken", "remedies", "kept", "content", "punished", *TALLIED,
)  # fmt: skip
NOT_TAKEN = ("not_accepted", "withdrawn")
Counts = Mapping[str, int]
Hidden = Select[UUID]


def hidden_from(person: UUID) -> Hidden:
    """The cases that no number shows this person: those in which they have a conflict of
    interest."""
    stands = (Recusal.person_id == person, Recusal.state == "stands")
    return select(Recusal.case_id).where(*stands)


def _shown(case_id: Any, hidden: Hidden | None) -> ColumnElement[bool]:
    found: ColumnElement[bool] = true() if hidden is None else case_id.not_in(hidden)
    return found


def counts(session: Session, period: Period, hidden: Hidden | None = None) -> dict[str, Counts]:
    """Every count of a period, by the name of its figure, then by code, without the cases that are
    `hidden` from whoever reads it. Codes nobody has are not there.

    The tallies hold whole months only and name no case: they are empty for any other period, and
    where one of the hidden cases was filed in it.
    """
    filed = period.holds(Case.filed_at) & _shown(Case.id, hidden)
    found = {name: _by(session, column, filed) for name, column in COLUMNS.items()}
    found["region"].pop("", None)  # a case from abroad
    found["closed"] = _by(
        session, Outcome.result, period.holds(Outcome.at), _shown(Outcome.case_id, hidden)
    )
    found["not_taken"] = _by(
        session,
        Case.state,
        Case.state.in_(NOT_TAKEN),
        period.holds(Case.state_since),
        _shown(Case.id, hidden),
    )
    made = period.holds(RemedyItem.made_at) & _shown(RemedyItem.case_id, hidden)
    found["remedies"] = _by(session, RemedyItem.kind, made)
    found["kept"] = _by(session, RemedyItem.state, made)
    at = period.holds(Feedback.at) & _shown(Feedback.case_id, hidden)
    said = (Feedback.kind == "sign_off", Feedback.state == "given", Feedback.rating.is_not(None))
    found["content"] = _by(session, Feedback.rating, *said, at)
    found["punished"] = _by(session, Feedback.reprisal, Feedback.kind == "arrival", at)
    some = hidden is not None and session.scalar(
        select(exists().where(Case.id.in_(hidden), period.holds(Case.filed_at)))
    )
    return found | _tallied(session, period, empty=bool(some))


@dataclass(frozen=True)
class Sum:
    """What was written down of a sum in a period, in the currency's smallest unit, and of how many
    cases it is."""

    amount: int
    cases: int


def money(
    session: Session, period: Period, hidden: Hidden | None = None
) -> dict[str, dict[str, Sum]]:
    """Sums by currency and by `SUMS`, of whole months; one of fewer than `LEAST` cases is not
    there. Empty where a hidden case was filed before the period ended: its sums may be among them.
    """
    some = hidden is not None and session.scalar(
        select(exists().where(Case.id.in_(hidden), Case.filed_at < period.ended))
    )
    if not period.months or some:
        return {}
    named = [*SUMS, *(name + CASES for name in SUMS)]
    chosen = (
        select(Tally.value, Tally.dimension, func.sum(Tally.count))
        .where(Tally.dimension.in_(named), Tally.month.between(period.first, period.last))
        .group_by(Tally.value, Tally.dimension)
    )
    held = {(currency, name): int(number) for currency, name, number in session.execute(chosen)}
    found: dict[str, dict[str, Sum]] = {}
    for (currency, name), amount in sorted(held.items()):
        cases = held.get((currency, name + CASES), 0)
        known = name in SUMS and currency in CURRENCIES  # one that left the list is not told
        if known and cases >= LEAST and amount > 0:
            found.setdefault(currency, {})[name] = Sum(amount, cases)
    return found


def _by(session: Session, column: Any, *conditions: ColumnElement[bool]) -> dict[str, int]:
    chosen = select(cast(column, String), func.count()).where(*conditions).group_by(column)
    return {code or "": number for code, number in session.execute(chosen)}


def _tallied(session: Session, period: Period, *, empty: bool) -> dict[str, Counts]:
    found: dict[str, dict[str, int]] = {name: {} for name in TALLIED}
    if not period.months or empty:
        return dict(found)
    chosen = (
        select(Tally.dimension, Tally.value, func.sum(Tally.count))
        .where(Tally.dimension.in_(TALLIED), Tally.month.between(period.first, period.last))
        .group_by(Tally.dimension, Tally.value)
    )
    for dimension, value, number in session.execute(chosen):
        found[dimension][value] = int(number)
    return dict(found)


def filed_by_month(
    session: Session, last: date, zone: str, hidden: Hidden | None = None
) -> list[Counted]:
    """How many cases were filed in each of twelve calendar months, up to that of `last`."""
    months = 12
    first = add_months(last.replace(day=1), 1 - months)
    start = func.date_trunc("month", func.timezone(zone, Case.filed_at))
    month = cast(start, Date).label("month")
    chosen = (
        select(month, func.count())
        .where(Period(first, last, zone).holds(Case.filed_at), _shown(Case.id, hidden))
        .group_by("month")
    )
    found: dict[date, int] = {row[0]: row[1] for row in session.execute(chosen)}
    return [
        Counted(day, found.get(day, 0)) for day in (add_months(first, at) for at in range(months))
    ]


@dataclass(frozen=True)
class Counted:
    """A month's first day, and how many."""

    month: date
    number: int


@dataclass(frozen=True)
class Spread:
    """Days from filing to a step, of the cases that reached it in the period: half of them took at
    most `median`, nine in ten at most `most`. None where there was no case."""

    number: int
    median: float | None = None
    most: float | None = None


def times(session: Session, period: Period, hidden: Hidden | None = None) -> dict[str, Spread]:
    """How long each step took, by its name."""
    reached = {name: (moment, period.holds(moment)) for name, moment in STEPS.items()}
    return {
        name: _spread(session, moment, within & _shown(Case.id, hidden))
        for name, (moment, within) in reached.items()
    }


def _spread(session: Session, moment: Any, within: ColumnElement[bool]) -> Spread:
    days = extract("epoch", moment - Case.filed_at) / DAY
    row = session.execute(
        select(
            func.count(),
            func.percentile_cont(0.5).within_group(days),
            func.percentile_cont(0.9).within_group(days),
        ).where(within)
    ).one()
    # the worker's acts are stamped to the hour, so one that was answered at once is not "before"
    shown = [max(0.0, float(value)) if value is not None else None for value in row[1:]]
    return Spread(row[0], *shown)


@dataclass(frozen=True)
class Record:
    """What a body made of the hand-overs of a period, in cases: how many workers were asked, how
    many said yes, whose case was handed over, and of these whose was answered, declined, met with
    silence so far; and the median days to the first answer."""

    mechanism: str
    asked: int
    agreed: int
    handed: int
    answered: int
    declined: int
    silent: int
    median_days: float | None


def records(session: Session, period: Period, hidden: Hidden | None = None) -> list[Record]:
    """The record of each body of which somebody was asked, or which got something, in a period; the
    one with most hand-overs first."""
    first = func.least(*(getattr(Referral, f"{kind}_on") for kind in ANSWERS))
    asked, handed = period.holds(Referral.asked_at), period.holds(Referral.delivered_at)
    answered = handed & first.is_not(None)
    cases = func.count(Referral.case_id.distinct())
    rows = session.execute(
        select(
            Referral.mechanism,
            cases.filter(asked),
            cases.filter(asked & (Referral.consent_answer == "yes")),
            cases.filter(handed),
            cases.filter(answered),
            cases.filter(handed & Referral.declined_on.is_not(None)),
            cases.filter(handed & (Referral.state == "silent")),
            func.percentile_cont(0.5).within_group(first - Referral.delivered_on).filter(answered),
        )
        .where(asked | handed, _shown(Referral.case_id, hidden))
        .group_by(Referral.mechanism)
    )
    found = [Record(*row) for row in rows]
    return sorted(found, key=lambda one: (-one.handed, -one.asked, one.mechanism))


def total(counted: Mapping[str, int] | Sequence[int]) -> int:
    """All of a figure together."""
    return sum(counted.values() if isinstance(counted, Mapping) else counted)
