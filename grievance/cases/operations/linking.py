"""The doors of a body as staff see to them: a reply link made, renewed, closed; something laid on
the desk that the body has here; and what the body wrote, read.

The link opens nothing without its code and the code nothing without its link; they go out by two
ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grievance.cases.act import Act, JobAct
from grievance.cases.opening import open_packet
from grievance.cases.operations import laying, telling
from grievance.cases.operations.referring import About
from grievance.cases.verbs import Verb
from grievance.clock import end_of_day
from grievance.referrals.links import BodyWrote, ReplyLink
from grievance.referrals.models import Packet, Referral, ReferralAnswer
from grievance.referrals.operations import linking, steps
from grievance.referrals.operations.linking import NewLink
from grievance.referrals.operations.recalling import shut
from grievance.referrals.states import UNDER_WAY
from grievance.refusals import Refused


@dataclass(frozen=True)
class Shown:
    """That somebody at the desk read what a body wrote, and whether the worker may."""

    words: bool


def make_link(act: Act, about: About[NewLink]) -> ReplyLink:
    """Give the body of a hand-over a link of its own to the packet it has, for sixty days and never
    past the worker's consent. One that was made before ends.

    Refuses `not_now` unless the body has it and something may still come of it, and without a yes
    that holds; `named_only` for a paper that the worker agreed to for people of a company by name:
    a code does not say who holds it.
    """
    session, referral, new = act.session, about.referral, about.said
    act.check(Verb.MAKE_LINK)
    if referral.packet_id is None:
        raise Refused("not_now")
    steps.valid_consent(session, referral, act.today)
    opened = open_packet(session, act.opened, _for_anyone(session, referral))
    assert act.actor.person is not None
    link = linking.make(session, opened, referral, new, act.actor.person)
    _within_consent(act, referral, link)
    act.move(Verb.MAKE_LINK, referral=referral.id, link=link.id, ends=link.ends_at.isoformat())
    return link


def _for_anyone(session: Session, referral: Referral) -> Packet:
    packet = session.get_one(Packet, referral.packet_id)
    if packet.readers:
        raise Refused("named_only")
    return packet


def _within_consent(act: Act, referral: Referral, link: ReplyLink) -> None:
    assert referral.ends_on is not None
    link.ends_at = min(link.ends_at, end_of_day(referral.ends_on, act.hours.zone))


def renew_link(act: Act, about: About[datetime]) -> None:
    """Sixty days more, counted from this real time, with the same link and code; never past the
    consent. Refuses `link_over` where there is none to renew, `named_only` as making one does."""
    referral = about.referral
    act.check(Verb.RENEW_LINK)
    if referral.packet_id:
        _for_anyone(act.session, referral)
    link = _open(act.session, referral)
    steps.valid_consent(act.session, referral, act.today)
    linking.renew(act.session, link, about.said)
    _within_consent(act, referral, link)
    act.move(Verb.RENEW_LINK, referral=referral.id, link=link.id, ends=link.ends_at.isoformat())


def close_link(act: Act, about: About[None]) -> None:
    """Nobody comes in over it any more, and who is in is out. Refuses `link_over` without one."""
    act.check(Verb.CLOSE_LINK)
    link = _open(act.session, about.referral)
    shut(act.session, link, "staff", act.now)
    act.move(Verb.CLOSE_LINK, referral=about.referral.id, links=[str(link.id)])


def _open(session: Session, referral: Referral) -> ReplyLink:
    link = linking.open_of(session, referral.id)
    if link is None:
        raise Refused("link_over")
    return link


def lay_on_desk(act: Act, about: About[None]) -> None:
    """Lay what a body has on its desk here, too: it has an account since, or another key. The yes
    names the body, not its key: no other yes is needed. Refuses `no_desk` for a body without an
    account, `not_now` where it lies there already, and without a yes that holds."""
    session, referral = act.session, about.referral
    act.check(Verb.LAY_ON_DESK)
    if referral.packet_id is None or referral.state not in UNDER_WAY:
        raise Refused("not_now")
    if referral.delivered_by != "staff" or laying.lies(act, referral):
        raise Refused("not_now")
    steps.valid_consent(session, referral, act.today)
    opened = open_packet(session, act.opened, session.get_one(Packet, referral.packet_id))
    act.move(Verb.LAY_ON_DESK, referral=referral.id, **laying.lay(act, referral, opened))


def read_reply(act: Act, about: About[Shown]) -> None:
    """Somebody at the desk read what the body wrote: the worker gets news, and reads the words,
    too, where they may. A question is for us. Refuses `not_now` where nothing is unread."""
    session, referral = act.session, about.referral
    act.check(Verb.READ_REPLY)
    unread = [row for row in linking.wrote(session, referral.id).values() if row.read_at is None]
    if not unread:
        raise Refused("not_now")
    for row in unread:
        row.read_at, row.shown = act.now, about.said.words and not _asks(session, row)
    if not all(_asks(session, row) for row in unread):
        telling.worker_of_news(session, act.site, act.opened, act.now, "body")
    act.move(Verb.READ_REPLY, referral=referral.id, answers=[str(one.answer_id) for one in unread])


def _asks(session: Session, row: BodyWrote) -> bool:
    return session.get_one(ReferralAnswer, row.answer_id).kind == "question"


def close_restored(act: JobAct, links: Iterable[ReplyLink]) -> None:
    """After a restore every link of a case ends: one that was closed since must not live again."""
    ended = list(links)
    for link in ended:
        shut(act.session, link, "restored", act.now)
    act.move(Verb.CLOSE_LINK, links=[str(link.id) for link in ended])
