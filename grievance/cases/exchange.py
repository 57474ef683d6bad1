"""What went to and fro between us and a body about one hand-over, as both sides may know it: events
of the case, which hold codes and no words.

What stands before the handing over, and what else the case goes through, is nobody's but the
worker's and ours. Of what came in, a body has what came through its own door: an earlier link may
have been with somebody else.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.cases.models import Case
from grievance.cases.verbs import Verb

OURS = (
    Verb.DELIVER, Verb.LAY_ON_DESK, Verb.MAKE_LINK, Verb.RENEW_LINK, Verb.CLOSE_LINK, Verb.CHASE,
    Verb.READ_REPLY, Verb.TELL_BODY, Verb.RECALL, Verb.RECALL_FOR_WORKER, Verb.LINK_SHUT,
)  # fmt: skip
THEIRS = (
    Verb.BODY_OPENED, Verb.BODY_WROTE, Verb.BODY_STOPPED, Verb.REFERRAL_NEWS, Verb.REFERRAL_OVER,
)  # fmt: skip
# What a body reads while its page is open; the rest shuts it, or is of the telephone.
SHARED = (
    Verb.DELIVER, Verb.LAY_ON_DESK, Verb.MAKE_LINK, Verb.RENEW_LINK, Verb.CHASE, Verb.READ_REPLY,
    Verb.BODY_OPENED, Verb.BODY_WROTE, Verb.REFERRAL_NEWS, Verb.REFERRAL_OVER,
)  # fmt: skip
_DOORS = ("link", "organisation")


def of_referral(session: Session, case_id: UUID, referral_id: UUID) -> list[Event]:
    """Everything of one hand-over that the operator and its body did about it, oldest first."""
    verbs = [str(verb) for verb in (*OURS, *THEIRS)]
    wanted = select(Event).where(
        Event.stream_kind == Case.stream_kind, Event.stream_id == case_id, Event.verb.in_(verbs)
    )
    found = session.scalars(wanted.order_by(Event.seq))
    return [one for one in found if _is_of(one, str(referral_id))]


def _is_of(event: Event, referral: str) -> bool:
    return event.codes.get("referral") == referral or referral in event.codes.get("referrals", [])


def through(events: list[Event], door: UUID) -> list[Event]:
    """What of these a body reads that came in through this door, a link or an organisation."""
    known = [event for event in events if event.verb in SHARED and _by(event, str(door))]
    mine = {one.codes["answer"] for one in known if one.verb == Verb.BODY_WROTE}
    return [one for one in known if one.verb != Verb.READ_REPLY or mine & set(one.codes["answers"])]


def _by(event: Event, door: str) -> bool:
    if event.verb == Verb.DELIVER:  # to whom it went, whatever door came later
        return True
    return all(event.codes.get(name, door) == door for name in _DOORS)
