"""The page of numbers, and the same as a table to take along."""

from __future__ import annotations

from flask import Response, make_response, render_template

from grievance.accounts import queries as accounts
from grievance.accounts import staff
from grievance.clock import local_day, now
from grievance.extensions import db
from grievance.reports import sheets
from grievance.reports.blueprint import bp
from grievance.reports.periods import PeriodForm, asked, said
from grievance.reports.reading import Numbers
from grievance.reports.reading import numbers as count
from grievance.reports.words import HOW_LONG, MONEY, RECORD
from grievance.web.audience import audience

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _asked() -> tuple[PeriodForm, Numbers]:
    session = db.session()
    profile = accounts.profile(session)
    zone = profile.time_zone if profile else "UTC"
    today = local_day(now(), zone)
    form, period = asked(today, zone)
    return form, count(session, period, today, staff.current_member().person_id)


@bp.get("/numbers")
@audience("staff", "numbers.read")
def numbers() -> str:
    """How many cases, how long, what came of them, and how bodies answer."""
    form, told = _asked()
    return render_template(
        "reports/numbers.html",
        form=form,
        told=told,
        period=said(told.period),
        before=said(told.period.before),
        how_long=HOW_LONG,
        record=RECORD,
        counted_money=MONEY,
        arguments=form.arguments,
    )


@bp.get("/numbers.csv")
@audience("staff", "numbers.read")
def numbers_csv() -> Response:
    """The numbers of these days as CSV: codes and counts, nothing of any one case."""
    _form, told = _asked()
    return _file(told, "\ufeff" + sheets.csv_of(told), "csv", "text/csv; charset=utf-8")


@bp.get("/numbers.xlsx")
@audience("staff", "numbers.read")
def numbers_xlsx() -> Response:
    """The same table for a spreadsheet."""
    _form, told = _asked()
    return _file(told, sheets.xlsx_of(told), "xlsx", XLSX)


def _file(told: Numbers, content: str | bytes, ending: str, kind: str) -> Response:
    answer = make_response(content)
    name = f"numbers-{told.period.first}-{told.period.last}.{ending}"
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
