"""The worker decides about a hand-over: says yes or no, and takes it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grievance.cases.actors import Actor
from grievance.cases.lifecycle import OVER
from grievance.cases.models import Case, Receipt
from grievance.cases.opening import OpenCase
from grievance.cases.operations import telling
from grievance.cases.operations.moving import check, move
from grievance.cases.operations.referring import take_back
from grievance.cases.site import Site
from grievance.cases.states import Verb
from grievance.clock import local_day, to_the_hour
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.referrals.models import Consent, Packet, Referral
from grievance.referrals.operations import handing
from grievance.referrals.operations.handing import Said
from grievance.referrals.operations.recalling import Recalled
from grievance.referrals.refusals import Refused

ANSWERED = {"yes": "consented", "no": "refused"}


def say(
    session: Session,
    site: Site,
    opened: OpenCase,
    referral: Referral,
    packet: Packet,
    said: Said,
    actor: Actor,
    now: datetime,
) -> Consent:
    """Record the worker's yes or no to exactly what was shown, and tell the staff.

    The same answer to the same packet a second time changes nothing. Refused as
    `referrals.operations.handing.consent` refuses; `other_case` for a hand-over of another case;
    `provisional` when `said.known_to` is not what the receipt says of itself.
    """
    verb = Verb.CONSENT_GIVEN if said.answer == "yes" else Verb.CONSENT_REFUSED
    check(opened.case, verb, actor)
    if referral.case_id != opened.case.id:
        raise Refused("other_case")
    if said.known_to != session.get_one(Receipt, actor.receipt).known_to:
        raise Refused("provisional")
    before = session.get(Consent, referral.consent_id) if referral.consent_id else None
    if before and referral.state == ANSWERED.get(said.answer) and before.digest == said.digest:
        return before
    today = local_day(now, operator_hours(session).zone)
    given = handing.consent(session, referral, packet, said, sealer=opened, today=today, now=now)
    codes = {
        "referral": referral.id,
        "packet": packet.id,
        "digest": given.digest.hex(),
        "consent": given.id,
        "given_by": given.given_by,
    }
    if verb == Verb.CONSENT_GIVEN:
        codes["warned"] = given.immigration_warned
    _acted(session, site, opened.case, now)
    move(session, opened.case, verb, actor, now, codes)
    return given


def recall(
    session: Session, site: Site, opened: OpenCase, mechanism: str, actor: Actor, now: datetime
) -> Recalled:
    """Take back everything this body was or would be given, in one act, and tell the staff.

    Refused `state` when there is nothing (left) to take back.
    """
    check(opened.case, Verb.RECALL, actor)
    _acted(session, site, opened.case, now)
    return take_back(session, opened.case, mechanism, Verb.RECALL, actor, now)


def _acted(session: Session, site: Site, case: Case, now: datetime) -> None:
    """The worker did something that a person must see: the clock of an answer runs, but no clock
    for a case that is over."""
    case.worker_acted_at = at = to_the_hour(now)
    if case.state not in OVER:
        case.worker_waits = True
        clocks.start(session, case.id, "answer", at, operator_hours(session))
    telling.staff_of_answer(session, site, case, now)
