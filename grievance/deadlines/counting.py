"""From what happened and the law's limits to the last day: pure, one item at a time.

Two readings are counted. The strict one starts at the earliest day that the event can have been,
and lets in only what surely moves the day: its end is `last_day`, and the last open day of the
office on or before it is `latest_safe`, which is shown. The generous one lets in whatever the law
may allow, and until it too has ended nobody is told that it is too late.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from grievance.clock import add_months
from grievance.deadlines.limits import Calendar, Limit, Limits, Period

SOON_DAYS = 60
STATES = ("open", "soon", "over", "unsure")
PASSED = ("over", "unsure")
MONTH_END = "month_end"
NEVER = date.max
DEMAND_MONTHS = 6  # Civil Code 150(1)
TALK_MONTHS = 12  # Civil Code 151(1)
TALK_IN_ALL = 60  # Civil Code 151(2)
REFUSED_MONTHS = 6  # talks refused in writing: Civil Code 151(1) no. 3
SUIT_DAYS = 30  # Individual Disputes Act 16; EEOA 24
DROPPED_MONTHS = 6  # a lawsuit that ended without a judgment: Civil Code 147(1)
JUDGED_MONTHS = 120  # one that ended with it: Civil Code 169


@dataclass(frozen=True)
class Moved:
    """Something that may move the day: what, since when, and when it ended if it has."""

    kind: str
    on: date
    ended: date | None = None


@dataclass(frozen=True)
class Known:
    """What else was said of an item. `known` is the day on which the harm and who did it became
    known, False where it is not known yet; without it the event is taken to have been known."""

    bodily_harm: bool | None = False  # None: not asked
    contract_before_2020_04: bool = False
    known: date | bool | None = None
    longer: bool = False  # another law that gives more time may hold instead


@dataclass(frozen=True)
class Item:
    """One thing that a limit runs for: it happened on a day from `first` to `last`."""

    code: str
    first: date
    last: date
    facts: Known = Known()
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class Found:
    """What the law says of one item on the day of asking. Both days are None where there is none:
    the law names no period, or a lawsuit runs. `longest` is where even the most generous reading
    ends; `carried_to` the first open day after a last day that is none, once the safe day has gone:
    the law may carry it to there (Code of Civil Procedure 95(3), Civil Code 142)."""

    code: str
    last_day: date | None
    latest_safe: date | None
    longest: date | None
    file_at: str
    state: str
    carried_to: date | None = None


def pay_day(rule: str | None, year: int, month: int, bank: Calendar) -> tuple[date, date]:
    """From when to when the wages of a month can have fallen due.

    Where the day of the rule is a bank holiday that is the bank day before, which is usual; the
    latest is the one after. Without a rule any day of the month can have been it.
    """
    begin = date(year, month, 1)
    end = add_months(begin, 1) - timedelta(days=1)
    if rule is None:
        return bank.before(begin), bank.after(end)
    day = end if rule == MONTH_END else begin.replace(day=min(int(rule), end.day))
    return bank.before(day), bank.after(day)


def find(item: Item, limits: Limits, today: date) -> Found:
    """The last day of an item as of `today`; what is still to come moves nothing.

    `KeyError` where there is no limit of this code.
    """
    limit = limits.rows[item.code]
    item = replace(item, moved=tuple(move for move in item.moved if move.on <= today))
    if limit.period is None:
        return Found(item.code, None, None, None, limit.file_at, "open")
    last = _Reading(limit, item, generous=False).end
    longest = max(last, _Reading(limit, item, generous=True).end)
    if last == NEVER:
        return Found(item.code, None, None, None, limit.file_at, "open")
    safe = limit.calendar.before(last) if limit.calendar else last
    carried = _carried(limit, last)
    return Found(
        item.code,
        last,
        safe,
        None if longest == NEVER else longest,
        limit.file_at,
        _state(last, safe, _carried(limit, longest), today),
        carried if last < carried and safe < today <= carried else None,
    )


def earliest(found: Iterable[Found]) -> Found | None:
    """Of several the one that has to be kept first; what has passed counts only where all has."""
    dated = [one for one in found if one.latest_safe is not None]
    ahead = [one for one in dated if one.state in ("open", "soon")]
    unsure = [one for one in dated if one.state == "unsure"]
    return min(ahead or unsure or dated, key=lambda one: one.latest_safe or NEVER, default=None)


def _state(last: date, safe: date, longest: date, today: date) -> str:
    """The law may carry a closed day to the next open one, so `longest` comes with that added."""
    if today > last:
        return "over" if today > longest else "unsure"
    return "soon" if (safe - today).days <= SOON_DAYS else "open"


def _carried(limit: Limit, last: date) -> date:
    """The first day from the last one on on which the office is open."""
    return last if limit.calendar is None or last == NEVER else limit.calendar.after(last)


def _no_end(limit: Limit, facts: Known) -> bool:
    """The law may allow a reading whose end nobody can name."""
    old = limit.old_contract == "always"
    old |= limit.old_contract == "bodily_harm" and facts.bodily_harm is not False
    return limit.no_end or facts.longer or (facts.contract_before_2020_04 and old)


class _Reading:
    """One reading of the law for one item; `end` is its last day, `NEVER` where it has none."""

    def __init__(self, limit: Limit, item: Item, *, generous: bool) -> None:
        self._limit, self._facts, self._generous = limit, item.facts, generous
        begin = item.last if generous else item.first
        self._period = self._of(begin)
        self._base = self._bare(begin)  # where it ends if nothing holds it
        self._held = self._base
        self._asked = self._talks = date.min  # until when a demand, or talks, hold it
        acts = {
            "demand": self._demand,
            "agreed_to_talk": self._talk,
            "acknowledged": self._acknowledge,
            "conciliation": self._conciliate,
            "lawsuit": self._sue,
        }
        for move in sorted(item.moved, key=lambda one: one.on):
            if move.kind in limit.moved_by and move.on >= item.first:
                acts[move.kind](move)

    @property
    def end(self) -> date:
        """The last day."""
        return max(self._base, self._held)

    def _of(self, begin: date) -> Period:
        limit = self._limit
        if limit.earlier and begin < limit.earlier[0]:
            return limit.earlier[1]
        if self._generous and limit.longest:
            return limit.longest
        hurt = self._facts.bodily_harm
        if limit.bodily_harm and (self._generous if hurt is None else hurt):
            return limit.bodily_harm
        return limit.period or (lambda _day: NEVER)

    def _bare(self, begin: date) -> date:
        if self._generous and _no_end(self._limit, self._facts):
            return NEVER
        from_event, known = self._limit.from_event, self._facts.known
        if from_event is None:
            return self._period(begin)
        if self._generous and known is False:
            return from_event(begin)
        since = max(begin, known) if isinstance(known, date) else begin
        return min(self._period(since), from_event(begin))

    def _demand(self, move: Moved) -> None:
        again = move.on <= self._asked or move.on <= self._talks
        if move.on <= self._base and (self._generous or not again):
            self._asked = add_months(move.on, DEMAND_MONTHS)
            self._hold(self._asked)

    def _talk(self, move: Moved) -> None:
        first = move.on <= self._base and (self._generous or move.on > self._asked)
        if not (first or move.on <= self._talks) or self._base == NEVER:
            return
        ends = min(add_months(move.on, TALK_MONTHS), add_months(self._base, TALK_IN_ALL))
        if move.ended:
            refused = add_months(move.ended, REFUSED_MONTHS)
            ends = min(ends, refused if self._generous else move.ended)
        self._talks = ends
        self._hold(ends)

    def _acknowledge(self, move: Moved) -> None:
        """Begins anew; after the end it does so where the other side may not go back on it."""
        if (self._generous or move.on <= self.end) and self._base != NEVER:
            self._base = self._held = max(self._base, self._period(move.on))
            self._asked = self._talks = date.min

    def _conciliate(self, move: Moved) -> None:
        if move.on > self.end:
            return
        if move.ended:
            self._hold(move.ended + timedelta(days=SUIT_DAYS))
        elif self._generous:
            self._hold(NEVER)  # it still runs

    def _sue(self, move: Moved) -> None:
        if move.on > self.end:
            return
        if move.ended is None:
            self._hold(NEVER)
        elif self._generous:
            self._hold(add_months(move.ended, JUDGED_MONTHS))
        elif "demand" in self._limit.moved_by:  # not where the period is fixed
            self._hold(add_months(move.ended, DROPPED_MONTHS))

    def _hold(self, until: date) -> None:
        self._held = max(self._held, until)
