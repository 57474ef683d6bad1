"""What a worker was paid, month by month: one month at a time, as far as they know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases import facts, money, wages
from grievance.cases.act import Act
from grievance.cases.operations import diary as keeping
from grievance.cases.operations.diary import Kept
from grievance.cases.verbs import Verb
from grievance.cases.wage_table import Table, month_text, printed, table_of
from grievance.cases.wages import Diary, Month, NotHours
from grievance.clock import local_day
from grievance.deadlines.counting import MONTH_END
from grievance.deadlines.limits import JAPAN
from grievance.extensions import db
from grievance.i18n import N_, current, lazy
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.visits import visited
from grievance.web import resuming
from grievance.web.audience import audience
from grievance.web.downloads import streamed
from grievance.web.forms import Form, Line, Select, count_in

NOT_HOURS = N_("Write the hours of the month in digits, for example 170.5 or 170:30.")
NOT_A_SUM = N_("Write the sum in digits, for example 120,000. If nothing came, write 0.")
LONG = 40  # characters of a box
NAME = "table.pdf"  # says nothing to who sees it in a list of files


class MonthForm(Form):
    """One month of work, and for all of them when pay comes."""

    month = Select(lazy("Month of work"))
    hours = Line(
        lazy("Hours worked"),
        hint=lazy("In the whole month, for example 170.5 or 170:30."),
        limit=LONG,
    )
    due = Line(
        lazy("Should have been paid"),
        hint=lazy("With tax and insurance or without them, but the same in both boxes."),
        limit=LONG,
    )
    paid = Line(lazy("Was paid"), hint=lazy("If nothing came, write 0."), limit=LONG)
    currency = Select(lazy("Currency"))
    rule = Select(
        lazy("On which day of the month does pay come?"),
        hint=lazy("For all months. Each pay day has a time limit of its own."),
    )
    lag = Select(lazy("Pay for a month of work comes"))

    def offer(self, today: date) -> None:
        """The months, days and currencies to choose from."""
        unknown = _("I do not know")
        self.month.choices = [(f"{day:%Y-%m}", month_text(day)) for day in wages.months_open(today)]
        self.currency.choices = [(one, f"{one} – {money.name(one)}") for one in money.CURRENCIES]
        last = _("The last day of the month")
        days = [(one, last if one == MONTH_END else one) for one in wages.RULES]
        self.rule.choices = [("", unknown), *days]
        lags = {"same": _("in the same month"), "next": _("in the month after it")}
        self.lag.choices = [("", unknown), *lags.items()]

    def begin(self, kept: Diary, first: date) -> None:
        """With what was written down of a month."""
        one = kept.months.get(first, Month())
        self.month.data, self.rule.data, self.lag.data = f"{first:%Y-%m}", kept.rule, kept.lag
        self.hours.data = wages.hours_text(one.minutes)
        self.due.data = money.typed(one.due, kept.currency)
        self.paid.data = money.typed(one.paid, kept.currency)

    def value(self, currency: str) -> Kept | None:
        """The month as it was typed; None, with a sentence beside each field that is wrong."""
        month = Month(
            self._read("hours", wages.minutes_in, NOT_HOURS),
            self._read("due", lambda typed: wages.amount_in(typed, currency), NOT_A_SUM),
            self._read("paid", lambda typed: wages.amount_in(typed, currency), NOT_A_SUM),
        )
        if self.errors:
            return None
        first = date.fromisoformat(f"{self.month.data}-01")
        return Kept(first, month, currency, str(self.rule.data or ""), str(self.lag.data or ""))

    def _read(self, name: str, reading: Callable[[str], int], wrong: str) -> int | None:
        typed = str(self[name].data or "")
        if not typed:
            return None
        try:
            return reading(typed)
        except (NotHours, money.NotAnAmount):
            self[name].errors = [_(wrong)]
            return None


@dataclass(frozen=True)
class Paid:
    """What this visit's worker wrote down, and whether they may still change it."""

    act: Act
    answers: dict[str, Any]
    diary: Diary
    today: date

    @property
    def table(self) -> Table:
        """All months to read."""
        return table_of(wages.reckon(self.diary, self.answers, self.today), self.today)

    @property
    def fixed(self) -> str:
        """The currency of the sums, where it is known: that of the first ones, else that of the
        country where the work is."""
        return (self.diary.months and self.diary.currency) or wages.currency_of(
            self.act.case.country
        )

    @property
    def writes(self) -> bool:
        """Whether a month can be written down now."""
        return self.act.may(Verb.KEEP_WAGES)


def offers_wages(act: Act) -> bool:
    """Whether the worker's page leads here: pay is missing and can be written down, or was."""
    if act.actor.role != "worker":
        return False
    about = wages.is_about_pay(act.case.issues) and act.may(Verb.KEEP_WAGES)
    return about or bool(wages.read(act.session, act.opened).months)


@bp.route("/case/pay", methods=["GET", "POST"])
@audience("worker")
def pay() -> Answer | Response:
    """The months that were written down, and the form for one more."""
    paid, form = _paid(lock=request.method == "POST"), MonthForm(request.form)
    form.offer(paid.today)
    if request.method == "POST" and not paid.writes:
        return resuming.texts_page(resuming.written(), url_for("intake.case"))
    if request.method == "POST" and form.validate() and _kept(paid, form):
        return redirect(url_for("intake.pay", kept=1), 303)
    if request.method == "GET":
        form.begin(paid.diary, _first(paid))
    kept = bool(request.args.get("kept"))
    shown = render_template("intake/pay.html", form=form, paid=paid, table=paid.table, kept=kept)
    db.session.commit()
    return make_response(shown, 422 if form.errors else 200)


@bp.get("/case/pay.pdf")
@audience("worker")
def pay_pdf() -> Response:
    """The months as a table on paper, in the language of the page and in Japanese, for an office;
    404 where none was written down, or where a letter has no font."""
    paid = _paid(lock=False)
    if not paid.diary.months:
        abort(404)
    reckoned = wages.reckon(paid.diary, paid.answers, paid.today)
    made = printed((current().slug, "ja"), reckoned, paid.today) or abort(404)
    db.session.commit()
    return streamed(iter([made]), NAME, "application/pdf")


def _paid(*, lock: bool) -> Paid:
    """The one loader: a worker's own months; 403 for a helper, whose case it is not."""
    act = visited(lock=lock)
    if not offers_wages(act):
        abort(403)
    told = facts.told_in(act.session, act.opened)
    today = local_day(act.now, JAPAN)
    return Paid(act, told, wages.read(act.session, act.opened), today)


def _first(paid: Paid) -> date:
    """The month that the form shows: one of those written down, by its place, else the next."""
    months, place = list(paid.diary.months), count_in(request.args.get("row"))
    if 0 <= place < len(months):
        return months[place]
    return wages.next_month(paid.diary, paid.answers, paid.today)


def _kept(paid: Paid, form: MonthForm) -> bool:
    """Keep the month; False with a sentence beside each field that is wrong."""
    value = form.value(paid.fixed or str(form.currency.data or ""))
    if value is None:
        return False
    keeping.keep_wages(paid.act, value)
    db.session.commit()
    return True
