"""Which days are meant: a half-year, a month, a year, or from one day to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from flask import request

from grievance.cases.figures import Period, half_year
from grievance.clock import add_months
from grievance.i18n import N_, date_text, lazy
from grievance.i18n import gettext as _
from grievance.web.forms import Form, Select, option
from grievance.web.read_back import Day


def _month(day: date, zone: str) -> Period:
    first = day.replace(day=1)
    return Period(first, add_months(first, 1) - timedelta(days=1), zone)


def _year(day: date, zone: str) -> Period:
    return Period(date(day.year, 1, 1), date(day.year, 12, 31), zone)


def _last(made: Callable[[date, str], Period]) -> Callable[[date, str], Period]:
    return lambda day, zone: made(made(day, zone).first - timedelta(days=1), zone)


PRESETS: Mapping[str, Callable[[date, str], Period]] = {
    "half": half_year,
    "last-half": _last(half_year),
    "month": _month,
    "last-month": _last(_month),
    "year": _year,
    "last-year": _last(_year),
}
LABELS = {
    "half": N_("This half-year"),
    "last-half": N_("Last half-year"),
    "month": N_("This month"),
    "last-month": N_("Last month"),
    "year": N_("This year"),
    "last-year": N_("Last year"),
    "days": N_("From one day to another"),
}
USUAL = "half"


class PeriodForm(Form):
    """The days to count. Own days count only with `days`; the period is the usual one while what
    was typed cannot be read."""

    period = Select(lazy("Which days"))
    first = Day(lazy("First day"))
    last = Day(lazy("Last day"))

    @property
    def arguments(self) -> dict[str, str]:
        """The address of a page with the same days."""
        own = {"first": self.first.typed, "last": self.last.typed}
        chosen = {"period": str(self.period.data)}
        return chosen | (own if self.period.data not in PRESETS else {})

    def meant(self, today: date, zone: str) -> Period:
        """The days that are meant, with what is wrong beside its field."""
        self.first.later = self.last.later = _("(for days of your own)")
        self.period.choices = [option(code, _(label)) for code, label in LABELS.items()]
        if self.period.data not in LABELS:
            self.period.data = USUAL
        preset = PRESETS.get(str(self.period.data))
        if preset:
            return preset(today, zone)
        return self._own(zone) or PRESETS[USUAL](today, zone)

    def _own(self, zone: str) -> Period | None:
        for field in (self.first, self.last):
            field.validate(self)
            if not field.data and not field.errors:
                field.errors = [_("Write the day.")]
        first, last = self.first.data, self.last.data
        if self.first.errors or self.last.errors:
            return None
        if last < first:
            self.last.errors = [_("This day is before the first one.")]
            return None
        return Period(first, last, zone)


def asked(today: date, zone: str) -> tuple[PeriodForm, Period]:
    """The form as this page's address says it, and the days."""
    form = PeriodForm(request.args)
    return form, form.meant(today, zone)


def said(period: Period) -> str:
    """A period as a reader knows it."""
    days = {"first": date_text(period.first), "last": date_text(period.last)}
    return _("%(first)s to %(last)s") % days
