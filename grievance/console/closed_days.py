"""The days on which the operator is closed, and the next ones on which a person reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request, url_for

from grievance.accounts import queries, staff, stepping
from grievance.accounts.closures import REASONS, Closure, OperatorCalendar, new_year
from grievance.accounts.forms import text_of
from grievance.accounts.operations import closing_days
from grievance.accounts.profile import Profile
from grievance.clock import holiday_countries, local_day, now
from grievance.console.surface import answer, console
from grievance.deadlines.promised import falls_between
from grievance.extensions import db
from grievance.i18n import clock_text, current, date_text, lazy, time_text
from grievance.i18n import gettext as _
from grievance.questions.places import country_name
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Form, Select, option
from grievance.web.pages import tell
from grievance.web.read_back import Day
from grievance.web.redirects import see_other

SHOWN = 10
SOON = timedelta(days=90)  # so long before New Year the page asks about it


class ClosedDays(Form):
    """From when to when nobody reads, and why."""

    first = Day(lazy("First closed day"), needed=lazy("Write the day."))
    last = Day(
        lazy("Last closed day"),
        hint=lazy("Both days are whole. For one day write it twice."),
        needed=lazy("Write the day."),
    )
    reason = Select(
        lazy("Reason"),
        hint=lazy("Colleagues read it here; workers read only the days."),
        needed=lazy("Choose a reason."),
        choices=[option(code, lazy(said)) for code, said in REASONS.items()],
    )

    def closure(self) -> Closure:
        """What was written."""
        return Closure(self.first.data, self.last.data, text_of(self.reason))


class Holidays(Form):
    """Whose public holidays are kept."""

    country = Select(lazy("Public holidays of"), needed=lazy("Choose a country."))


def _profile() -> Profile:
    return queries.profile(db.session()) or abort(404)


@console.route("/closed-days", methods=["GET", "POST"])
@audience("staff", "operator.edit")
def closed_days() -> Response:
    """The list, the next reading days, and adding days: looked at first, then saved."""
    if request.method == "POST":
        stepping.needs_step_up()
    form, seen = ClosedDays(request.form), None
    if request.method == "POST" and form.validate():
        try:
            closing_days.close_days(staff.acting(), form.closure())
        except Refused as refused:
            form.first.errors = [refused.sentence]
        else:
            if "look" not in request.form:
                db.session.commit()
                return see_other(url_for("console.closed_days", saved=1))
            db.session().flush()
            seen = form.closure(), _profile()
        db.session.rollback()
    return answer("closed_days", 422 if form.errors else 200, form=form, **_page(seen))


def _page(seen: tuple[Closure, Profile] | None) -> dict[str, Any]:
    told, moment = _profile(), now()
    today = local_day(moment, told.time_zone)
    shown = seen[1] if seen else told
    holidays = Holidays(country=told.calendar.country)
    holidays.country.choices = _countries()
    return {
        "saved": "saved" in request.args,
        "looked": bool(seen),
        "promised": _promised(seen[0], told) if seen else 0,
        "closed": [_row(one) for one in told.calendar.closures if one.last >= today],
        "readings": [_reading(at, shown) for at in islice(shown.readings(moment), SHOWN)],
        "holidays": holidays,
        "country": country_name(told.calendar.country, current()),
        "plain": Form(),
        "ask": _ask(told.calendar, today),
    }


def _promised(closure: Closure, told: Profile) -> int:
    return falls_between(db.session(), closure.first, closure.last, told.time_zone)


def _ask(calendar: OperatorCalendar, today: date) -> dict[str, str] | None:
    """The days of the next New Year, as long as nothing was said of them."""
    days = new_year(today)
    if days.first > today + SOON or any(days.meets(one) for one in calendar.closures):
        return None
    return {"first": days.first.isoformat(), "last": days.last.isoformat(), **_row(days)}


def _row(one: Closure) -> dict[str, str]:
    return {
        "day": one.first.isoformat(),
        "from": date_text(one.first),
        "to": date_text(one.last) if one.last != one.first else "",
        "reason": _(REASONS[one.reason]),
    }


def _reading(at: datetime, told: Profile) -> tuple[str, str]:
    """(from when, until when) of a day."""
    hours = told.opens(local_day(at, told.time_zone))
    closes = clock_text(hours[1]) if hours else ""
    return time_text(at, ZoneInfo(told.time_zone)), closes


def _countries() -> list[Any]:
    language = current()
    known = sorted((country_name(code, language), code) for code in holiday_countries())
    return [option(code, name) for name, code in known if name != code]


@console.post("/closed-days/<day>/open")
@audience("staff", "operator.edit")
def open_days(day: str) -> Response:
    """Take closed days back, found by the first of them."""
    stepping.needs_step_up()
    try:
        first = date.fromisoformat(day)
    except ValueError:
        abort(404)
    return _done(Form(request.form), lambda: closing_days.open_days(staff.acting(), first))


@console.post("/closed-days/holidays")
@audience("staff", "operator.edit")
def holidays() -> Response:
    """Say whose public holidays are kept."""
    stepping.needs_step_up()
    form = Holidays(request.form)
    form.country.choices = _countries()
    known = holiday_countries()
    return _done(
        form,
        lambda: closing_days.keep_holidays_of(staff.acting(), text_of(form.country), known),
    )


def _done(form: Form, do: Callable[[], None]) -> Response:
    """Do it and go back to the list, or say on the page why not."""
    if form.validate():
        try:
            do()
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(url_for("console.closed_days", saved=1))
    else:
        tell(form.problems[0][1], "bad")
    return answer("closed_days", 422, form=ClosedDays(), **_page(None))
