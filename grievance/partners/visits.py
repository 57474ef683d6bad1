"""A visit over a reply link: the code, and the one loader of what the body may see there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from flask import current_app, request

from grievance.cases.act import Act, JobAct
from grievance.cases.models import Case
from grievance.cases.opening import Shut
from grievance.cases.operations import bodies
from grievance.cases.operations.bodies import Guessed
from grievance.cases.operations.receipts import hold
from grievance.clock import now, real_now
from grievance.extensions import act_as, acting, db
from grievance.papers.reading import Visit, opened_by, site
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import Referral
from grievance.referrals.operations import linking
from grievance.refusals import Refused
from grievance.vault.receipts import parse_reply_code, slow_root
from grievance.vault.slots import HashSlots, SlowLane, network
from grievance.web.binding import cookie, only_of

COOKIE = "reply"


class WrongCode(Exception):
    """A code of the right form that does not open this link."""


class Over(Exception):
    """There is no such link, or it is over. Nobody is told which."""


def is_live(token: str) -> bool:
    """Whether there is a door here. Changes nothing: scanners of mail ask it too. Where no try is
    left and nobody closed it, the next one finds that out, and then staff are told."""
    return linking.runs(linking.find(db.session(), token), real_now())


def begin(token: str, typed: str) -> str:
    """Begin a visit with what was typed and give its cookie's secret.

    `NotAReceipt` for what cannot be a code (nothing is counted or hashed then), `Over` for a link
    that is over or got its tenth wrong code, `WrongCode` for another's, `Busy` in a crowd.
    """
    code = parse_reply_code(typed)
    lane: SlowLane = current_app.config["RECEIPT_LANE"]
    address = request.remote_addr or ""
    with lane.pass_through(address):
        root = _root(token, code, address)
    try:
        return _prove(token, root)
    except WrongCode:
        lane.record_wrong(address)
        raise


def _root(token: str, code: str, address: str) -> bytes:
    """The slow hash of a try that was counted before, outside every transaction."""
    session, slots = db.session(), current_app.config["HASH_SLOTS"]
    assert isinstance(slots, HashSlots)
    counted = linking.take_try(session, token, real_now())
    session.commit()
    if not counted:
        _close_spent(token)
    with _unless_it_fails(token), slots.hold(network(address)):
        return slow_root(code, site().ring.receipt_salt)


@contextmanager
def _unless_it_fails(token: str) -> Iterator[None]:
    """A try counts only once it was compared: a crowd, a lock or a stop on the way gives it back,
    or ten of them close the link for who has the right code."""
    try:
        yield
    except BaseException:
        session = db.session()
        session.rollback()
        linking.give_try_back(session, token)
        session.commit()
        raise


def _close_spent(token: str) -> NoReturn:
    """No try is left. Where the tenth died before it could close the link, this one does."""
    case, link = _held(token)
    if case is not None and link is not None:
        _wrong(JobAct(db.session(), case, bodies.of_link(link.id), now()), link)
    db.session.rollback()
    raise Over


def _prove(token: str, root: bytes) -> str:
    """What the hash proves is read again while the case is held: somebody may have closed the link
    meanwhile."""
    session, at = db.session(), real_now()
    with _unless_it_fails(token):
        case, link = _held(token)
        pair = linking.proven(link, root, token, site().ring) if link else None
    if case is None or link is None:
        session.rollback()
        raise Over
    actor = bodies.of_link(link.id)
    if pair is None:
        _wrong(JobAct(session, case, actor, now()), link)
        raise WrongCode
    act = Act(session, site(), bodies.case_of(case, link, pair.private), actor, now())
    try:
        bodies.come_in(act, session.get_one(Referral, link.referral_id))
    except (Refused, Shut):
        session.rollback()
        raise Over from None
    with acting("public", session):  # it may have been over another link
        linking.end_visit(session, cookie(COOKIE))
    secret = linking.begin_visit(session, site().ring, link, pair, at)
    session.commit()
    return secret


def _held(token: str) -> tuple[Case | None, ReplyLink | None]:
    """The case and the link, locked in this order; the link is None where it is over."""
    session = db.session()
    seen = linking.find(session, token)
    if seen is None:
        return None, None
    act_as(f"reply:{seen.id}")
    case_id = seen.case_id
    session.rollback()
    return hold(session, case_id), linking.held(session, token, real_now())


def _wrong(act: JobAct, link: ReplyLink) -> None:
    """The tenth wrong code closes the link."""
    if link.wrong < linking.TRIES:
        act.session.rollback()
        return
    bodies.shut_out(act, Guessed(site(), link))
    act.session.commit()
    raise Over


def visited(token: str, *, lock: bool = False) -> Visit | None:
    """The hand-over of this browser's running visit over this very link; None without one, and
    from the moment that the link was closed, its time is over or the worker took it back."""
    session, secret, at = db.session(), cookie(COOKIE), real_now()
    link = linking.find(session, token)
    if not secret or link is None:
        return None
    act_as(f"reply:{link.id}")
    case = hold(session, link.case_id) if lock else session.get(Case, link.case_id)
    link = linking.find(session, token)
    private = linking.continue_visit(session, site().ring, secret, link, at) if link else None
    if case is None or link is None or private is None:
        return None
    opened = bodies.case_of(case, link, private)
    act = Act(session, site(), opened, bodies.of_link(link.id), now())
    found = opened_by(act, link.referral_id)
    if found:
        only_of(COOKIE)
    return found
