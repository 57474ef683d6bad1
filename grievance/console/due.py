"""Closed cases that were kept for as long as the operator says: two people delete them."""

from __future__ import annotations

from flask import Response
from sqlalchemy.orm import Session

from grievance.accounts import queries, staff
from grievance.cases import erasures
from grievance.cases.state_words import ERASURE_GROUNDS, LABELS
from grievance.clock import local_day, now
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import date_text, days_text
from grievance.i18n import gettext as _
from grievance.web.audience import audience

SHOWN = 200


@console.get("/kept")
@audience("staff", "case.assign")
def kept() -> Response:
    """The cases past their time, the longest first, as far as this person may know of them."""
    session = db.session()
    profile = queries.profile(session)
    zone = profile.time_zone if profile else "UTC"
    found = erasures.due(session, now(), staff.current_member().person_id)
    rows = [
        (
            one.case.reference,
            _(LABELS[one.case.state]),
            date_text(local_day(one.until, zone)),
            one.proposed,
        )
        for one in found[:SHOWN]
    ]
    gone = _in_backups(session, zone)
    days = days_text(profile.keeps_days) if profile and profile.keeps_days else ""
    return answer("kept", rows=rows, count=len(found), days=days, gone=gone)


def _in_backups(session: Session, zone: str) -> list[tuple[str, str, str, str]]:
    """What a worker who asks can be told of a case that is gone: why, when, and until when a backup
    holds it."""
    return [
        (
            one.reference,
            _(ERASURE_GROUNDS[one.ground]),
            date_text(local_day(one.at, zone)),
            date_text(one.gone_by),
        )
        for one in erasures.in_backups(session, local_day(now(), zone))
    ]
