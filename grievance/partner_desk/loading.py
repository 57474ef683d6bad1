"""The one loader of a partner's desk: what lies there, whose yes holds, opened with the key that
the organisation's people hold, in a company with one's own. Anything else is not there: 404."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import abort

from grievance.accounts import staff
from grievance.accounts.models import Person
from grievance.cases import queries as cases
from grievance.cases.act import Act
from grievance.cases.models import Case
from grievance.cases.operations import bodies
from grievance.cases.operations.receipts import hold
from grievance.cases.operations.referring import local_today
from grievance.clock import now
from grievance.extensions import db
from grievance.papers.reading import Visit, opened_by, site
from grievance.partner_desk.surface import membership, whose
from grievance.referrals import laid
from grievance.referrals.laid import Laid


def today() -> date:
    """The day it is where the operator is."""
    return local_today(db.session(), now())


def on_desk(referral_id: UUID) -> Laid:
    """What lies on the desk of one's own organisation, in a company what one is named for; open to
    read or not; else 404."""
    return laid.find(db.session(), whose(), referral_id, today()) or abort(404)


def act_on(case: Case) -> Act:
    """What this member does to a case, of which they hold packets and nothing else."""
    member, here = staff.current_member(), membership()
    if here.by_name:
        own = db.session.get_one(Person, member.person_id).key_generation
        opened = bodies.case_by_name(case, member.person_id, {own: member.member_private})
    else:
        there = here.organisation_id
        opened = bodies.case_at(case, there, member.keys_of(there))
    return Act(db.session(), site(), opened, bodies.of_member(member.person_id), now())


def visit_of(referral_id: UUID, *, lock: bool = False) -> Visit:
    """What this member may read now; with `lock` the case is held. The first time of each of them
    is written down, so that the operator and the worker see who opened it, and when."""
    session, case_id = db.session(), on_desk(referral_id).item.case_id
    case = (hold(session, case_id) if lock else session.get(Case, case_id)) or abort(404)
    on_desk(referral_id)  # once more, now that nobody changes it
    act = act_on(case)
    found = opened_by(act, referral_id) or abort(404)
    seen = {actor for _at, actor in cases.openings(session, case_id, referral_id)}
    if act.actor.name in seen:
        return found
    if not lock:
        return visit_of(referral_id, lock=True)
    bodies.come_in(act, found.referral)
    return found
