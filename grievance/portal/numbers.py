"""The public numbers: whole half-years, as they were written down."""

from __future__ import annotations

import csv
import io

from flask import Response, make_response, render_template

from grievance.accounts import queries as accounts
from grievance.cases import half_years, publishing
from grievance.cases.figures import LEAST
from grievance.clock import local_day, now
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.portal.blueprint import portal
from grievance.web.audience import audience


@portal.get("/<language:lang>/numbers")
@audience("public")
def numbers() -> str:
    """How many reports, how long they took, what came of them, by whole half-years."""
    session = db.session()
    profile = accounts.profile(session)
    zone = profile.time_zone if profile else "UTC"
    return render_template(
        "portal/numbers.html",
        halves=half_years.shown(session),
        following=date_text(publishing.next_one(local_day(now(), zone), zone)),
        operator=profile,
        least=LEAST,
    )


@portal.get("/<language:lang>/numbers.csv")
@audience("public")
def numbers_csv() -> Response:
    """The same as one table: codes and numbers."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(half_years.HEAD)
    table.writerows(half_years.rows(db.session()))
    answer = make_response(written.getvalue())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=numbers.csv"
    return answer
