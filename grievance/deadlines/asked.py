"""From the answers of a report to what the law's limits are counted for.

The day that was given is the first on which money was missing, or something was done. What went on
has no end before today, and each month of pay has a day of its own. Days that may be those of
another problem never end one. Months of pay that were written down one by one come to it: each of
which something is missing counts, also before that day, and none of which nothing is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from grievance.clock import add_months
from grievance.deadlines.counting import Found, Item, Known, find, pay_day
from grievance.deadlines.limits import shipped
from grievance.questions import bank
from grievance.questions.profile import LEAVING_JAPAN, LIMIT_OF
from grievance.questions.question import Answer

WAGES = "wages"
# What else runs from the same day, beside what routing is told.
BESIDE = {
    "overtime-unpaid": "additional-payment",
    "recruitment-fees-debt": "contract-debt",
    "deposit-penalty": "contract-debt",
    "violence": "tort",
}
LEFT = "insurance-pension"  # the problem for which it is asked when somebody left Japan
BY_MONTH = (WAGES, "additional-payment")
ONCE = ("dismissal-notice", LEAVING_JAPAN)
MONTHS_BACK = 66  # further back every reading has ended
NEW_CODE = date(2020, 4, 1)  # contracts made before may stand under the old Civil Code
OLDEST = date(1950, 1, 1)
LAGS = ("same", "next")  # the month in which the pay for a month of work comes

Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Pay:
    """What was written down of pay, by months of work: the day on which it comes and in which of
    `LAGS`, empty where that is not known, and the months of which something is missing (`short`)
    or nothing is (`whole`)."""

    rule: str = ""
    lag: str = ""
    short: frozenset[date] = field(default=frozenset(), repr=False)
    whole: frozenset[date] = field(default=frozenset(), repr=False)


NO_PAY = Pay()


@dataclass(frozen=True)
class Grounds:
    """What the law's days of a case are counted from: its problems, answers and months of pay."""

    issues: Collection[str]
    answers: Answers = field(repr=False)
    pay: Pay = NO_PAY


def limits_of(issue: str) -> tuple[str, ...]:
    """The codes of the law's limits that are counted for a problem, once their days are told."""
    leaving = LEAVING_JAPAN if issue == LEFT else None
    return tuple(code for code in (LIMIT_OF.get(issue), BESIDE.get(issue), leaving) if code)


def items_of(grounds: Grounds, today: date) -> list[Item]:
    """What the law's limits run for; nothing where no day is told, or where the work is abroad and
    other law holds."""
    issues, answers, pay = grounds.issues, grounds.answers, grounds.pay
    if answers.get("location") == "abroad":
        return []
    found: dict[str, list[Item]] = {}
    since, named = _day(answers, "since"), set(bank.shipped().issues(answers))
    for issue in issues:
        for code in (LIMIT_OF.get(issue), BESIDE.get(issue)):
            if not code or code in found or not _holds(code, answers):
                continue
            found[code] = []
            if since and since <= today:
                until = min(_latest(_day(answers, "until") or today), today)
                told = _Told(since, until, today, issue in named, len(named | {*issues}) == 1, pay)
                found[code] += _items(code, told, _facts(code, since, answers))
            if code in BY_MONTH:
                found[code] += _written(code, pay, answers, today)
    left = _day(answers, "left-japan")
    if left and left <= today and LEFT in issues:
        found[LEAVING_JAPAN] = [Item(LEAVING_JAPAN, left, _latest(left))]
    return [item for items in found.values() for item in items]


@dataclass(frozen=True)
class _Told:
    """The days of a case, and how far they are those of one problem: whether the worker `named` it,
    and whether it is the `only` one. Where they may be those of another it may go on today. Of
    `pay` what was written down."""

    since: date
    until: date
    today: date
    named: bool
    only: bool
    pay: Pay

    @property
    def sure(self) -> bool:
        """Both days were told of this problem."""
        return self.named and self.only


def _holds(code: str, answers: Answers) -> bool:
    """Courts add money only under the Labour Standards Act, outside of which a family hires."""
    return code != "additional-payment" or answers.get("sector") != "domestic"


def _items(code: str, told: _Told, facts: Known) -> Iterator[Item]:
    if code in BY_MONTH:
        whole = told.pay.whole if code == WAGES else frozenset()
        for first, last in _pay_days(told, whole):
            yield Item(code, first, last if told.sure else max(last, told.today), facts)
    else:
        last = _latest(told.since)
        if code not in ONCE:
            last = max(last, told.until)
        yield Item(code, told.since, last if told.sure else max(last, told.today), facts)


def _pay_days(told: _Told, whole: Collection[date]) -> Iterator[tuple[date, date]]:
    """From when to when each month's pay fell due, from the first that was missing.

    That day was asked for; where it was not written down on which day a month is paid, later ones
    count from the first to the end of their month. What was earned to the end is paid a month
    later. Not that of the months of work that were paid in `whole`, where it is known when.
    """
    calendar, since, pay = shipped().bank, told.since, told.pay
    months, days = since.replace(day=1), []
    if told.named:
        days.append((calendar.before(since), calendar.after(_latest(since))))
        months = add_months(months, 1)
    end = min(add_months(max(since, told.until), 1), told.today)
    paid = {add_months(month, LAGS.index(pay.lag)) for month in whole} if pay.lag else set()
    while months <= end:
        if months not in paid:
            days.append(pay_day(pay.rule or None, months.year, months.month, calendar))
        months = add_months(months, 1)
    recent = [one for one in days if one[1] >= add_months(told.today, -MONTHS_BACK)]
    yield from recent or days[-1:]


def _written(code: str, pay: Pay, answers: Answers, today: date) -> Iterator[Item]:
    """The months that were written down and of which something is missing, once they were due."""
    for month in sorted(pay.short):
        first, last = pay_window(month, pay.rule, pay.lag)
        if first <= today:
            since = _day(answers, "since") or first
            yield Item(code, first, last, _facts(code, min(since, first), answers))


def pay_window(month: date, rule: str, lag: str) -> tuple[date, date]:
    """From when to when the pay for a month of work can have fallen due. `rule` is its day, `lag`
    whether it comes in the `same` month or the `next`; empty where that is not known."""
    calendar = shipped().bank
    days = [add_months(month, later) for later, one in enumerate(LAGS) if lag in ("", one)]
    found = [pay_day(rule or None, day.year, day.month, calendar) for day in days]
    return found[0][0], found[-1][1]


def pay_found(window: tuple[date, date], answers: Answers, today: date) -> Found | None:
    """The law's limit of pay that fell due from one day to another; None where the work is abroad
    and other law holds, or while it is still to come."""
    first, last = window
    if answers.get("location") == "abroad" or first > today:
        return None
    facts = _facts(WAGES, _day(answers, "since") or first, answers)
    return find(Item(WAGES, first, last, facts), shipped(), today)


def _latest(day: date) -> date:
    """The first of a month stands also for a day of it that nobody knows."""
    return add_months(day, 1) - timedelta(days=1) if day.day == 1 else day


def _facts(code: str, since: date, answers: Answers) -> Known:
    """Neither an injury nor the day on which somebody knew is asked for: both stay open."""
    return Known(
        bodily_harm=None,
        contract_before_2020_04=since < NEW_CODE,
        known=False,
        longer=answers.get("sector") == "domestic" and code == WAGES,  # outside the LSA
    )


def _day(answers: Answers, name: str) -> date | None:
    try:
        day = date.fromisoformat(str(answers.get(name) or ""))
    except ValueError:
        return None
    return day if day >= OLDEST else None
