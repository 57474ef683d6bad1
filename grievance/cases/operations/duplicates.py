"""Cases about the same matter, linked and never merged."""

from __future__ import annotations

from sqlalchemy import select

from grievance.cases import queries
from grievance.cases.act import Act
from grievance.cases.models import Case, DuplicateLink
from grievance.cases.verbs import Verb
from grievance.refusals import Refused


def link_duplicate(act: Act, reference: str) -> None:
    """Say that another case is about the same matter. Nothing is merged: each keeps its keys, its
    worker and its thread, and neither worker learns of the other.

    Refuses `other` for a case that is not there for this person, is this one, or is being changed
    by somebody right now (waiting for it could be for ever). A link that is there already stays.
    """
    session, case, person = act.session, act.case, act.actor.person
    act.check(Verb.LINK_DUPLICATE)
    assert person is not None  # staff, as the table says
    other = session.scalars(
        select(Case)
        .where(Case.reference == reference, queries.not_recused(person))
        .with_for_update(skip_locked=True)
    ).first()
    if other is None or other.id == case.id:
        raise Refused("other")
    if other.id in {one.id for one in queries.duplicates(session, case.id, person)}:
        return
    session.add(DuplicateLink(case_id=case.id, other_id=other.id, person_id=person, at=act.now))
    act.move(Verb.LINK_DUPLICATE, other=other.id)
    act.on(other).move(Verb.LINK_DUPLICATE, other=case.id)
