"""What deadlines ask of the operator's profile."""

from __future__ import annotations

from datetime import time

from sqlalchemy.orm import Session

from grievance.accounts.queries import profile
from grievance.deadlines.hours import Hours


def operator_hours(session: Session) -> Hours:
    """The hours in which the operator reads, as published; none before the profile is there."""
    told = profile(session)
    if told is None:
        return Hours({})
    weekly = {
        int(weekday): [(time.fromisoformat(given[0]), time.fromisoformat(given[1]))]
        for weekday, given in told.hours.items()
        if given
    }
    return Hours(weekly, told.time_zone)
