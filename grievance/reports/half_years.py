"""What observers read: published half-years, in which nobody can be found."""

from __future__ import annotations

import csv
import io

from flask import Response, make_response, render_template

from grievance.accounts import queries as accounts
from grievance.cases import half_years as told
from grievance.cases import publishing
from grievance.cases.figures import LEAST
from grievance.clock import local_day, now
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.reports.blueprint import bp
from grievance.reports.sheets import safe
from grievance.web.audience import audience


@bp.get("/half-years")
@audience("staff", "numbers.observe")
def half_years() -> str:
    """Whole half-years that are over, as they were written down. Days of one's own choice could be
    subtracted from each other until somebody is found, so there are none."""
    session = db.session()
    profile = accounts.profile(session)
    zone = profile.time_zone if profile else "UTC"
    return render_template(
        "reports/half_years.html",
        halves=told.shown(session, observed=True),
        following=date_text(publishing.next_one(local_day(now(), zone), zone)),
        least=LEAST,
    )


@bp.get("/half-years.csv")
@audience("staff", "numbers.observe")
def half_years_csv() -> Response:
    """The same as one table: codes and numbers."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(told.HEAD)
    rows = told.rows(db.session(), observed=True)
    table.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    answer = make_response(written.getvalue())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=half-years.csv"
    return answer
