"""From the answers of a report to what the law's limits are counted for.

The day that was given is the first on which money was missing, or something was done. What went on
has no end before today, and each month of pay has a day of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from grievance.clock import add_months
from grievance.deadlines.counting import Item, Known
from grievance.deadlines.limits import shipped
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
BY_MONTH = (WAGES, "additional-payment")
ONCE = ("dismissal-notice", LEAVING_JAPAN)
MONTHS_BACK = 66  # further back every reading has ended
NEW_CODE = date(2020, 4, 1)  # contracts made before may stand under the old Civil Code
OLDEST = date(1950, 1, 1)

Answers = Mapping[str, Answer]


def items_of(issues: Collection[str], answers: Answers, today: date) -> list[Item]:
    """What the law's limits run for, by the problems of a case and its answers; nothing where no
    day was given, or where the work is abroad and other law holds."""
    if answers.get("location") == "abroad":
        return []
    found: dict[str, list[Item]] = {}
    since, until = _day(answers, "since"), _day(answers, "until")
    for issue in issues:
        for code in (LIMIT_OF.get(issue), BESIDE.get(issue)):
            if code and code not in found and since and since <= today:
                facts = _facts(code, since, answers)
                found[code] = list(_items(code, since, until or today, today, facts))
    left = _day(answers, "left-japan")
    if left and "insurance-pension" in issues:
        found[LEAVING_JAPAN] = [Item(LEAVING_JAPAN, left, left)]
    return [item for items in found.values() for item in items]


def _items(code: str, since: date, until: date, today: date, facts: Known) -> Iterator[Item]:
    if code in BY_MONTH:
        for first, last in _pay_days(since, until, today):
            yield Item(code, first, last, facts)
    else:
        yield Item(code, since, since if code in ONCE else max(since, min(until, today)), facts)


def _pay_days(since: date, until: date, today: date) -> Iterator[tuple[date, date]]:
    """From when to when each month's pay fell due, from the first that was missing.

    Banks pay the day before where it is a holiday. The first of a month stands also for a day that
    is not known. What was earned to the end is paid a month later.
    """
    bank, days = shipped().bank, []
    end, number = min(add_months(max(since, until), 1), today), 0
    while (day := add_months(since, number)) <= end:
        unknown = add_months(day, 1) - timedelta(days=1) if since.day == 1 else day
        days.append((bank.before(day), bank.after(unknown)))
        number += 1
    recent = [one for one in days if one[1] >= add_months(today, -MONTHS_BACK)]
    yield from recent or days[-1:]


def _facts(code: str, since: date, answers: Answers) -> Known:
    return Known(
        bodily_harm=code == "tort",
        contract_before_2020_04=since < NEW_CODE,
        longer=answers.get("sector") == "domestic" and code == WAGES,  # outside the LSA
    )


def _day(answers: Answers, name: str) -> date | None:
    try:
        day = date.fromisoformat(str(answers.get(name) or ""))
    except ValueError:
        return None
    return day if day >= OLDEST else None
