"""The one loader of an interpreter's pages: a passage that is in their hands, opened with their own
key. Anything else is not there: 404."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import abort

from grievance.accounts import staff
from grievance.accounts.models import Person
from grievance.cases import assigned
from grievance.cases.act import Act
from grievance.cases.assigned import Assigned, Content
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.operations import interpreting
from grievance.cases.operations.receipts import hold
from grievance.clock import now
from grievance.extensions import db
from grievance.papers.reading import site
from grievance.refusals import Refused


@dataclass(frozen=True)
class Visit:
    """A passage as its interpreter has it, and what they do to it; `declared` once they have said
    of this case that they have nothing to do with anybody in it."""

    act: Act
    row: Assigned
    content: Content = field(repr=False)
    declared: bool


def _generation() -> int:
    own = db.session.get_one(Person, staff.current_member().person_id)
    return own.key_generation


def in_hands() -> list[Assigned]:
    """What this member can read now, by language, then by day."""
    return assigned.mine(db.session(), staff.current_member().person_id, _generation())


def passage_of(passage_id: UUID, *, lock: bool = False) -> Visit:
    """A passage in this member's hands; with `lock` its case is held until the transaction ends."""
    session, member = db.session(), staff.current_member()
    found = session.get(Assigned, passage_id)
    if found is None or found.person_id != member.person_id:
        abort(404)
    case = hold(session, found.case_id) if lock else session.get(Case, found.case_id)
    if case is None or case.state not in OPEN:
        abort(404)
    person, private = member.person_id, member.member_private
    opened = interpreting.case_of(case, person, _generation(), private)
    act = Act(session, site(), opened, interpreting.of_interpreter(person), now())
    try:
        row, content = interpreting.read_passage(act, passage_id)
    except Refused:
        abort(404)
    return Visit(act, row, content, assigned.declared(session, case.id, person))
