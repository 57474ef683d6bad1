"""Passwords at the door: the lane, the hash slot and the order of things around a slow hash.

Read first, end the transaction, hash, then act. An address nobody has costs the same work, and
nobody is told which of address and password was wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, Response, current_app, url_for

from grievance.accounts.hashing import (
    Candidate,
    HashedPassword,
    candidate_for,
    hash_password,
)
from grievance.accounts.operations import signing
from grievance.accounts.operations.persons import Admitted, set_password
from grievance.accounts.queries import email_tag, wrap_for
from grievance.accounts.staff import COOKIE, Member, key_ring
from grievance.clock import real_now
from grievance.extensions import act_as, db
from grievance.vault.passwords import WrongPassword
from grievance.vault.slots import HashSlots, SlowLane, account
from grievance.web.binding import cookie, set_cookie
from grievance.web.redirects import see_other

DEVICE, DEVICE_SECONDS = "device", 365 * 24 * 3600
LANE = "STAFF_LANE"


@dataclass(frozen=True)
class Entrant:
    """Somebody whose password opened their key; `anew` when it must be wrapped at today's costs."""

    admitted: Admitted
    device: str = ""
    anew: HashedPassword | None = None


@contextmanager
def hash_slot() -> Iterator[None]:
    """A turn for one slow hash, outside every transaction; Busy when none is free in time."""
    slots: HashSlots = current_app.config["HASH_SLOTS"]
    db.session.rollback()
    with slots.hold():
        yield


def authenticate(address: str, password: str) -> Entrant:
    """Who this is; WrongPassword for a wrong one and for an address nobody has alike."""
    ring, session = key_ring(), db.session()
    candidate = signing.candidate(session, address, ring)
    device = signing.known_device(session, cookie(DEVICE), address, ring)
    return _try(candidate, password, email_tag(ring, address).hex(), device)


def authenticate_again(member: Member, password: str) -> Entrant:
    """Check the password of who is signed in; WrongPassword otherwise."""
    candidate = candidate_for(wrap_for(db.session(), person_id=member.person_id), key_ring())
    return _try(candidate, password, str(member.person_id), str(member.session_id))


def _try(candidate: Candidate, password: str, name: str, device: str) -> Entrant:
    ring = key_ring()
    lane: SlowLane = current_app.config[LANE]
    with lane.pass_through(name, device), hash_slot():
        try:
            private = candidate.open(password, ring)
        except WrongPassword:
            lane.record_wrong(name, device)
            raise
        anew = hash_password(password, ring) if candidate.outdated(ring) else None
    return Entrant(Admitted(candidate.person_id, private), device, anew)


def new_password(password: str) -> HashedPassword:
    """The slow hash of a new password."""
    with hash_slot():
        return hash_password(password, key_ring())


def enter(entrant: Entrant, after: str) -> Response:
    """Commit, and go on to `after` with a session in the cookie; the browser is known from now."""
    person_id, now, session = entrant.admitted.person_id, real_now(), db.session()
    act_as(f"member:{person_id}")
    if entrant.anew:
        set_password(session, entrant.admitted, entrant.anew)
    secret = signing.open_session(session, entrant.admitted, ring=key_ring(), now=now)
    device = ""
    if entrant.device:
        signing.seen_device(session, entrant.device, now)
    else:
        device = signing.remember_device(session, person_id, now)
    session.commit()
    answer = see_other(after)
    set_cookie(answer, COOKIE, secret)
    if device:
        set_cookie(answer, DEVICE, device, DEVICE_SECONDS)
    return answer


def local(path: str) -> str:
    """Where to go on to: a path of the desk of ours, or the desk's first page."""
    if path.startswith("/staff/") and "\\" not in path and path.isprintable():
        return path
    return url_for("desk.today")


def init_app(app: Flask) -> None:
    """One lane for sign-in, by account and known device."""
    app.config.setdefault(LANE, SlowLane(account))
