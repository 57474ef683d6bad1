"""Passwords at the door: the lane, the hash slot and the order of things around a slow hash.

Read first, end the transaction, hash, then act. An address nobody has costs the same work, and
nobody is told which of address and password was wrong. Who has a second factor is not in before a
code of it: until then the browser holds a cookie that only the page of the code reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, Response, current_app, request, url_for

from grievance.accounts import words
from grievance.accounts.act import KeyHolder
from grievance.accounts.factors import ENTRY_LASTS
from grievance.accounts.hashing import (
    Candidate,
    HashedPassword,
    candidate_for,
    hash_password,
)
from grievance.accounts.models import Person
from grievance.accounts.operations import entering, letters, signing
from grievance.accounts.operations.asserting import Shown
from grievance.accounts.operations.owning import Own, WrongCode
from grievance.accounts.operations.partner_letters import Post
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.queries import email_tag, memberships_of, operator, wrap_for
from grievance.accounts.staff import COOKIE, Member, key_ring
from grievance.clock import real_now
from grievance.extensions import act_as, db
from grievance.vault.passkeys import Site, site_of
from grievance.vault.passwords import WrongPassword
from grievance.vault.slots import PASSWORD_WEIGHT, HashSlots, SlowLane, account, network
from grievance.web import resuming
from grievance.web.binding import cookie, drop_cookie, set_cookie
from grievance.web.redirects import see_other

DEVICE, DEVICE_SECONDS = "device", 365 * 24 * 3600
ENTRY = "entry"  # the cookie of who typed the password and not the code yet
LANE, NETWORK_LANE = "STAFF_LANE", "STAFF_NETWORK_LANE"
WRONG_BY_NETWORK = 20  # an office may share an address, and mistypes


@dataclass(frozen=True)
class Entrant:
    """Somebody whose password opened their key; `anew` when it must be wrapped at today's costs."""

    admitted: Admitted
    device: str = ""
    anew: HashedPassword | None = None


@contextmanager
def hash_slot(device: str = "") -> Iterator[None]:
    """A turn for one slow hash, outside every transaction; Busy when none is free in time.

    Turns go round by network, and first to a device or session that is known.
    """
    slots: HashSlots = current_app.config["HASH_SLOTS"]
    source = device.encode() or network(request.remote_addr or "")
    db.session.rollback()
    with slots.hold(source, weight=PASSWORD_WEIGHT, known=bool(device)):
        yield


@contextmanager
def _lanes(name: str, device: str) -> Iterator[None]:
    """Through the slow lanes of account and network, and into the hash; who types a wrong
    password is counted in both. A known device is counted by itself alone."""
    lanes: list[tuple[SlowLane, tuple[str, ...]]] = [(current_app.config[LANE], (name, device))]
    if not device:
        lanes.insert(0, (current_app.config[NETWORK_LANE], (request.remote_addr or "",)))
    with ExitStack() as held:
        for lane, who in lanes:
            held.enter_context(lane.pass_through(*who))
        held.enter_context(hash_slot(device))
        try:
            yield
        except WrongPassword:
            for lane, who in lanes:
                lane.record_wrong(*who)
            raise


def authenticate(address: str, password: str) -> Entrant:
    """Who this is; WrongPassword for a wrong one and for an address nobody has alike."""
    ring, session = key_ring(), db.session()
    candidate = signing.candidate(session, address, ring)
    tag = email_tag(ring, address)
    device = signing.known_device(session, cookie(DEVICE), tag=tag)
    return _try(candidate, password, tag.hex(), device)


def authenticate_again(member: Member, password: str) -> Entrant:
    """Check the password of who is signed in; WrongPassword otherwise."""
    candidate = candidate_for(wrap_for(db.session(), person_id=member.person_id), key_ring())
    return _try(candidate, password, str(member.person_id), str(member.session_id))


def _try(candidate: Candidate, password: str, name: str, device: str) -> Entrant:
    ring = key_ring()
    with _lanes(name, device):
        private = candidate.open(password, ring)
        anew = hash_password(password, ring) if candidate.outdated(ring) else None
    return Entrant(Admitted(candidate.person_id, private, candidate.wrap), device, anew)


def sign_in(address: str, password: str, after: str) -> Response:
    """Go on to `after` if it is theirs, signed in. A password that was changed while it was hashed
    is tried once more: it may have been wrapped anew, at today's costs, by a request beside."""
    try:
        return enter(authenticate(address, password), after)
    except signing.Superseded:
        db.session.rollback()
        act_as("public")
        return enter(authenticate(address, password), after)


def new_password(password: str) -> HashedPassword:
    """The slow hash of a new password."""
    with hash_slot():
        return hash_password(password, key_ring())


def password_with_sheet(password: str, name: str, *, fits: bool) -> HashedPassword:
    """The slow hash of who comes back by the link `name`. A sheet that does not fit is
    WrongPassword and counts as one: it costs no hash, and slows down who tries many."""
    with _lanes(name, ""):
        if not fits:
            raise WrongPassword
        return hash_password(password, key_ring())


def enter(entrant: Entrant, after: str) -> Response:
    """Commit, and go on to `after` with a session in the cookie, or to the page that asks for the
    code. Superseded when the password that was typed is not the one any more."""
    person_id, now, session = entrant.admitted.person_id, real_now(), db.session()
    act_as(f"member:{person_id}")
    ring, anew = key_ring(), entrant.anew
    try:
        secret = signing.open_session(session, entrant.admitted, ring=ring, now=now, anew=anew)
    except signing.CodeWanted:
        entering.end(session, cookie(ENTRY))
        secret = entering.begin(session, entrant.admitted, ring=ring, now=now, anew=anew)
        session.commit()
        answer = see_other(url_for("accounts.type_code", next=after or None))
        set_cookie(answer, ENTRY, secret, int(ENTRY_LASTS.total_seconds()))
        return answer
    return _inside(entrant, secret, after)


def half_way() -> KeyHolder | None:
    """Who stands between password and code in this browser."""
    found = entering.standing(db.session(), cookie(ENTRY), ring=key_ring(), now=real_now())
    db.session.rollback()
    return found


def pass_code(by: KeyHolder, shown: Shown, after: str) -> Response:
    """Commit, and go on to `after`, in. A wrong code or passkey is counted, and committed, too;
    Superseded, TooMany."""
    session, ring, now = db.session(), key_ring(), real_now()
    device = _as(by)
    try:
        passed = entering.finish(Own(session, by, now, device), cookie(ENTRY), shown)
    except WrongCode as wrong:
        keep_count(by.person_id, wrong)
        raise
    secret = signing.open_session(session, passed.admitted, ring=ring, now=now)
    if passed.by == "recovery":
        tell_of_factor(by.person_id, "code_used")
    answer = _inside(Entrant(passed.admitted, device), secret, after)
    drop_cookie(answer, ENTRY)
    return answer


def ask_half_way(by: KeyHolder) -> str:
    """Commit, and answer what this browser needs to use a passkey; Superseded."""
    own = Own(db.session(), by, real_now(), _as(by))
    asked = entering.ask(own, cookie(ENTRY), site())
    db.session.commit()
    return asked


def _as(by: KeyHolder) -> str:
    """Act as who stands half-way in; the id of their browser, where it is known."""
    act_as(f"member:{by.person_id}")
    return device_of(by.person_id)


def keep_count(person_id: UUID, wrong: WrongCode) -> None:
    """Commit: a wrong code counts. The tenth, and a passkey that was copied, are told by letter."""
    told = {"wrong": wrong.last, "copied": wrong.copied}
    for what in (what for what, so in told.items() if so):
        tell_of_factor(person_id, what)
    db.session.commit()


def site() -> Site:
    """For whom passkeys are made: the address that people reach this instance by."""
    house = operator(db.session())
    return site_of(current_app.config["SETTINGS"].public_url, house.name if house else "")


def device_of(person_id: UUID) -> str:
    """The id of this browser, where this member has signed in from it; empty for any other."""
    return signing.known_device(db.session(), cookie(DEVICE), person_id=person_id)


def tell_of_factor(person_id: UUID, what: str) -> None:
    """A letter to a member about their second step."""
    public_url = current_app.config["SETTINGS"].public_url
    letters.tell_of_factor(db.session(), person_id, what, Post(key_ring(), public_url, real_now()))


def _inside(entrant: Entrant, secret: str, after: str) -> Response:
    """Commit, and go on with a session in the cookie; words that wait are shown first, an earlier
    session of this browser ends, and the browser is known from now."""
    person_id, now, session = entrant.admitted.person_id, real_now(), db.session()
    own = words.of_member(session.get_one(Person, person_id))
    if words.claim(session, cookie(COOKIE), secret, own, now):
        told = words.read(session, secret, own, entrant.admitted.private, now)
        after = resuming.marked(told.path) if told else after
    signing.end_earlier(session, cookie(COOKIE))
    device = ""
    if entrant.device:
        signing.seen_device(session, entrant.device, now)
    else:
        device = signing.remember_device(session, person_id, now)
    partner = any(fact.guest for fact in memberships_of(session, person_id))
    session.commit()
    answer = see_other(onward(after, partner=partner))
    set_cookie(answer, COOKIE, secret)
    if device:
        set_cookie(answer, DEVICE, device, DEVICE_SECONDS)
    return answer


def onward(path: str, *, partner: bool) -> str:
    """Where to go on to: a path of ours that is for such people, their own account too, or their
    first page."""
    theirs, start = ("/partner/", "partner.start") if partner else ("/staff/", "desk.today")
    if (
        path.startswith((theirs, url_for("accounts.account")))
        and "\\" not in path
        and path.isprintable()
    ):
        return path
    return url_for(start)


def init_app(app: Flask) -> None:
    """Two lanes for sign-in: by account and known device, and by network, for whoever guesses
    chooses the accounts."""
    places = app.config["LANE_PLACES"]
    app.config.setdefault(LANE, SlowLane(account, places=places))
    by_network = SlowLane(network, before=WRONG_BY_NETWORK, places=places)
    app.config.setdefault(NETWORK_LANE, by_network)
