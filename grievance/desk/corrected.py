"""The corrections of words of staff, as the desk shows them beside what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.accounts import queries as accounts
from grievance.cases import corrections
from grievance.cases.corrections import Words
from grievance.deadlines.queries import operator_hours
from grievance.desk import words
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import Language, time_text


@dataclass(frozen=True)
class Fix:
    """How it should read, who says so and when, and what was wrong."""

    text: str = field(repr=False)
    language: Language
    why: str = field(repr=False)
    by: str
    when: str


def fixes(desk: Desk) -> Mapping[UUID, list[Fix]]:
    """Every correction by what it stands beside, oldest first."""
    return shown(corrections.of_words(db.session(), desk.opened))


def shown(found: Mapping[UUID, list[Words]]) -> Mapping[UUID, list[Fix]]:
    """Those that were read, as the desk shows them."""
    if not found:
        return {}
    people = {one.row.person_id for listed in found.values() for one in listed}
    names = accounts.names(db.session(), sorted(people, key=str))
    zone = ZoneInfo(operator_hours(db.session()).zone)
    return {
        target: [
            Fix(
                one.text,
                words.tongue(one.language),
                one.why,
                names.get(one.row.person_id, ""),
                time_text(one.row.at, zone),
            )
            for one in listed
        ]
        for target, listed in found.items()
    }
