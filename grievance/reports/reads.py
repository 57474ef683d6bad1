"""Who opened what and when: the log for who looks over the work, and as a table to take along.

That it was looked at, or taken along, is a line of it, too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, url_for

from grievance.accounts import audit, staff, stepping
from grievance.accounts.roles import NAMES, Permission, Role
from grievance.cases import queries, read_log, readings
from grievance.cases.read_log import Opening, Wanted
from grievance.cases.readings import Reader
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.i18n import time_text
from grievance.reports.blueprint import bp
from grievance.reports.read_form import ReadsForm
from grievance.reports.read_words import said
from grievance.reports.sheets import safe
from grievance.web.audience import audience
from grievance.web.paging import place_of, token_for

PAGE = 50
MOST = 10_000  # lines of a table
READS = "reads"  # whose places the tokens of this list name
HEAD = ("at", "who", "what", "in_words", "case")


@dataclass(frozen=True)
class Line:
    """A line of the log in words; `case` is empty where it is of none, or of one that is `gone`."""

    at: datetime
    when: str
    who: str
    about: str
    what: str
    said: str
    case: str
    gone: bool


@bp.get("/reads")
@audience("staff", "audit.read")
def reads() -> Response:
    """Fifty lines, the newest first."""
    form = ReadsForm(request.args)
    place = place_of(READS, request.args.get("after", ""))
    wanted = replace(_meant(form), after=read_log.place(place) if place else None)
    return _page(form, wanted)


@bp.post("/reads.csv")
@audience("staff", "audit.read")
def reads_csv() -> Response:
    """What the page is narrowed to, as CSV: codes and names of staff, no word of a case."""
    stepping.needs_step_up()
    form = ReadsForm(request.form)
    wanted = replace(_meant(form), limit=MOST + 1)
    if not form.validate() or form.wrong:
        return _page(form, replace(wanted, limit=PAGE), 422)
    found = read_log.openings(db.session(), wanted)
    if len(found) > MOST:
        form.last.errors = [_("These are more than 10,000 lines. Choose fewer days.")]
        return _page(form, replace(wanted, limit=PAGE), 422)
    written = _table(_lines(found))
    note_read(what="log_saved")
    answer = make_response("\ufeff" + written)
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=reads.csv"
    return answer


def _meant(form: ReadsForm) -> Wanted:
    zone = operator_hours(db.session()).zone
    return form.meant(staff.current_member().person_id, zone)


def _page(form: ReadsForm, wanted: Wanted, status: int = 200) -> Response:
    asked = replace(wanted, limit=PAGE + 1)
    found = [] if form.wrong else read_log.openings(db.session(), asked)
    page = render_template(
        "reports/reads.html",
        form=form,
        lines=_lines(found[:PAGE]),
        following=_following(form, found),
        opens=staff.current_member().can(Permission.CASE_READ),
    )
    note_read(what="log")
    return make_response(page, status)


def note_read(*, what: str) -> None:
    """Keep that this member read the log, or took it along."""
    member = staff.current_member()
    session, at = db.session(), now()
    audit.record_read(session, member.organisation_id, actor=member.actor, now=at, what=what)
    session.commit()


def _following(form: ReadsForm, found: Sequence[Opening]) -> str:
    if len(found) <= PAGE:
        return ""
    last = found[PAGE - 1]
    after = token_for(READS, [last.at.isoformat(), str(last.id)])
    return f"{url_for('reports.reads')}?{urlencode({**form.arguments, 'after': after})}"


def _lines(found: Sequence[Opening]) -> list[Line]:
    session, own = db.session(), staff.current_member().organisation_id
    zone = ZoneInfo(operator_hours(session).zone)
    references = queries.references(session, list({one.stream_id for one in found}))
    known = readings.readers(session, {one.actor for one in found})
    return [
        Line(
            one.at.astimezone(zone),
            time_text(one.at, zone),
            *_who(known.get(one.actor)),
            one.what,
            said(one.what),
            references.get(one.stream_id, ""),
            one.stream_id not in (*references, own),
        )
        for one in found
    ]


def _who(reader: Reader | None) -> tuple[str, str]:
    if reader is None:
        return _("The system"), ""
    if reader.body:
        return directory.book(db.session()).name(reader.body), _("over its reply link")
    role = _(NAMES[Role(reader.role)]) if reader.ours else reader.organisation
    return reader.name, role


def _table(lines: Sequence[Line]) -> str:
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(HEAD)
    for one in lines:
        row = (one.at.isoformat(), one.who, one.what, one.said, one.case)
        table.writerow([safe(cell) for cell in row])
    return written.getvalue()
