"""What a page may offer: the verbs of the table, without those refused for who this person is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grievance.cases import queries
from grievance.cases.actors import Actor
from grievance.cases.models import Case
from grievance.cases.operations import (
    conflicts,
    deciding,
    escalating,
    extending,
    eyes,
    pausing,
    receipts,
)
from grievance.cases.operations.moving import verbs_for
from grievance.cases.verbs import Verb


def offered(session: Session, case: Case, actor: Actor, now: datetime) -> list[Verb]:
    """What this person can do now; each refusal is asked of the rule that the verb itself asks."""
    refused: set[Verb] = set()
    if actor.person is None:
        return []
    found = verbs_for(case, actor)
    if eyes.barred(session, case, actor.person, now):
        refused |= {Verb.TAKE, Verb.TAKE_OVER, Verb.ACCEPT, Verb.PROPOSE_DECLINE}
    lost = receipts.waiting_reissue(session, case.id)
    if lost and receipts.issuer_refusal(session, lost, actor.person, now):
        refused.add(Verb.REISSUE)
    asked = queries.proposal(session, case.id) if case.awaits_second else None
    if asked and deciding.refusal(session, case, asked, actor.person, now):
        refused |= {Verb.DECLINE, Verb.CLOSE, Verb.EXTEND}
    if Verb.PROPOSE_EXTEND in found and not extending.clocks_of(session, case, now):
        refused.add(Verb.PROPOSE_EXTEND)
    if Verb.PAUSE_CLOCK in found and not pausing.to_stop(session, case, now):
        refused.add(Verb.PAUSE_CLOCK)
    if Verb.RESUME_CLOCK in found and not pausing.stopped(session, case):
        refused.add(Verb.RESUME_CLOCK)
    if Verb.AGREE_CONFLICT in found and not conflicts.to_agree(session, case, actor, now):
        refused.add(Verb.AGREE_CONFLICT)
    rising = Verb.ACKNOWLEDGE_ESCALATION
    if rising in found and case.level > 1 and escalating.own(session, case, actor.person, now):
        refused.add(rising)
    return [verb for verb in found if verb not in refused]
