"""The worker decides about a hand-over: says yes or no, and takes it back."""

from __future__ import annotations

from typing import Any

from grievance.cases.act import Act
from grievance.cases.lifecycle import OVER
from grievance.cases.models import Receipt
from grievance.cases.operations import telling
from grievance.cases.operations.referring import About, consented, take_back
from grievance.cases.verbs import Verb
from grievance.referrals.models import Consent, Packet
from grievance.referrals.operations.recalling import Recalled
from grievance.referrals.operations.steps import Said
from grievance.refusals import Refused

ANSWERED = {"yes": "consented", "no": "refused"}


def say(act: Act, about: About[Said]) -> Consent:
    """Record the worker's yes or no to exactly what was shown, and tell the staff.

    The same answer to the same packet a second time changes nothing. Refused as
    `referrals.operations.steps.consent` refuses; `other_case` for a hand-over of another case;
    `provisional` when `said.known_to` is not what the receipt says of itself; `not_now` while
    nobody was asked anything.
    """
    session, referral, said = act.session, about.referral, about.said
    yes = said.answer == "yes"
    verb = Verb.CONSENT_GIVEN if yes else Verb.CONSENT_REFUSED
    act.check(verb)
    if referral.case_id != act.case.id:
        raise Refused("other_case")
    if said.known_to != session.get_one(Receipt, act.actor.receipt).known_to:
        raise Refused("provisional")
    before = session.get(Consent, referral.consent_id) if referral.consent_id else None
    if before and referral.state == ANSWERED.get(said.answer) and before.digest == said.digest:
        return before
    if referral.packet_id is None:
        raise Refused("not_now")
    packet = session.get_one(Packet, referral.packet_id)
    given, codes = consented(act, about, packet)
    _acted(act)
    more: dict[str, Any] = {"warned": given.immigration_warned} if yes else {}
    act.move(verb, given_by=given.given_by, **codes, **more)
    return given


def recall(act: Act, mechanism: str) -> Recalled:
    """Take back everything this body was or would be given, in one act, and tell the staff.

    Refused `state` when there is nothing (left) to take back.
    """
    act.check(Verb.RECALL)
    _acted(act)
    return take_back(act, Verb.RECALL, mechanism)


def _acted(act: Act) -> None:
    """The worker did something that a person must see: the clock of an answer runs, but no clock
    for a case that is over."""
    act.case.worker_acted_at = act.at
    if act.case.state not in OVER:
        act.case.worker_waits = True
        act.start("answer")
    telling.staff_of_answer(act.session, act.site, act.case, act.now)
