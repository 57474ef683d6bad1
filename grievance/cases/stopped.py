"""What is waited for while a clock of ours stands still, and what ends the waiting.

A question to the worker is no pause: it stops every clock of ours until they answer
(`awaiting_worker`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import assigned
from grievance.cases.models import Case
from grievance.cases.verbs import Verb
from grievance.deadlines.models import PAUSED_FOR, Deadline
from grievance.model import complete
from grievance.referrals.models import Referral

# What a clock is stopped for, and with which of these it goes on: the answer, the translation, the
# word of a body came, or is not to come any more.
ENDS: Mapping[str, tuple[Verb, ...]] = {
    "consent": (
        Verb.CONSENT_GIVEN, Verb.CONSENT_REFUSED, Verb.RECORD_CONSENT, Verb.WORKER_WRITES,
    ),
    "translation": (
        Verb.HAND_IN, Verb.RETURN_PASSAGE, Verb.TAKE_BACK_PASSAGE, Verb.REFUSE_INTERPRETER,
        Verb.RECORD_INTERPRETER,
    ),
    "body": (
        Verb.BODY_WROTE, Verb.REFERRAL_NEWS, Verb.REFERRAL_OVER, Verb.RECALL,
        Verb.RECALL_FOR_WORKER,
    ),
}  # fmt: skip
complete(ENDS, PAUSED_FOR)


def waited_for(session: Session, case: Case, why: str) -> bool:
    """Whether something of this kind is waited for: the worker's word on a document, a passage
    with an interpreter. What a body says may come from one that has nothing of the case by us."""
    if why == "consent":
        asked = (Referral.case_id == case.id, Referral.state == "asked")
        return session.scalar(select(Referral.id).where(*asked).limit(1)) is not None
    return why != "translation" or bool(assigned.live(session, case.id))


def over(case: Case, clock: Deadline, verb: Verb) -> bool:
    """Whether a clock that is stopped goes on with this act: what it waits for came, or somebody
    is in danger, then nothing of ours waits."""
    if clock.paused_at is None or clock.paused_for is None:
        return False
    return case.danger or verb in ENDS[clock.paused_for]
