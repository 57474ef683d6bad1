"""The corrections of what staff wrote, as a worker reads them beside what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases import corrections
from grievance.cases.opening import OpenCase
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.i18n import BY_SLUG, Language


@dataclass(frozen=True)
class Fix:
    """How it should read, since which day, and what was wrong; `last` where nothing newer is."""

    text: str = field(repr=False)
    language: Language
    why: str = field(repr=False)
    day: date
    last: bool


def fixes_of(session: Session, opened: OpenCase) -> Mapping[UUID, Sequence[Fix]]:
    """Every correction that the holder of this number may read, by what it stands beside."""
    found = corrections.of_words(session, opened)
    zone = operator_hours(session).zone if found else ""
    return {
        target: [
            Fix(
                one.text,
                BY_SLUG[one.language],
                one.why,
                local_day(one.row.at, zone),
                one is listed[-1],
            )
            for one in listed
        ]
        for target, listed in found.items()
    }
