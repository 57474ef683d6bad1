"""The months of pay in words and figures of the language being spoken, for a page or a paper."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from babel.dates import format_skeleton

from grievance.cases import money
from grievance.cases.wages import BANDS, Beside, Month, Reckoned, hours_text
from grievance.deadlines.telling import until_text
from grievance.i18n import N_, current, date_text, speaking
from grievance.i18n import gettext as _
from grievance.referrals import pdf as printing
from grievance.referrals.document import CELL

SOURCE = Path(__file__).parent / "data" / "pay.typ"
HEADS = {
    "month": N_("Month of work"),
    "hours": N_("Hours worked"),
    "due": N_("Should have been paid"),
    "paid": N_("Was paid"),
    "missing": N_("Missing"),
    "until": N_("Time limit in the law"),
}
UNKNOWN = N_("Not known")
AHEAD = N_("The pay day is still to come.")
OVER = N_("%(sum)s more than was due")
TOTAL = N_("Missing in all: %(sum)s")
NO_TOTAL = N_("Nothing can be added up yet: for no month are both sums known.")
LEFT_OUT = N_(
    "Months that are not in it, because a sum is not known or the pay day is still to come: "
    "%(count)s"
)
SAID = N_("Told in the report: %(said)s")
WITHIN = N_("What is missing in all lies within that.")
ABOVE = N_("What is missing in all is %(sum)s more than that.")
BELOW = N_("What is missing in all is %(sum)s less than that.")
APART = N_("How far the two are apart cannot be worked out.")
BOTH = N_("Neither sum replaces the other.")
HOURS_ONLY = N_("Hours are only listed. What the law adds for overtime is not in these sums.")


@dataclass(frozen=True)
class Row:
    """One month, as it is read; `until` is empty where the law's limit is not to be shown."""

    first: date
    month: str
    hours: str = field(repr=False)
    due: str = field(repr=False)
    paid: str = field(repr=False)
    missing: str = field(repr=False)
    until: str
    state: str


@dataclass(frozen=True)
class Table:
    """All months, oldest first, with their heads; under it what they come to."""

    heads: dict[str, str]
    rows: tuple[Row, ...]
    total: str = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)

    @property
    def dated(self) -> bool:
        """Whether the law's limit of some month is shown."""
        return any(row.until for row in self.rows)


def month_text(first: date) -> str:
    """A month and its year."""
    return format_skeleton("yMMMM", first, locale=current().locale)


def paper_text(reckoned: Reckoned, today: date) -> str:
    """The months as the lines of a hand-over, heads first, and what they come to. Not the sum that
    was told at filing, which is another part, nor until when each can be claimed."""
    table = table_of(replace(reckoned, beside=Beside()), today, dated=False)
    names = [name for name in table.heads if name != "until"]
    rows = [CELL.join(table.heads[name] for name in names)]
    rows += [CELL.join(getattr(row, name) for name in names) for row in table.rows]
    return "\n".join([*rows, table.total, *table.notes])


def printed(slugs: Sequence[str], reckoned: Reckoned, today: date) -> bytes | None:
    """The months as a table on paper, once in each of these languages, the first the reader's;
    None where a letter has no font. It names nobody."""
    parts = []
    for slug in dict.fromkeys(slugs):
        with speaking(slug):
            table = table_of(reckoned, today, dated=False)
            names = [name for name in table.heads if name != "until"]
            parts.append(
                {
                    "language": printing.spoken(slug),
                    "heading": _("Your pay, month by month"),
                    "day": date_text(today),
                    "heads": [table.heads[name] for name in names],
                    "rows": [[getattr(row, name) for name in names] for row in table.rows],
                    "below": [table.total, *table.notes],
                }
            )
    if printing.missing_letters(printing.printable(json.dumps(parts, ensure_ascii=False))):
        return None
    return printing.compiled(SOURCE, {"tab": _("Your page"), "parts": parts})


def table_of(reckoned: Reckoned, today: date, *, dated: bool = True) -> Table:
    """The months to read; without the law's limits where they would tell who it is about."""
    diary = reckoned.diary
    rows = tuple(
        _row(day, one, diary.currency, *_until(reckoned, day, today, dated=dated))
        for day, one in diary.months.items()
    )
    heads = {name: _(head) for name, head in HEADS.items()}
    return Table(heads, rows, _total(reckoned), tuple(_notes(reckoned)))


def _row(first: date, one: Month, currency: str, until: str, state: str) -> Row:
    due, paid, missing = (_sum(sum_, currency) for sum_ in (one.due, one.paid, one.missing))
    hours = hours_text(one.minutes) or _(UNKNOWN)
    return Row(first, month_text(first), hours, due, paid, missing, until, state)


def _sum(amount: int | None, currency: str) -> str:
    if amount is None:
        return _(UNKNOWN)
    said = money.said(abs(amount), currency)
    return said if amount >= 0 else _(OVER) % {"sum": said}


def _until(reckoned: Reckoned, first: date, today: date, *, dated: bool) -> tuple[str, str]:
    if reckoned.is_ahead(first, today):
        return _(AHEAD), "ahead"
    found = reckoned.limits.get(first) if dated else None
    return (until_text(found), found.state) if found and found.last_day else ("", "")


def _total(reckoned: Reckoned) -> str:
    if reckoned.total is None:
        return _(NO_TOTAL)
    said = money.said(abs(reckoned.total), reckoned.diary.currency)
    return _(TOTAL if reckoned.total >= 0 else OVER) % {"sum": said}


def _notes(reckoned: Reckoned) -> Iterator[str]:
    if reckoned.left_out:
        yield _(LEFT_OUT) % {"count": reckoned.left_out}
    told = reckoned.beside
    if told.said:
        yield _(SAID) % {"said": _said(told.said)}
    if told.said and reckoned.total is not None:
        yield _gap(told, reckoned.diary.currency)
        yield _(BOTH)
    if any(one.minutes is not None for one in reckoned.diary.months.values()):
        yield _(HOURS_ONLY)


def _said(said: str) -> str:
    """A band in figures, which every language reads; words as they are."""
    if said not in BANDS:
        return said
    least, most = BANDS[said]
    low = money.said(least, "JPY")
    band = f"{low} – {money.said(most, 'JPY')}" if most else f"≥ {low}"
    return f"\u2066{band}\u2069"  # the smaller sum first, also from right to left


def _gap(told: Beside, currency: str) -> str:
    if told.gap is None:
        return _(APART)
    if told.gap == 0:
        return _(WITHIN)
    said = money.said(abs(told.gap), currency)
    return _(ABOVE if told.gap > 0 else BELOW) % {"sum": said}
