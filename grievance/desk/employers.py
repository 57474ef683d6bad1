"""Employers that stand in several cases, for leads and directors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template

from grievance.accounts import audit, staff
from grievance.cases import employers as repeating
from grievance.cases import index
from grievance.cases.employers import Employer
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.desk.blueprint import bp
from grievance.desk.loading import index_elsewhere, reader_of, site
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.questions.summary import issue_label
from grievance.web.audience import audience

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One employer: how many cases and how many of them are open, since when, and how often each
    problem; the cases themselves, the latest first."""

    name: str = field(repr=False)
    count: int
    still_open: int
    since: str
    problems: Sequence[tuple[str, int]]
    cases: Sequence[Case]


@bp.get("/employers")
@audience("staff", "case.assign")
def employers() -> str:
    """Who stands in more than one case; that it was looked at is noted as a search."""
    member, session = staff.current_member(), db.session()
    reader = reader_of(member)
    index.refresh(session, site().ring, reader)
    audit.record_read(session, member.organisation_id, actor=member.actor, now=now(), what="search")
    session.commit()  # nobody waits for this page
    index_elsewhere(member)
    found = repeating.repeated(session, reader)
    folds = member.operator is not None and member.operator.folds
    zone = operator_hours(session).zone
    page = render_template(
        "desk/employers.html",
        lines=[_line(one, zone, folds) for one in found[:SHOWN]],
        count=len(found),
        folds=folds,
        left=index.left(session, reader),
    )
    session.commit()
    return page


def _line(one: Employer, zone: str, folds: bool) -> Line:
    problems = Counter(issue_label(case.main_issue) for case in one.cases)
    return Line(
        "" if folds else one.name,
        len(one.cases),
        sum(case.state in OPEN for case in one.cases),
        date_text(local_day(one.cases[-1].filed_at, zone)),
        problems.most_common(),
        one.cases,
    )
