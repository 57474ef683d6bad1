"""The days of the law of somebody's cases as a calendar file, which says nothing of what it is.

A calendar may lie with another company and be shared with a family: an entry names the reference
of its case, which leads nowhere without signing in, and no more.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from flask import Response, make_response
from icalendar import Alarm, Calendar, Event

from grievance.accounts import staff
from grievance.cases.queue import Seer, days_of_law
from grievance.clock import local_day, now, real_now
from grievance.deadlines.keeping import AHEAD
from grievance.deadlines.limits import JAPAN
from grievance.desk.blueprint import bp
from grievance.extensions import db
from grievance.web.audience import audience

MADE_BY = "-//Days//EN"


@bp.get("/days.ics", endpoint="days_of_law")
@audience("staff", "case.read")
def days_ics() -> Response:
    """Every day of the law that is to come in this person's open cases: on the day itself, and
    called to mind 180, 60 and 14 days before."""
    at, member = now(), staff.current_member()
    days = days_of_law(Seer(db.session(), member.person_id, at), local_day(at, JAPAN))
    answer = make_response(calendar_of(days, real_now()))
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=days.ics"
    return answer


def calendar_of(days: list[tuple[str, date]], made_at: datetime) -> bytes:
    """These days as iCalendar (RFC 5545). The same day of the same case is the same entry each
    time, so that a file that is read in again adds nothing twice."""
    made = Calendar({"prodid": MADE_BY, "version": "2.0"})
    for reference, day in days:
        entry = Event()
        entry.add("uid", str(uuid5(NAMESPACE_OID, f"{reference} {day}")))
        entry.add("dtstamp", made_at)
        entry.add("dtstart", day)
        entry.add("dtend", day + timedelta(days=1))
        entry.add("summary", reference)
        entry.add("transp", "TRANSPARENT")
        for before in AHEAD:
            bell = Alarm()
            bell.add("action", "DISPLAY")
            bell.add("description", reference)
            bell.add("trigger", -timedelta(days=before))
            entry.add_component(bell)
        made.add_component(entry)
    return bytes(made.to_ical())
