"""The months of pay that a worker writes down, and what is missing of them.

Nothing is guessed: what was left empty is not known, and a month of which one of both sums is not
known, or whose pay day is still to come, is in no total. Sums are whole numbers of the smallest
unit of the currency of where the work is, hours are minutes. Whether hours were overtime, and what
the law adds for them, is for whoever decides: it cannot be told from the hours of a month.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_territory_currencies
from sqlalchemy.orm import Session

from grievance.cases import money, records
from grievance.cases.opening import OpenCase
from grievance.clock import add_months
from grievance.deadlines.asked import MONTHS_BACK, WAGES, Answers, Pay, pay_found, pay_window
from grievance.deadlines.counting import MONTH_END, Found
from grievance.model import some_of
from grievance.questions.bank import shipped
from grievance.questions.profile import LIMIT_OF

PART = "wages"
RULES = (*(str(day) for day in range(1, 32)), MONTH_END)
LONGEST = 31 * 24 * 60  # minutes of a month
# What each answer about the sum says, in yen: at least, at most.
BANDS: Mapping[str, tuple[int, int | None]] = {
    "under-100k": (0, 100_000),
    "100k-500k": (100_000, 500_000),
    "500k-1m": (500_000, 1_000_000),
    "1m-5m": (1_000_000, 5_000_000),
    "over-5m": (5_000_000, None),
}
some_of(BANDS, [one.code for one in shipped().questions["amount-band"].options])
_POINTS = str.maketrans({"٫": ".", "٬": ",", "。": ".", "、": ","})


class NotHours(ValueError):
    """What was typed are no hours; it is not repeated here."""


@dataclass(frozen=True)
class Month:
    """A month of work: minutes, what should have been paid, what was paid; None is not known."""

    minutes: int | None = field(default=None, repr=False)
    due: int | None = field(default=None, repr=False)
    paid: int | None = field(default=None, repr=False)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known of it."""
        return self.minutes is None and self.due is None and self.paid is None

    @property
    def missing(self) -> int | None:
        """How much less was paid than was due; below 0 where more was, None while not known."""
        return None if self.due is None or self.paid is None else self.due - self.paid


@dataclass(frozen=True)
class Diary:
    """The months that were written down, by their first day; the day on which pay comes and in
    which month, empty where that is not known."""

    currency: str = ""
    rule: str = ""
    lag: str = ""
    months: Mapping[date, Month] = field(default_factory=dict, repr=False)

    def keeping(self, first: date, month: Month) -> Diary:
        """With this month; without it where nothing is known of it."""
        kept = {**self.months, first: month}
        return replace(self, months={day: kept[day] for day in sorted(kept) if not kept[day].empty})

    def window(self, first: date) -> tuple[date, date]:
        """From when to when the pay of a month can have been due."""
        return pay_window(first, self.rule, self.lag)

    @property
    def pay(self) -> Pay:
        """What the law's limits can be counted from."""
        missing = {day: one.missing for day, one in self.months.items() if one.missing is not None}
        short = frozenset(day for day, gap in missing.items() if gap > 0)
        return Pay(self.rule, self.lag, short, frozenset(missing) - short)

    @property
    def owed(self) -> dict[tuple[str, str], int]:
        """What is missing of all months that are known, as it is tallied, by currency."""
        known = [one.missing for one in self.months.values() if one.missing is not None]
        return {("owed", self.currency): max(0, sum(known))} if known else {}

    def plain(self) -> dict[str, Any]:
        """As it is sealed, and as a copy gives it."""
        months = {
            f"{day:%Y-%m}": {"minutes": one.minutes, "due": one.due, "paid": one.paid}
            for day, one in self.months.items()
        }
        told = {"currency": self.currency, "pay_day": self.rule, "paid_in": self.lag}
        return {**told, "months": months}


@dataclass(frozen=True)
class Beside:
    """The sum that is reckoned beside what the worker said before: `said` is the answer, `gap` how
    far the sum is above (or, below 0, under) it, None where that was not said in figures."""

    said: str = field(default="", repr=False)
    gap: int | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reckoned:
    """What the months come to: each with what the law's limit of its pay day says, the sum of all
    that are known and due, and how many months are not in it."""

    diary: Diary
    limits: Mapping[date, Found | None]
    total: int | None = field(repr=False)
    left_out: int
    beside: Beside

    def is_ahead(self, first: date, today: date) -> bool:
        """Whether the pay day of a month is still to come, however late it can be counted."""
        return self.diary.window(first)[0] > today


def is_about_pay(issues: Collection[str]) -> bool:
    """Whether one of the problems is of pay that is missing."""
    return any(LIMIT_OF.get(issue) == WAGES for issue in issues)


def read(session: Session, opened: OpenCase) -> Diary:
    """What was written down last; empty where nothing was."""
    return diary_of(records.read(session, opened, PART))


def diary_of(told: Mapping[str, Any]) -> Diary:
    """The same from the part of the case that holds it."""
    if not told:
        return Diary()
    months = {date.fromisoformat(f"{day}-01"): Month(**one) for day, one in told["months"].items()}
    return Diary(told["currency"], told["pay_day"], told["paid_in"], months)


def currency_of(country: str) -> str:
    """The currency of a country; empty where it is none that amounts are kept in."""
    listed = get_territory_currencies(country) if country else []
    return next((str(one) for one in listed if one in money.CURRENCIES), "")


def months_open(today: date) -> list[date]:
    """The months that can be written down, the latest first."""
    this = today.replace(day=1)
    return [add_months(this, -back) for back in range(MONTHS_BACK + 1)]


def next_month(diary: Diary, answers: Answers, today: date) -> date:
    """The month that is asked for next: after the last one written down, else the one since which
    money is missing."""
    known, this = set(diary.months), today.replace(day=1)
    try:
        since = date.fromisoformat(str(answers.get("since") or "")).replace(day=1)
    except ValueError:
        since = add_months(this, -1)
    month = max(min(since, this), months_open(today)[-1])
    while month in known and month < this:
        month = add_months(month, 1)
    return month


def reckon(diary: Diary, answers: Answers, today: date) -> Reckoned:
    """What is missing, month by month and in all, beside what the worker said."""
    due = {day: one for day, one in diary.months.items() if diary.window(day)[0] <= today}
    known = [one.missing for one in due.values() if one.missing is not None]
    total = sum(known) if known else None
    limits = {day: pay_found(diary.window(day), answers, today) for day in diary.months}
    left = len(diary.months) - len(known)
    return Reckoned(diary, limits, total, left, beside(total, diary.currency, answers))


def beside(total: int | None, currency: str, answers: Answers) -> Beside:
    """What the worker said before the months were written down, and how far the sum is from it."""
    said = str(answers.get("amount-words") or answers.get("amount-band") or "")
    if said not in BANDS or currency != "JPY" or total is None:
        return Beside("" if said == "unknown" else said)
    least, most = BANDS[said]
    return Beside(said, min(0, total - least) or max(0, total - most if most else 0))


def figures(typed: str) -> str:
    """What was typed with digits, points and commas of any script as ASCII has them."""
    text = unicodedata.normalize("NFKC", typed).translate(_POINTS)
    return "".join(str(unicodedata.decimal(one, one)) for one in text).strip()


def amount_in(typed: str, currency: str) -> int:
    """A sum as somebody writes it; `NotAnAmount` for anything else."""
    text = figures(typed)
    if currency == "JPY":
        text = text.removeprefix("¥").removesuffix("円")
    return money.parse(text.strip(), currency)


def minutes_in(typed: str) -> int:
    """Hours of a month as `170.5` or `170:30`, in minutes; `NotHours` for anything else, and for
    more than a month has."""
    hours, colon, rest = figures(typed).partition(":")
    if not re.fullmatch(r"\d{1,3}([.,]\d{1,4})?", hours, re.ASCII):
        raise NotHours
    if colon:
        if not (hours.isdecimal() and re.fullmatch("[0-5][0-9]", rest)):
            raise NotHours
        minutes = int(hours) * 60 + int(rest)
    else:
        minutes = int((Decimal(hours.replace(",", ".")) * 60).to_integral_value())
    if minutes > LONGEST:
        raise NotHours
    return minutes


def hours_text(minutes: int | None) -> str:
    """Hours and minutes as they are written in a table: 170:30; empty where not known."""
    return "" if minutes is None else f"{minutes // 60}:{minutes % 60:02}"
